import pytest

import prompts

SAMPLES = {
    "question": "when does a bus appear?",
    "statement": "a red bus",
    "lines": "PHO 24",
    "tool": "find frames",
    "slot": "query",
    "history": [{"question": "is there a bus?", "answer": "yes"}],
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
        prompts.render("answer")


def test_an_unknown_variable_is_refused() -> None:
    with pytest.raises(prompts.PromptError, match="answer"):
        prompts.render("answer", question="?", colour="red")


def test_an_unknown_prompt_names_the_known_ones() -> None:
    with pytest.raises(prompts.PromptError, match="choose_tool"):
        prompts.render("nonsense")


def test_the_self_check_asks_the_questions_that_its_stored_verdicts_are_about() -> None:
    questions = prompts.render("selfcheck_questions").splitlines()
    assert [prompts.render("selfcheck", question=question) for question in questions] == [
        "Question: what is in the picture? Short answer:",
        "Question: is there a person? Short answer:",
        "Question: what colour is it? Short answer:",
        "Question: how many things are there? Short answer:",
    ]


def test_user_text_is_data_not_template() -> None:
    assert "{{ 7 * 7 }}" in prompts.render("answer", question="{{ 7 * 7 }}")
