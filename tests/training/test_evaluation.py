"""The evaluation: seeds, wordings and baselines that no training can influence, and figures with a defined meaning."""

import ast
import random
import re
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import training
from training.common.frames import sample_frame, sample_task
from training.evaluation import protocol
from training.evaluation.answers import Outcome, answers, calibration
from training.evaluation.protocol import Split, interval
from training.evaluation.retrieval import retrieval
from training.evaluation.run import PARTS, evaluate, table
from training.evaluation.unknown_things import WAYS, unknown_things
from training.evaluation.unknown_things import in_english as unknown_thing_in_english
from training.evaluation.unknown_things import in_vietnamese as unknown_thing_in_vietnamese
from training.evaluation.vietnamese import KINDS, in_vietnamese
from training.language import held_out
from training.recipes.clip import sample_batch as clip_batch
from training.recipes.matching import sample_still
from training.recipes.t5 import sample_batch as text_batch
from training.world.questions import article, full_caption
from training.world.scene import HELD_OUT, sample_scene

ROOT = Path(next(iter(training.__path__)))
# The card only formats figures; a training may import everything else.
RECIPES = sorted(path for path in ROOT.rglob("*.py") if "evaluation" not in path.parts and path.name != "card.py")


class Oracle:
    """An embedder with a random vector for each text and each picture."""

    def __init__(self, embeddings: int = 64) -> None:
        self.width = embeddings

    def embed_texts(self, texts):
        return np.stack([self._vector(text) for text in texts])

    def embed_images(self, images):
        return np.stack([self._vector(str(image.tobytes())) for image in images])

    def _vector(self, key):
        vector = np.random.default_rng(abs(hash(key)) % (1 << 32)).normal(size=self.width)
        return vector / np.linalg.norm(vector)


class Parrot:
    """A core that always writes the same, with confidence 1."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def features(self, images):
        return np.zeros((len(images), 2, 3), np.float16)

    def in_domain(self, features):
        return [True] * len(features)

    def queries(self, features, instruction):
        return features

    def window_queries(self, features, instruction, windows):
        return features[: len(windows)]

    def write(self, prompt, visual=None, *, max_new_tokens=24):
        return [SimpleNamespace(text=self.answer, confidence=1.0)]

    def score(self, prompt, candidates, visual=None):
        return np.tile(np.arange(len(candidates), 0, -1.0), (1, 1))


def test_no_recipe_imports_the_evaluation() -> None:
    for path in RECIPES:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        imported = [node.module or "" for node in tree if isinstance(node, ast.ImportFrom)]
        assert not any("evaluation" in name for name in imported), path


def test_no_batch_of_any_recipe_holds_an_evaluation_wording() -> None:
    """Compares the wordings without blanks; `test_language` compares the patterns."""
    rng = random.Random(1)
    prompts = [sample_task(sample_frame(rng)[0], rng)[1] for _ in range(120)]
    prompts += clip_batch(rng, size=40, frame=sample_frame).captions
    for _ in range(3):
        batch = text_batch(rng)
        prompts += [prompt for _, prompt, _ in batch.questions + batch.episodes]
        prompts += [example.prompt for example in batch.language]
    texts = set(prompts)
    for table_of in (held_out.QUESTION_WORDINGS, held_out.TOOL_WORDINGS, held_out.FOLLOW_UP_WORDINGS):
        for pattern in (pattern for patterns in table_of.values() for pattern in patterns if "{" not in pattern):
            assert not any(f"Question: {pattern} " in text for text in texts), pattern


def test_held_out_combinations_are_never_in_a_generalisation_batch() -> None:
    rng = random.Random(2)
    for make in (sample_frame, sample_still):
        scenes = [make(rng, "seen")[0] for _ in range(80)]
        assert not {(a.colour, a.kind) for scene in scenes for a in scene.actors} & HELD_OUT


def test_the_evaluation_repeats_itself_and_parts_do_not_share_samples() -> None:
    split = Split(3, 10)
    assert sample_scene(split.rng("a")) == sample_scene(Split(3, 99).rng("a"))
    assert sample_scene(split.rng("a")) != sample_scene(split.rng("b")) != sample_scene(Split(4, 10).rng("b"))


def test_every_result_has_the_digest_of_the_protocol() -> None:
    result = evaluate("limits", Oracle(), Parrot("yes"), seed=1, size=10)
    assert result["settings"]["yardstick"] == protocol.digest()


def test_an_untrained_model_retrieves_at_chance_and_baselines_find_little() -> None:
    figures = retrieval(Oracle(), Split(5, 60))
    assert figures["retrieval.r1"] < 0.2
    assert figures["retrieval.chance.r1"] < figures["retrieval.histogram.r1"] < 0.95
    assert figures["retrieval.chance.r1"] < figures["retrieval.pixels.r1"] < 0.95
    assert figures["retrieval.r1.low"] <= figures["retrieval.r1"] <= figures["retrieval.r1.high"]
    assert figures["retrieval.r1"] <= figures["retrieval.r5"] <= figures["retrieval.r10"]


def test_a_model_that_reads_captions_off_the_frame_retrieves_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    import training.evaluation.retrieval as module

    monkeypatch.setattr(module, "model_frame", lambda scene, size: scene)

    class Reader(Oracle):
        def embed_images(self, images):
            return np.stack([self._vector(full_caption(scene)) for scene in images])

    figures = retrieval(Reader(), Split(6, 40), baselines=False)
    assert figures["retrieval.r1"] == 1.0
    assert figures["retrieval.unseen.r1"] == 1.0
    assert figures["retrieval.vi.r1"] < 0.5


@pytest.mark.slow
def test_a_parrot_is_right_as_often_as_its_answer_is_common() -> None:
    figures = answers(Parrot("yes"), Split(7, 12))
    assert 0.2 < figures["vqa.en.exist"] < 0.8
    assert figures["vqa.en.colour"] == 0
    assert figures["vqa.worst"] == 0
    assert figures["calibration.ece"] == pytest.approx(1 - figures["vqa.en.mean"], abs=0.02)
    assert figures["vqa.blind"] <= 0.5
    assert {"vqa.frames", "vqa.vi.mean", "vqa.unseen.mean", "paraphrase.ratio", "captions.similarity", "vqa.ms"} <= set(
        figures
    )


def test_answers_that_claim_nothing_about_unknown_things_are_right() -> None:
    silent, eager = unknown_things(Parrot("none"), Split(4, 40)), unknown_things(Parrot("a red car"), Split(4, 40))
    assert silent["limits.unknown.en"] == silent["limits.unknown.vi"] == 1.0
    assert eager["limits.unknown"] == eager["limits.unknown.verify"] == 0.0


def test_every_question_about_an_unknown_thing_is_a_whole_sentence() -> None:
    rng, names = random.Random(11), [re.escape(name) for pair in held_out.UNKNOWN_THINGS for name in pair]
    for ask in (unknown_thing_in_english, unknown_thing_in_vietnamese):
        questions = [ask(rng) for _ in range(200)]
        assert {question.way for question in questions} == set(WAYS)
        texts = [question.text for question in questions]
        assert all(re.search("|".join(names), text) and "{" not in text for text in texts)


def test_the_calibration_error_is_small_for_true_confidences() -> None:
    rng = random.Random(8)
    honest = [Outcome(rng.random() < p, p) for p in (rng.random() for _ in range(8000))]
    overconfident = [Outcome(outcome.right, 1.0) for outcome in honest]
    assert calibration(honest)["calibration.ece"] < 0.03
    assert calibration(overconfident)["calibration.ece"] > 0.4
    assert calibration(honest)["calibration.risk_at_0.5"] < calibration(honest)["calibration.risk_at_0.8"]


def test_intervals_contain_the_truth_about_as_often_as_they_state() -> None:
    rng = np.random.default_rng(9)
    for truth in (0.05, 0.5, 0.95):
        intervals = [interval(right / 50, 50) for right in rng.binomial(50, truth, 2000)]
        assert np.mean([low <= truth <= high for low, high in intervals]) > 0.93
    assert interval(0.0, 0) == (0.0, 1.0)


def test_vietnamese_questions_have_the_truth_of_their_scene() -> None:
    rng, made = random.Random(10), dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        for _ in range(60):
            scene = sample_scene(rng)
            if asked := in_vietnamese(kind, scene, rng):
                text, answer = asked
                made[kind] += 1
                assert "{" not in text
                assert text.strip()
                if kind == "colour":
                    assert answer in {actor.colour for actor in scene.actors}
                if kind in ("left", "right"):
                    assert answer in {article(actor.name) for actor in scene.actors} | {"nothing"}
    assert all(made.values()), made


def test_the_table_has_a_row_for_each_figure() -> None:
    result = {"figures": {"a": 0.5, "a.low": 0.4, "a.high": 0.6, "b": 2.0}, "settings": {"seed": 1, "media": None}}
    assert table(result).splitlines()[2:4] == ["| `a` | 0.500 | 0.400 to 0.600 |", "| `b` | 2.000 |  |"]
    assert "seed 1" in table(result)
    assert "media" not in table(result)


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(ValueError, match="there are retrieval"):
        evaluate("everything", Oracle(), Parrot("x"), seed=1, size=10)
    assert PARTS[-1] == "pocket"


def test_the_protocol_ships_with_the_package() -> None:
    assert all(
        (files("training") / "evaluation" / name).is_file() for name in ("protocol.py", "published_digests.json")
    )
