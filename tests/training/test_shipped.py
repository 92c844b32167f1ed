"""The shipped weights against floors: a checkpoint that was trained or exported badly does not pass."""

import prompts
from assistant.session import open_session
from training.evaluation.language import language
from training.evaluation.retrieval import retrieval
from training.evaluation.yardstick import Split, same
from training.models import IMAGE_SIZE
from training.world.questions import sample_question
from training.world.render import model_frame

SEED = 20_777
ASKED = 100


def test_pictures_are_found_in_both_languages() -> None:
    figures = retrieval(open_session().clip, Split(SEED, 100), baselines=False)
    assert figures["retrieval.r1"] >= 0.9, figures
    assert figures["retrieval.vi.r1"] >= 0.9, figures


def test_questions_of_every_kind_are_answered() -> None:
    core = open_session().own_blip
    right = asked = 0
    for scene, rng in Split(SEED, ASKED).scenes("floor"):
        if question := sample_question(scene, rng):
            queries = core.queries(core.features([model_frame(scene, IMAGE_SIZE, rng)]), question.text)
            (written,) = core.write(prompts.render("answer", question=question.text), queries)
            right += same(written.text, question.answer)
            asked += 1
            if asked == ASKED:
                break
    assert right >= 0.82 * ASKED, right


def test_language_is_understood() -> None:
    figures = language(open_session().own_blip, Split(SEED, 20))
    floors = {"tool.choice": 0.8, "tool.slots": 0.75, "rewrite.exact": 0.7, "translate.exact": 0.75}
    assert all(figures[name] >= floor for name, floor in floors.items()), figures
