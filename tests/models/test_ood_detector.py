"""The shipped core accepts pictures of the demo world and no others."""

from importlib.resources import files
from pathlib import Path

import av
import numpy as np
import pytest

from assistant.models.blip.instructblip import InstructBlip
from assistant.models.blip.ood_detector import OodDetector
from training.release.ood_detector import fit

pytestmark = pytest.mark.slow

POCKET = str(files("assistant.models") / "pocket" / "instructblip")


def _frames(path: Path, *, every: int, count: int) -> list[np.ndarray]:
    frames: list[np.ndarray] = []
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == count:
                break
    return frames


@pytest.fixture(scope="module")
def core() -> InstructBlip:
    return InstructBlip(POCKET)


def test_the_demo_clips_are_in_domain(core: InstructBlip) -> None:
    for path in sorted(Path(str(files("assistant") / "demo")).glob("*.mp4")):
        assert all(core.in_domain(core.features(_frames(path, every=60, count=8)))), path.name


def test_noise_a_page_and_a_black_frame_are_out_of_domain(core: InstructBlip) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (90, 160, 3), np.uint8)
    page = np.full((90, 160, 3), 250, np.uint8)
    page[10:80:8] = 20
    assert core.in_domain(core.features([noise, page, np.zeros((90, 160, 3), np.uint8)])) == [False, False, False]


@pytest.mark.shared
def test_real_videos_are_out_of_domain(core: InstructBlip, media: Path) -> None:
    accepted, total = 0, 0
    for path in sorted((media / "video").iterdir()):
        verdicts = core.in_domain(core.features(_frames(path, every=25, count=6)))
        accepted, total = accepted + sum(verdicts), total + len(verdicts)
    assert total > 60
    assert accepted / total <= 0.02


def test_a_checkpoint_without_a_detector_accepts_everything(tmp_path: Path) -> None:
    assert OodDetector.load(tmp_path) is None
    assert InstructBlip(str(tmp_path)).in_domain(np.zeros((2, 5, 4), np.float16)) == [True, True]


def test_the_limit_leaves_the_asked_share_outside(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    states = rng.normal(size=(4000, 6)) * (1, 2, 3, 4, 5, 6)
    np.savez(tmp_path / "familiarity.npz", **fit(states))
    detector = OodDetector.load(tmp_path)
    assert detector is not None

    def features(points: np.ndarray) -> np.ndarray:
        return np.repeat(points[:, None], 3, axis=1).astype(np.float16)

    fresh = rng.normal(size=(4000, 6)) * (1, 2, 3, 4, 5, 6)
    assert 0.98 < np.mean(detector.in_domain(features(fresh))) < 1
    assert not any(detector.in_domain(features(fresh[:50] + 20)))
