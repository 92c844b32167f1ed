"""Searching all channels as one, against searching pictures alone: what visual queries lose, what text queries gain."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.text.fold import fold
from bench.quality.text.ground_truth import subtitle_files, true_lines, videos

if TYPE_CHECKING:
    from assistant.session import Session
    from tools.types import FrameHit

CLIPS, CLIP_SECONDS = 6, 20  # of the rendered world
TOP = 5
SLACK_SECONDS = 1.0  # a keyframe this near a true span shows it
NARROWEST = 0.03  # of the picture's width: less of a thing cannot be told
FEWEST_WORDS, MOST_WORDS = 2, 5  # of a line, in a text query


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, and the spans (file stem, start, end in seconds) that answer it."""

    text: str
    spans: tuple[tuple[str, float, float], ...]


def fusion_figures(session: Session, folder: Path, seed: int) -> dict[str, float]:
    """Recall@5 with and without the text channels, on queries about what is seen and on queries for words.

    A query counts as answered if one of the first five keyframes lies in one of its spans. `visual_recall_spoken`: the
    same for queries about what is seen, where somebody says every other of them word for word in yet another video.
    """
    from assistant.session import Session as Opened

    with tempfile.TemporaryDirectory() as place:
        clips, real = Path(place) / "clips", Path(place) / "real"
        real.mkdir()
        _render_clips(clips, seed)
        _gather(folder, real)
        own = Opened(session.settings.model_copy(update={"library": Path(place) / "library"}))
        for _ in own.index([clips, real]):
            pass
        stems = _stems(own)
        visual, text = list(_visual_queries(clips)), list(_text_queries(own, folder, stems))
        figures = {}
        for name, queries in (("visual", visual), ("text", text)):
            plain = [_answered(query, own.search.search_pictures(query.text, limit=TOP), stems) for query in queries]
            fused = [_answered(query, own.search.search(query.text, limit=TOP), stems) for query in queries]
            figures[f"text.{name}_recall_plain"] = sum(plain) / len(queries)
            figures[f"text.{name}_recall_fused"] = sum(fused) / len(queries)
        _tell(visual, Path(place) / "talk")
        for _ in own.index([Path(place) / "talk"]):
            pass
        stems = _stems(own)
        spoken = [_answered(query, own.search.search(query.text, limit=TOP), stems) for query in visual]
        figures["text.visual_recall_spoken"] = sum(spoken) / len(visual)
        own.close()
    return figures | {
        "text.fusion_visual_loss": figures["text.visual_recall_plain"] - figures["text.visual_recall_fused"],
        "text.fusion_text_gain": figures["text.text_recall_fused"] - figures["text.text_recall_plain"],
        "text.visual_queries": len(visual),
        "text.text_queries": len(text),
    }


def _stems(session: Session) -> dict[str, str]:
    return {video.video_id: Path(video.paths[0]).stem for video in session.library.videos()}


def _tell(queries: Sequence[Query], folder: Path) -> None:
    """A video in which every other query is spoken, a second each."""
    folder.mkdir()
    shutil.copyfile(str(files("assistant") / "demo" / "night-park.mp4"), folder / "talk.mp4")
    told = [f"0:00:{i % 25:02d} - 0:00:{i % 25 + 1:02d}, {query.text}\n" for i, query in enumerate(queries[::2])]
    (folder / "talk.txt").write_text("".join(told), encoding="utf-8")


def _answered(query: Query, hits: Sequence[FrameHit], stems: dict[str, str]) -> bool:
    return any(
        stems[hit.keyframe.video_id] == stem and start - SLACK_SECONDS <= hit.keyframe.seconds < end + SLACK_SECONDS
        for hit in hits
        for stem, start, end in query.spans
    )


def _render_clips(folder: Path, seed: int) -> None:
    """Held-out clips of the rendered world with their truth beside them."""
    command = [sys.executable, "-m", "training.release.clips", "--out", str(folder), "--count", str(CLIPS)]
    command += ["--seed", str(seed), "--seconds", str(CLIP_SECONDS)]
    # The command and not an import: this measure holds for whatever world the clips come from.
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own module


def _gather(folder: Path, target: Path) -> None:
    """Videos with text and the subtitle files that belong to them: those whose name the video's begins with."""
    wanted = {line.path for line in true_lines(folder) if line.timed}
    for video in videos(folder):
        own = [path for path in subtitle_files(folder) if video.stem.startswith(path.name.split(".")[0])]
        if not own and video not in wanted:
            continue
        shutil.copyfile(video, target / video.name)
        for path in own:
            tag = "".join(path.suffixes[-2:]) if len(path.suffixes) > 1 else path.suffix
            shutil.copyfile(path, target / f"{video.stem}{tag}")


def _visual_queries(clips: Path) -> Iterator[Query]:
    """What is seen in the clips that came with their truth, thing by thing."""
    spans: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for path in sorted(clips.glob("*.json")):
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for row in truth["boxes"]:
            if row["box"][2] - row["box"][0] >= NARROWEST * truth["size"][0]:
                spans[_article(row["who"])].append((path.stem, row["seconds"], row["seconds"]))
        for event in truth["events"]:
            spans[event["text"]].append((path.stem, event["start_seconds"], event["end_seconds"]))
    for text, where in sorted(spans.items()):
        yield Query(text, tuple(where))


def _article(thing: str) -> str:
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _text_queries(session: Session, folder: Path, stems: dict[str, str]) -> Iterator[Query]:
    """The first words of every true line on screen without their accents, and of every line spoken as they stand."""
    spans: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for line in true_lines(folder):
        words = line.text.split()[:MOST_WORDS]
        if line.timed and len(words) >= FEWEST_WORDS:
            spans[fold(" ".join(words))].append((line.path.stem, line.start_seconds, line.end_seconds))
    for video_id, stem in stems.items():
        for cue in session.library.lines(video_id, source="subtitle"):
            words = cue.text.split()[:MOST_WORDS]
            if len(words) > FEWEST_WORDS:
                spans[" ".join(words)].append((stem, cue.start_seconds, cue.end_seconds))
    for text, where in sorted(spans.items()):
        yield Query(text, tuple(where))
