"""The page without a browser: what it shows, what its buttons do, what survives a restart."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.agent import Assistant
from tests.tiny_glip import save_tiny

pytestmark = pytest.mark.slow

APP = Path(__file__).parents[2] / "ui" / "app.py"
QUESTION = "When does a bus appear?"


@pytest.fixture
def page(demo_library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(demo_library))
    st.cache_resource.clear()
    yield AppTest.from_file(str(APP), default_timeout=120).run()
    st.cache_resource.clear()


def _button(page: AppTest, label: str):
    return next(button for button in page.button if label in button.label)


def _message_texts(page: AppTest) -> str:
    return "\n".join(part.value for message in page.chat_message for part in message.markdown)


def test_an_example_is_answered_with_keyframes_and_steps(page: AppTest) -> None:
    assert not page.exception
    page = _button(page, QUESTION).click().run()
    assert not page.exception
    assert len(page.chat_message) == 2
    assert "0:2" in _message_texts(page)
    assert page.get("image")
    page = next(button for button in page.button if (button.key or "").endswith("-card-0-play")).click().run()
    (video,) = page.get("video")
    assert 23 <= video.proto.start_time <= 38, "the bus is there from second 23 to 38"


def test_a_sequence_is_one_strip_of_playable_keyframes(page: AppTest) -> None:
    asked = "first a white dog runs by, then a green truck stops, then a blue bus stops"
    page = page.chat_input[0].set_value(asked).run()
    assert not page.exception
    captions = [part.value for message in page.chat_message for part in message.caption]
    assert [number for number in "123" if any(f"**{number}.**" in caption for caption in captions)] == ["1", "2", "3"]
    assert "not found" in captions, "there is no green truck"
    events = [button for button in page.button if re.search("-event-\\d-play$", button.key or "")]
    assert len(events) == 2
    page = events[-1].click().run()
    (video,) = page.get("video")
    assert 23 <= video.proto.start_time <= 38, "the bus is there from second 23 to 38"


def test_a_conversation_goes_on_and_outlives_the_page(page: AppTest, demo_library: Path) -> None:
    thread = page.query_params["thread"]
    page = page.chat_input[0].set_value(QUESTION).run()
    page = page.chat_input[0].set_value("What colour is it?").run()
    assert "blue" in _message_texts(page).lower()
    st.cache_resource.clear()
    again = AppTest.from_file(str(APP), default_timeout=120)
    again.query_params["thread"] = thread
    again.run()
    assert len(again.chat_message) == 4
    assert not again.exception


def test_an_unclear_question_offers_readings_to_click(page: AppTest) -> None:
    page = page.chat_input[0].set_value("the bus thingy over by whatever").run()
    assert not page.exception
    offered = [button for button in page.button if "-choice-" in (button.key or "")]
    assert len(offered) == 2
    page = offered[0].click().run()
    assert not page.exception
    assert [message.name for message in page.chat_message] == ["user", "assistant"] * 2
    assert offered[0].label in _message_texts(page)


def test_a_conversation_is_renamed_and_deleted(page: AppTest) -> None:
    thread = page.query_params["thread"]
    page = page.chat_input[0].set_value(QUESTION).run()
    page = page.run()
    page = page.text_input(key=f"name-{thread}").set_value("The bus").run()
    assert not page.exception
    assert any(button.label == "The bus" for button in page.button)
    page = _button(page, "Delete").click().run()
    assert not page.exception
    assert not any(button.label == "The bus" for button in page.button)
    assert page.query_params["thread"] != thread


def test_the_answer_is_spoken_by_this_machine(page: AppTest) -> None:
    page = page.chat_input[0].set_value("Biển hiệu viết gì?").run()
    page = _button(page, "Read aloud").click().run()
    assert not page.exception
    assert page.get("video"), "the sign is shown while it is read aloud"


@pytest.mark.parametrize("name", ["vi", "Tiếng Việt"])
def test_the_address_chooses_the_language(demo_library: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(demo_library))
    st.cache_resource.clear()
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.query_params["lang"] = name
    page.run()
    assert page.title[0].value == "Hỏi về video của bạn"
    assert page.query_params["lang"] == "vi", "a reload and a shared address keep the language"
    page.session_state["lang"] = "en"
    page.run()
    assert page.title[0].value == "Ask your videos"
    assert "lang" not in page.query_params, "the browser's own language needs no word in the address"
    st.cache_resource.clear()


def test_the_whole_page_changes_its_language(page: AppTest) -> None:
    page.session_state["lang"] = "vi"
    page = page.run()
    assert page.title[0].value == "Hỏi về video của bạn"
    labels = [button.label for button in page.button]
    assert "Khi nào xe buýt xuất hiện?" in labels
    assert "New conversation" not in labels


def test_what_videos_and_people_say_is_never_markup(page: AppTest) -> None:
    page = page.chat_input[0].set_value("<b>hi</b> **x** ![i](http://a.b/c.png) $x$").run()
    assert not page.exception
    assert "**x**" not in _message_texts(page)
    assert "![i]" not in _message_texts(page)


def test_boxes_are_shown_over_the_keyframes_of_an_answer(page: AppTest, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_GROUNDING", str(save_tiny(tmp_path / "glip")))
    st.cache_resource.clear()
    page = page.chat_input[0].set_value("Draw a box around the red car.").run()
    assert not page.exception
    assert ":gray[ground ·" in _message_texts(page)
    captions = [caption.value for caption in page.caption]
    assert any(re.search(r"car 0\.\d\d", caption) for caption in captions), captions
    assert page.get("image")


def test_an_empty_library_asks_for_videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(tmp_path / "new"))
    st.cache_resource.clear()
    page = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not page.exception
    assert any("library is empty" in part.value for part in page.markdown)
    assert _button(page, "Try the demo clips")
    st.cache_resource.clear()


def test_a_password_is_asked_for_where_one_is_set(demo_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(demo_library))
    monkeypatch.setenv("VIDEO_ASSISTANT_PASSWORD", "mật khẩu")
    monkeypatch.setattr("ui.login.WAIT_SECONDS", 0.0)
    st.cache_resource.clear()
    page = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not page.chat_input
    page.text_input[0].set_value("password")
    page = page.button[0].click().run()
    assert not page.chat_input
    assert "Wrong password" in page.error[0].value
    page.text_input[0].set_value("mật khẩu")
    page = page.button[0].click().run()
    assert page.chat_input
    st.cache_resource.clear()


def test_a_spoken_question_is_asked_as_it_was_heard(tmp_path: Path) -> None:
    import io
    import wave
    from types import SimpleNamespace

    from assistant.media.readings import Cue, Transcript
    from tools.errors import VideoAssistantError
    from ui.speech_input import transcribe_question

    recording = io.BytesIO()
    with wave.open(recording, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    durations: list[float] = []
    heard = ["Khi nào", "xe buýt xuất hiện?"]

    def transcribe(samples, start: float):
        durations.append(len(samples) / 16_000)
        return Transcript(tuple(Cue(0.0, 1.0, words, "vi") for words in heard))

    session = SimpleNamespace(listener=SimpleNamespace(transcribe=transcribe))
    assert transcribe_question(session, recording.getvalue(), "vi") == "Khi nào xe buýt xuất hiện?"
    assert durations == [1.0]
    heard.clear()
    with pytest.raises(VideoAssistantError, match="không nghe rõ"):
        transcribe_question(session, recording.getvalue(), "vi")


def test_a_folder_can_be_what_a_question_is_about(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ui.screens.chat.video_ids_by_folder", lambda videos: {Path("/films/rain"): [v.video_id for v in videos]}
    )
    asked: list[object] = []
    stream = Assistant.stream

    def record_scope(self, question, **where):
        asked.append(where["video_ids"] or [where["video_id"]])
        return stream(self, question, **where)

    monkeypatch.setattr(Assistant, "stream", record_scope)
    page = page.run()
    (choice,) = [box for box in page.sidebar.selectbox if box.label == "Ask about"]
    assert "Folder rain" in choice.options
    page = choice.select("folder:/films/rain").run()
    page = page.chat_input[0].set_value(QUESTION).run()
    assert not page.exception
    assert "0:2" in _message_texts(page)
    ((video_id,),) = asked
    assert video_id.startswith("morning-street")
