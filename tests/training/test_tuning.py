"""Tuning between a frozen tower and a frozen T5."""

import argparse
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import InstructBlipForConditionalGeneration

import training.recipes.tuning
from training.common.feed import ReplayBuffer
from training.common.models import IMAGE_SIZE, WIDTH_OF_MODEL, new_instructblip, new_t5
from training.recipes.tuning import sample_batch, sample_clip, sample_still, worker
from training.world.scene import HELD_OUT


def _encode(frames: NDArray[np.uint8]) -> Tensor:
    assert frames.shape[1:] == (IMAGE_SIZE, IMAGE_SIZE, 3)
    return torch.full((len(frames), 1, 1), float(frames.mean()))


def test_a_picture_is_encoded_once_and_has_several_questions() -> None:
    rng = random.Random(3)
    encoded: list[int] = []

    def encode(frames: NDArray[np.uint8]) -> Tensor:
        encoded.append(len(frames))
        return _encode(frames)

    still = ReplayBuffer(lambda rng: sample_still(rng, encode), 4)
    batches = [sample_batch(rng, size=96, still=still, clip=lambda rng: sample_clip(rng, encode)) for _ in range(4)]
    stills = encoded.count(1)
    assert 0.25 * 4 * 96 <= stills < 0.5 * 4 * 96
    questions = {(id(scene), prompt) for batch in batches for (scene, *_), prompt, _ in batch.samples[: batch.stills]}
    assert len(questions) > 1.5 * stills


def test_every_frame_has_its_states_and_its_instruction() -> None:
    batch = sample_batch(
        random.Random(4),
        size=16,
        still=lambda rng: sample_still(rng, _encode),
        clip=lambda rng: sample_clip(rng, _encode),
    )
    frames = [frame for several, _, _ in batch.samples for frame in several]
    assert len(batch.states) == len(batch.instructions) == len(frames)
    assert [len(several) for several, _, _ in batch.samples[: batch.stills]] == [1] * 16
    assert all(len(several) > 1 for several, _, _ in batch.samples[batch.stills :])


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_only_the_q_former_and_the_projection_learn(
    share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.recipes.tuning, "slot_figures", lambda _model: {})
    before = new_instructblip(new_t5())
    before.save_pretrained(tmp_path / "before")
    options = argparse.Namespace(
        start=tmp_path / "before", out=tmp_path / "after", seconds=0.5, rate=0.01, report_every=60, uses=6,
        pairs="all", batch=2, seed=1, workers=0, share=share,
    )  # fmt: skip
    worker(0, 1, options)
    after = InstructBlipForConditionalGeneration.from_pretrained(tmp_path / "after", dtype=torch.float32)
    changed = {
        name for name, weight in after.state_dict().items() if not torch.equal(weight, before.state_dict()[name])
    }
    learnt = {"query_tokens", "qformer", "language_projection"}
    assert {name.split(".")[0] for name in changed} == (learnt if share else set())
    assert after.language_projection.weight.shape[0] == WIDTH_OF_MODEL


def test_held_out_pairs_are_not_learnt() -> None:
    rng = random.Random(5)
    seen = [sample_still(rng, _encode, "seen").scene for _ in range(60)]
    seen += [frame for _ in range(20) for frame in sample_clip(rng, _encode, "seen").episode.truths()]
    pairs = {(actor.colour, actor.kind) for scene in seen for actor in scene.actors}
    assert len(pairs) > 60
    assert not pairs & HELD_OUT
