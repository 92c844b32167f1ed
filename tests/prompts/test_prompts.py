from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import prompts

SAMPLES = {
    "question": "when does a bus appear?",
    "statement": "a red bus",
    "lines": "PHO 24",
    "tool": "find frames",
    "slot": "query",
    "history": [{"question": "is there a bus?", "answer": "yes"}],
    "wanted": "what the pictures show",
    "source": "Vietnamese",
    "target": "English",
    "text": "có xe đỏ không?",
    "options": {"find_frames": "find pictures that show a thing"},
    "count": 4,
    "number": 2,
    "captions": "a red car in the street by day ; a blue bus in the street by day",
}


@pytest.mark.parametrize("name", prompts.names())
def test_every_prompt_renders_with_its_variables(name: str) -> None:
    text = prompts.render(name, **{v: SAMPLES[v] for v in prompts.variables(name)})
    assert text
    assert "{" not in text


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(prompts.PromptError, match="question"):
        prompts.render("pocket/answer")


def test_an_unknown_variable_is_refused() -> None:
    with pytest.raises(prompts.PromptError, match="answer"):
        prompts.render("pocket/answer", question="?", colour="red")


def test_an_unknown_prompt_names_the_known_ones() -> None:
    with pytest.raises(prompts.PromptError, match="pocket/choose_tool"):
        prompts.render("nonsense")


def test_the_self_check_asks_the_questions_that_its_stored_verdicts_are_about() -> None:
    questions = prompts.render("selfcheck/questions").splitlines()
    assert [prompts.render("selfcheck/answer", question=question) for question in questions] == [
        "Question: what is in the picture? Short answer:",
        "Question: is there a person? Short answer:",
        "Question: what colour is it? Short answer:",
        "Question: how many things are there? Short answer:",
    ]


def test_prompts_lie_in_the_folders_of_their_families() -> None:
    families = {name.split("/")[0] for name in prompts.names() + prompts.schema_names()}
    assert families == {"pocket", "flan", "chat", "tools", "selfcheck", "video_qa"}
    assert {"pocket/verify", "chat/system"} <= set(prompts.names())
    assert {"tools/count", "chat/replies/verdicts"} <= set(prompts.schema_names())


def test_a_wheel_holds_every_prompt() -> None:
    root = Path(prompts.__file__).parents[1]
    packed = {entry.distribution_path for entry in WheelBuilder(str(root)).recurse_included_files()}
    texts = [f"prompts/{name}.txt" for name in prompts.names()]
    schemas = [f"prompts/{name}.toml" for name in prompts.schema_names()]
    assert {*texts, *schemas} <= packed


def test_user_text_is_data_not_template() -> None:
    assert "{{ 7 * 7 }}" in prompts.render("pocket/answer", question="{{ 7 * 7 }}")
