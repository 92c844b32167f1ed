"""What each keyframe shows, told by the core, as lines: after indexing, in batches, from where it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from tools.types import Keyframe, Line

if TYPE_CHECKING:
    from assistant.library import Library
    from tools.ports import Answer

BATCH = 16  # pictures told at once, and what a killed run may lose


@dataclass(frozen=True, slots=True)
class Captioned:
    """What became of one video."""

    video_id: str
    captions: int  # new ones
    keyframes: int


def caption(
    library: Library,
    tell: Callable[[Sequence[Keyframe]], Sequence[Answer]],
    video_ids: Sequence[str],
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> Iterator[Captioned]:
    """Gives every keyframe that has none a caption; near-duplicates share one, and are told once.

    Args:
        tell: a sentence for each of some keyframes (`tools.ports.Core.caption`).
        progress: called with the video, the keyframes done, and all of them.

    Raises:
        LibraryBusyError: another process is writing.
    """
    for video_id in video_ids:
        keyframes = library.keyframes(video_id)
        there = {line.start_seconds for line in library.lines(video_id, source="caption")}
        ends = [
            *(k.seconds for k in keyframes[1:]),
            max(library.video(video_id).duration_seconds, keyframes[-1].seconds),
        ]
        until = dict(zip((k.frame_index for k in keyframes), ends, strict=True))
        groups = [list(own) for _, own in groupby(keyframes, key=lambda k: (k.shot, k.group))]
        missing = [own for group in groups if (own := [k for k in group if k.seconds not in there])]
        new = 0
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            lines = [
                Line(video_id, k.seconds, until[k.frame_index], "caption", told.text, told.confidence, language="en")
                for group, told in zip(part, tell([group[0] for group in part]), strict=True)
                for k in group
                if told.text
            ]
            with library.writer() as writer:
                writer.add_lines(video_id, lines)
            new += len(lines)
            if progress is not None:
                progress(video_id, start + len(part), len(missing))
        yield Captioned(video_id, new, len(keyframes))
