"""Search over all channels against search over pictures alone: what visual queries lose and text queries gain."""

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
from bench.libraries import index_folder, session_over
from bench.quality.text.ground_truth import subtitle_files, true_lines, videos
from training.world.questions import article

if TYPE_CHECKING:
    from assistant.session import Session
    from tools.types import FrameHit

CLIPS, CLIP_SECONDS = 6, 20  # of the rendered world
TOP = 5
SLACK_SECONDS = 1.0  # that a keyframe may lie outside a true span
MIN_WIDTH = 0.03  # of a box, as a share of the picture's: narrower things cannot be recognised
MIN_WORDS, MAX_WORDS = 2, 5  # of a line, in a text query


Span = tuple[str, float, float]  # file name without suffix, start and end in seconds


@dataclass(frozen=True, slots=True)
class Query:
    """A text to search for, and the spans that answer it."""

    text: str
    spans: tuple[Span, ...]


def fusion_figures(session: Session, folder: Path, seed: int) -> dict[str, float]:
    """Recall@5 with and without the text channels, of queries for what is seen and of queries for words.

    A query counts as answered if one of the first five keyframes lies in one of its spans. `visual_recall_spoken` is
    the same for queries for what is seen, after indexing another video in which every second one of them is spoken.
    """
    with (
        tempfile.TemporaryDirectory() as temporary,
        session_over(session, Path(temporary) / "library") as media_session,
    ):
        clips, real, talk = (Path(temporary) / name for name in ("clips", "real", "talk"))
        real.mkdir()
        _render_clips(clips, seed)
        _copy_videos_with_text(folder, real)
        for _ in media_session.index([clips, real]):
            pass
        search = media_session.search
        stems = _stems(media_session)
        visual, text = list(_visual_queries(clips)), list(_text_queries(media_session, folder, stems))
        figures = {}
        for name, queries in (("visual", visual), ("text", text)):
            plain = [_is_answered(query, search.search_pictures(query.text, limit=TOP), stems) for query in queries]
            fused = [_is_answered(query, search.search(query.text, limit=TOP), stems) for query in queries]
            figures[f"text.{name}_recall_plain"] = sum(plain) / len(queries)
            figures[f"text.{name}_recall_fused"] = sum(fused) / len(queries)
        _write_talk(visual, talk)
        index_folder(media_session, talk)
        stems = _stems(media_session)
        spoken = [_is_answered(query, search.search(query.text, limit=TOP), stems) for query in visual]
        figures["text.visual_recall_spoken"] = sum(spoken) / len(visual)
    return figures | {
        "text.fusion_visual_loss": figures["text.visual_recall_plain"] - figures["text.visual_recall_fused"],
        "text.fusion_text_gain": figures["text.text_recall_fused"] - figures["text.text_recall_plain"],
        "text.visual_queries": len(visual),
        "text.text_queries": len(text),
    }


def _stems(session: Session) -> dict[str, str]:
    """The file name without suffix of each video, by its id."""
    return {video.video_id: Path(video.paths[0]).stem for video in session.library.videos()}


def _write_talk(queries: Sequence[Query], folder: Path) -> None:
    """Writes a video with a transcript in which every second query is spoken, one a second."""
    folder.mkdir()
    shutil.copyfile(str(files("assistant") / "demo" / "night-park.mp4"), folder / "talk.mp4")
    lines = [f"0:00:{i % 25:02d} - 0:00:{i % 25 + 1:02d}, {query.text}\n" for i, query in enumerate(queries[::2])]
    (folder / "talk.txt").write_text("".join(lines), encoding="utf-8")


def _is_answered(query: Query, hits: Sequence[FrameHit], stems: dict[str, str]) -> bool:
    return any(
        stems[hit.keyframe.video_id] == stem and start - SLACK_SECONDS <= hit.keyframe.seconds < end + SLACK_SECONDS
        for hit in hits
        for stem, start, end in query.spans
    )


def _render_clips(folder: Path, seed: int) -> None:
    """Writes held-out clips of the rendered world, each with a file of its truth."""
    command = [sys.executable, "-m", "training.release.clips", "--out", str(folder), "--count", str(CLIPS)]
    command += ["--seed", str(seed), "--seconds", str(CLIP_SECONDS)]
    # A command and not an import: the measurement works for clips of any origin that have such files.
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our module


def _copy_videos_with_text(folder: Path, target: Path) -> None:
    """Copies the videos that show text or have subtitle files, and these files. A subtitle file belongs to the videos
    whose name begins with its own.
    """
    with_text = {line.path for line in true_lines(folder) if line.timed}
    for video in videos(folder):
        subtitles = [path for path in subtitle_files(folder) if video.stem.startswith(path.name.split(".")[0])]
        if not subtitles and video not in with_text:
            continue
        shutil.copyfile(video, target / video.name)
        for path in subtitles:
            tag = "".join(path.suffixes[-2:]) if len(path.suffixes) > 1 else path.suffix
            shutil.copyfile(path, target / f"{video.stem}{tag}")


def _visual_queries(clips: Path) -> Iterator[Query]:
    """A query for each thing and each event in the clips, according to the files of their truth."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for path in sorted(clips.glob("*.json")):
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for row in truth["boxes"]:
            if row["box"][2] - row["box"][0] >= MIN_WIDTH * truth["size"][0]:
                spans[article(row["who"])].append((path.stem, row["seconds"], row["seconds"]))
        for event in truth["events"]:
            spans[event["text"]].append((path.stem, event["start_seconds"], event["end_seconds"]))
    for text, text_spans in sorted(spans.items()):
        yield Query(text, tuple(text_spans))


def _text_queries(session: Session, folder: Path, stems: dict[str, str]) -> Iterator[Query]:
    """A query for the first words of each true line on screen, without accents, and of each subtitle, as written."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for line in true_lines(folder):
        words = line.text.split()[:MAX_WORDS]
        if line.timed and len(words) >= MIN_WORDS:
            spans[fold(" ".join(words))].append((line.path.stem, line.start_seconds, line.end_seconds))
    for video_id, stem in stems.items():
        for cue in session.library.lines(video_id, source="subtitle"):
            words = cue.text.split()[:MAX_WORDS]
            if len(words) > MIN_WORDS:
                spans[" ".join(words)].append((stem, cue.start_seconds, cue.end_seconds))
    for text, text_spans in sorted(spans.items()):
        yield Query(text, tuple(text_spans))
