"""Known items: the right file and time, and what is shown of them."""

import json
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.quality.real import video_library
from bench.quality.real.known_items import evaluate, figures, judge, nonsense_queries
from bench.quality.understanding.question_files import write_rows
from tools.errors import VideoAssistantError
from tools.types import FrameHit, Keyframe

ITEM = {
    "id": "x",
    "query_en": "a red kite",
    "query_vi": "con diều đỏ",
    "video": "a.mp4",
    "moments": [[3.0, 5.0]],
    "also": [{"video": "b.mp4", "moments": [[0.0, 1.0], [8.0, 9.0]]}],
}


def _hit(video: str, seconds: float, *, shown: bool = True) -> dict[str, Any]:
    return {"videos": [video, f"copy of {video}"], "seconds": seconds, "shown": shown}


@pytest.mark.parametrize(
    ("hits", "rank", "video_is_first", "is_shown"),
    [
        ([_hit("a.mp4", 2.5)], 1, True, True),
        ([_hit("a.mp4", 2.4)], None, True, False),
        ([_hit("a.mp4", 9.0), _hit("a.mp4", 5.5, shown=False)], 2, True, False),
        ([_hit("c.mp4", 4.0), _hit("b.mp4", 8.0), _hit("a.mp4", 4.0, shown=False)], 2, False, True),
        ([_hit("b.mp4", 4.0)], None, True, False),
        ([], None, False, False),
    ],
)
def test_a_hit_needs_the_file_and_the_time(
    hits: list[dict[str, Any]], rank: int | None, video_is_first: bool, is_shown: bool
) -> None:
    assert judge(ITEM, hits) == {"rank": rank, "video_is_first": video_is_first, "is_shown": is_shown}


def test_figures_are_of_both_languages_and_of_each() -> None:
    rows = [
        {"language": "en", "rank": 1, "video_is_first": True, "is_shown": True},
        {"language": "en", "rank": 5, "video_is_first": True, "is_shown": False},
        {"language": "vi", "rank": 6, "video_is_first": False, "is_shown": True},
        {"language": "vi", "rank": None, "video_is_first": False, "is_shown": False},
    ]
    results = figures(rows)
    assert [results[f"search.{name}"] for name in ("r1", "r5", "video.r1", "shown")] == [0.25, 0.5, 0.5, 0.5]
    assert [results[f"search.en.{name}"] for name in ("r1", "r5", "video.r1", "shown")] == [0.5, 1.0, 1.0, 0.5]
    assert results["search.vi.r5"] == 0.0


class _Session:
    """A session whose library holds what was indexed; content is a file's first word, and `bad` cannot be read."""

    def __init__(self) -> None:
        self.contents: dict[str, str] = {}
        self.library = SimpleNamespace(videos=lambda: [SimpleNamespace(video_id=x, keyframes=2) for x in self.contents])
        self.search = SimpleNamespace(search=self._search)
        self.asked: list[tuple[str, str]] = []

    def index(self, paths: list[Path]) -> Any:
        for path in paths:
            content = path.read_text("utf-8")
            if content != "bad":
                self.contents[content] = path.name
            yield SimpleNamespace(video_id=None if content == "bad" else content, error="no video")

    def for_retrieval(self, text: str) -> str:
        return f"english of {text}"

    def _search(self, query: str, *, words: str, limit: int) -> list[FrameHit]:
        self.asked.append((query, words))
        is_known = words in (ITEM["query_en"], ITEM["query_vi"])
        return [FrameHit(Keyframe("kite", 100, 4.0, 0, 0, ""), 0.5, why=query, shown=is_known)][:limit]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> _Session:
    opened = _Session()

    @contextmanager
    def session_over(session: object, library: Path) -> Any:
        yield opened

    monkeypatch.setattr(video_library, "session_over", session_over)
    return opened


def test_all_videos_of_a_set_are_searched_as_find_searches(
    opened: _Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("a.mp4", "kite"), ("b.mp4", "kite"), ("c.mp4", "dog"), ("d.mp4", "bad")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    items = [ITEM, ITEM | {"id": "y", "video": "d.mp4"}, ITEM | {"id": "z", "video": "e.mp4"}]
    write_rows(tmp_path / "search.jsonl", items)
    write_rows(tmp_path / "sight.jsonl", [{"id": 1, "video": "c.mp4"}])
    session: Any = None
    result = evaluate(session, tmp_path, media=tmp_path, out=tmp_path / "rows.jsonl")
    assert opened.contents == {"kite": "b.mp4", "dog": "c.mp4"}
    asked = ["a red kite", "con diều đỏ", *nonsense_queries()]
    assert opened.asked == [(f"english of {text}", text) for text in asked]
    assert result["settings"] == {"items": 1, "left_out": 2, "videos": 3, "nonsense": 40, "keyframes": 4}
    assert result["figures"]["search.r1"] == result["figures"]["search.shown"] == 1.0
    assert result["figures"]["search.nonsense"] == 0.0
    row, *_, last = map(json.loads, (tmp_path / "rows.jsonl").read_text("utf-8").splitlines())
    assert (row["id"], row["language"], row["hits"][0]["videos"]) == ("x", "en", ["a.mp4", "b.mp4"])
    assert (last["id"], last["query"]) == ("nonsense-40", asked[-1])
    reported = capsys.readouterr().err
    assert "d.mp4 cannot be indexed (no video)" in reported
    assert "e.mp4 is not in" in reported


def test_a_library_that_holds_other_videos_is_refused(opened: _Session, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("kite", encoding="utf-8")
    write_rows(tmp_path / "search.jsonl", [ITEM | {"also": []}])
    opened.contents["old"] = "old.mp4"
    session: Any = None
    with pytest.raises(VideoAssistantError, match="holds other videos too"):
        evaluate(session, tmp_path, media=tmp_path, keep=tmp_path)
    opened.contents.clear()
    (tmp_path / "a.mp4").write_text("bad", encoding="utf-8")
    with pytest.raises(VideoAssistantError, match="no video of the set can be indexed"):
        evaluate(session, tmp_path, media=tmp_path)
