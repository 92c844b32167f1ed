"""The digest of the protocol: it stays as published while samples and measurements do, and changes otherwise."""

import hashlib
import re
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from training.evaluation import protocol
from training.evaluation.protocol import Split
from training.evaluation.unknown_things import in_english, in_vietnamese
from training.evaluation.vietnamese import KINDS
from training.evaluation.vietnamese import in_vietnamese as question_in_vietnamese
from training.world.captions import sample_caption
from training.world.episodes import EPISODE_KINDS, sample_claim, sample_episode
from training.world.questions import QUESTION_KINDS, sample_question, sample_statement
from training.world.render import draw
from training.world.scene import sample_scene

PUBLISHED = "766d70b269f3"
EARLIER = {"1bbaf8dbb88e"}  # before the questions about things that the world does not have
POCKET = Path(str(files("assistant") / "models" / "pocket"))
NAMED = {
    card.parent.name: re.findall(r"yardstick ([0-9a-f]{12})", card.read_text(encoding="utf-8"))
    for card in POCKET.glob("*/README.md")
}
# Of the tree whose digest was published (commit 2779946).
PUBLISHED_SAMPLES = {
    "scenes": "ef8027d45e84",
    "questions": "43a85bfab590",
    "statements": "3850a568afe5",
    "captions": "293c1c68c296",
    "vietnamese": "2e4e755d4cda",
    "unknown things": "fcece4d1ca9f",
    "episodes": "0f13ca9de5ed",
}
PUBLISHED_COLOURS = [
    *((56.8, 54.0, 62.3), (47.4, 47.4, 60.4), (64.9, 62.4, 75.1), (47.7, 53.1, 80.5)),
    *((110.2, 106.6, 111.4), (41.9, 41.5, 55.2), (55.0, 58.7, 77.3), (54.7, 53.1, 65.7)),
]
"""Mean red, green and blue of the first frames."""


def _text(value) -> str:
    """Returns a value as text that depends neither on names of fields nor on the last bits of a float."""
    if isinstance(value, float):
        return f"{value:.6f}"
    if is_dataclass(value):
        return _text([getattr(value, field.name) for field in fields(value)])
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_text, value))}]"
    return repr(value)


def _samples(part: str) -> list:
    rng = Split(20_261, 10).rng(part)
    scenes = (sample_scene(rng, pairs) for pairs in ("all", "seen", "unseen") for _ in range(20))
    match part:
        case "scenes":
            return list(scenes)
        case "questions":
            return [sample_question(scene, rng, kind) for scene in scenes for kind in QUESTION_KINDS]
        case "statements":
            return [sample_statement(scene, rng) for scene in scenes]
        case "captions":
            return [sample_caption(scene, rng) for scene in scenes]
        case "vietnamese":
            return [question_in_vietnamese(kind, scene, rng) for scene in scenes for kind in KINDS]
        case "unknown things":
            return [ask(rng) for _ in range(60) for ask in (in_english, in_vietnamese)]
        case _:
            episodes = [sample_episode(rng, kind) for kind in EPISODE_KINDS for _ in range(4)]
            episodes += [sample_claim(rng) for _ in range(12)]
            return [(e.seconds, e.kind, e.text, e.answer, e.truths()) for e in episodes]


def _digest_of(part: str) -> str:
    return hashlib.sha256(_text(_samples(part)).encode()).hexdigest()[:12]


def test_the_model_cards_name_the_protocol_of_their_figures() -> None:
    assert {card for card, digests in NAMED.items() if PUBLISHED in digests} == {"clip", "instructblip"}
    assert {digest for digests in NAMED.values() for digest in digests} == {PUBLISHED, *EARLIER}


def test_the_digest_is_the_one_of_the_published_figures() -> None:
    assert protocol.digest() == PUBLISHED, (
        f"a hashed file changed; if samples and measurements stayed, write {protocol.contents_hash()} into "
        f"{protocol.PUBLISHED_DIGESTS.name}, else publish new figures"
    )


@pytest.mark.parametrize("part", PUBLISHED_SAMPLES)
def test_the_protocol_draws_the_samples_of_the_published_figures(part: str) -> None:
    assert _digest_of(part) == PUBLISHED_SAMPLES[part]


def test_the_renderer_draws_the_frames_of_the_published_figures() -> None:
    rng = Split(20_261, 10).rng("frames")
    colours = [np.asarray(draw(sample_scene(rng))).mean((0, 1)) for _ in PUBLISHED_COLOURS]
    np.testing.assert_allclose(colours, PUBLISHED_COLOURS, atol=0.5)


def test_a_changed_file_changes_the_digest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    hashed = tmp_path / "world" / "scene.py"
    monkeypatch.setattr(protocol, "ROOT", tmp_path)
    digests = []
    for text in ("x = 1", "x = 2"):
        hashed.write_text(text)
        digests.append(protocol.digest.__wrapped__())
    assert len({*digests, PUBLISHED}) == 3
