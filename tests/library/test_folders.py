"""Folders as the scope of a question."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.agent import Assistant
from assistant.library.folders import video_ids_by_folder, video_ids_in_folder
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore
from tools.errors import VideoAssistantError
from tools.types import Video


def _video(video_id: str, *paths: str) -> Video:
    return Video(video_id, paths, 1.0, 1, 1, 1, 0)


VIDEOS = [_video("a", "/news/a.mp4"), _video("b", "/news/may/b.mp4"), _video("c", "/home/c.mp4", "/news/c.mp4")]


def test_each_folder_has_its_videos_and_a_single_one_is_no_choice() -> None:
    assert video_ids_by_folder(VIDEOS) == {Path("/home"): ["c"], Path("/news"): ["a", "c"], Path("/news/may"): ["b"]}
    assert video_ids_by_folder(VIDEOS[:1]) == {}


def test_a_folder_holds_what_lies_deeper_too() -> None:
    assert video_ids_in_folder(VIDEOS, Path("/news")) == ["a", "b", "c"]
    assert video_ids_in_folder(VIDEOS, Path("/news/../home")) == ["c"]
    with pytest.raises(VideoAssistantError, match="no indexed video lies in /new; videos lie in: /home, /news"):
        video_ids_in_folder(VIDEOS, Path("/new"))


class _Two(FakeIndex):
    """The fake video, and one that shows nothing."""

    def videos(self):
        return [*super().videos(), replace(super().videos()[0], video_id="w", keyframes=0)]

    def within(self, video_ids):
        return FakeIndex() if set(video_ids) == {"v"} else FakeIndex(empty=True)


def test_a_question_sees_only_the_videos_that_it_may_be_about() -> None:
    index = _Two()
    assistant = Assistant(index, index, ScriptedCore(slots={"query": "a dog"}), NoGrounder())
    assert assistant.ask("When does a dog appear?", thread_id="t", video_ids=["v"]).evidence
    assert "no video" in assistant.ask("When does a dog appear?", thread_id="t", video_ids=["w"]).answer
    with pytest.raises(VideoAssistantError, match="no video 'x'"):
        assistant.ask("When does a dog appear?", thread_id="t", video_ids=["v", "x"])
