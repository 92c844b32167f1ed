"""The truth of captions and scenes for the contrastive loss."""

import random

import torch

from training.common.contrast import truth_of
from training.common.frames import sample_frame
from training.recipes.clip import sample_batch
from training.world.captions import Caption, Wanted, sample_caption
from training.world.out_of_distribution import OUT_OF_DISTRIBUTION
from training.world.scene import sample_scene


def test_all_captions_are_compared_with_all_scenes_as_one_by_one() -> None:
    rng = random.Random(8)
    scenes = [sample_scene(rng) for _ in range(60)] + [OUT_OF_DISTRIBUTION]
    captions = [sample_caption(scene, rng) for scene in scenes[:-1] for _ in range(2)]
    captions += [Caption("two dogs", (Wanted("dog"),) * 2), Caption("nobody", (), empty=True), Caption("all", ())]
    fits, ordered = truth_of(captions, scenes)
    assert fits.tolist() == [[caption.fits(scene) for scene in scenes] for caption in captions]
    assert ordered[:, 0].tolist() == [caption.ordered for caption in captions]
    assert 0.01 < fits.float().mean() < 0.5


def test_out_of_distribution_pictures_come_last_and_have_no_caption() -> None:
    batch = sample_batch(random.Random(4), size=60, frame=sample_frame)
    outside = len(batch.images) - len(batch.captions)
    assert 0 < outside < 20
    assert batch.truth.fits.shape == (len(batch.captions), len(batch.images))
    assert torch.equal(batch.truth.fits.diagonal(), torch.ones(len(batch.captions), dtype=torch.bool))
