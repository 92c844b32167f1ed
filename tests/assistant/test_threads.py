"""Conversations on the command line: listed, shown, renamed, exported, removed."""

import base64
import re
from pathlib import Path

import pytest
from PIL import Image

from assistant.agent import Assistant
from assistant.export.report import export_thread
from assistant.session import Session
from tests.command import run
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore
from tools.errors import VideoAssistantError
from tools.types import Keyframe


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library whose assistant is scripted, with one conversation of two turns."""
    root = tmp_path / "library"
    index = FakeIndex()
    thumbnails = root / "videos" / "v" / "thumbnails"
    thumbnails.mkdir(parents=True)
    index.frames = [
        Keyframe("v", k.frame_index, k.seconds, k.shot, k.group, str(thumbnails / k.image)) for k in index.frames
    ]
    for keyframe in index.frames:
        Image.new("RGB", (32, 18), (200, 30, 30)).save(keyframe.image)

    def assistant(self: Session) -> Assistant:
        core = ScriptedCore(slots={"query": "a dog"})
        return Assistant(index, index, core, NoGrounder(), None, root / "threads.sqlite")

    monkeypatch.setattr(Session, "assistant", property(assistant))
    run(root, "ask", "When does a <b>dog</b> appear?", "--thread", "first")
    run(root, "ask", "Is there a *dog*?", "--thread", "first")
    return root


def test_a_conversation_is_listed_shown_renamed_and_removed(library: Path) -> None:
    (row,) = run(library, "threads", "--json")
    assert row == {"thread_id": "first", "title": "When does a <b>dog</b> appear?", "turns": 2}
    turns = run(library, "threads", "show", "first", "--json")
    assert turns[0]["answer"].startswith("Seen at 0:06")
    run(library, "threads", "rename", "first", "  The   dog ")
    assert "first  The dog  2 turns" in run(library, "threads").stdout
    run(library, "threads", "remove", "first")
    assert run(library, "threads", "--json") == []


@pytest.mark.parametrize("arguments", [("show", "x"), ("rename", "x", "y"), ("export", "x", "a.md"), ("remove", "x")])
def test_an_unknown_conversation_is_one_line(library: Path, arguments: tuple[str, ...]) -> None:
    error = run(library, "threads", *arguments, code=1).stderr
    assert "no conversation 'x'; there are: first" in error
    assert error.count("\n") == 1


def test_a_name_cannot_be_empty(library: Path) -> None:
    assert "name is empty" in run(library, "threads", "rename", "first", "  ", code=1).stderr


def test_the_page_holds_its_pictures_and_shows_text_as_text(library: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert run(library, "threads", "export", "first", str(target)).stdout.strip() == str(target)
    page = target.read_text(encoding="utf-8")
    assert "When does a &lt;b&gt;dog&lt;/b&gt; appear?" in page
    assert "<b>dog" not in page
    assert "Seen at 0:06" in page
    assert 'src="http' not in page
    pictures = re.findall(r"data:image/jpeg;base64,([\w+/=]+)", page)
    assert len(pictures) >= 2
    assert base64.b64decode(pictures[0]).startswith(b"\xff\xd8")


def test_markdown_lies_beside_its_pictures(library: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    run(library, "threads", "export", "first", str(target))
    text = target.read_text(encoding="utf-8")
    assert "## When does a \\<b\\>dog\\</b\\> appear?" in text
    assert "## Is there a \\*dog\\*?" in text
    linked = re.findall(r"\(<(report-frames/[^>]+)>\)", text)
    assert linked
    assert all((tmp_path / name).is_file() for name in linked)


def test_a_report_survives_the_loss_of_a_picture(library: Path, tmp_path: Path) -> None:
    for path in library.rglob("*.jpg"):
        path.unlink()
    target = tmp_path / "report.html"
    run(library, "threads", "export", "first", str(target))
    page = target.read_text(encoding="utf-8")
    assert "<img" not in page
    assert "v 0:06" in page


def test_a_wrong_place_or_suffix_writes_nothing(library: Path, tmp_path: Path) -> None:
    assert "ends in .html or .md" in run(library, "threads", "export", "first", str(tmp_path / "r.pdf"), code=1).stderr
    with pytest.raises(VideoAssistantError, match="cannot be written"):
        export_thread("x", [], tmp_path / "nowhere" / "report.html")
    assert not list(tmp_path.glob("*.pdf"))


def test_a_moment_is_rejected_for_what_comes_next(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "library", property(lambda self: _FakeLibrary(self.assistant._frames)))
    run(library, "threads", "mark", "first", "v@6.2", "rejected")
    answer = run(library, "ask", "When does a dog appear?", "--thread", "first", "--json")
    assert [evidence["seconds"] for evidence in answer["evidence"]] == [7.0]
    run(library, "threads", "mark", "first", "v@6.2", "none")
    answer = run(library, "ask", "When does a dog appear?", "--thread", "first", "--json")
    assert answer["evidence"][0]["seconds"] == 6.0


class _FakeLibrary:
    def __init__(self, index: FakeIndex) -> None:
        self.index = index

    def video(self, video_id: str) -> None:
        assert video_id == "v"

    def nearest_keyframe(self, video_id: str, seconds: float) -> Keyframe:
        return min(self.index.frames, key=lambda k: abs(k.seconds - seconds))

    def close(self) -> None: ...
