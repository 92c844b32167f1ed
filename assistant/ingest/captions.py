"""Captions of keyframes by the core, as lines: after indexing, in batches, continued where a killed run stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.ingest.meaning import MeaningEncoder, add_meaning
from tools.types import Keyframe, Line

if TYPE_CHECKING:
    from assistant.library import Library
    from tools.ports import Answer

BATCH = 16  # keyframes captioned at once, and the most captions that a killed run loses


@dataclass(frozen=True, slots=True)
class CaptionResult:
    """What became of one video."""

    video_id: str
    captions: int  # new ones
    keyframes: int  # of the video


def caption_videos(
    library: Library,
    caption_keyframes: Callable[[Sequence[Keyframe]], Sequence[Answer]],
    video_ids: Sequence[str],
    *,
    encoder: MeaningEncoder | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Iterator[CaptionResult]:
    """Captions every keyframe that has no caption yet; near-duplicates are captioned once and share the caption.

    Args:
        library: holds the videos, and receives the captions as lines.
        caption_keyframes: returns a sentence for each keyframe (`tools.ports.Looker.caption`); an empty one is dropped.
        video_ids: the videos, in the order in which they are captioned.
        encoder: places the captions by their meaning, once all of a video are written; None places none.
        progress: called with the video, the groups of near-duplicates done, and all that lacked a caption.

    Yields:
        One result for each video.

    Raises:
        LibraryBusyError: another process is writing.
    """
    for video_id in video_ids:
        keyframes = library.keyframes(video_id)
        captioned_seconds = {line.start_seconds for line in library.lines(video_id, source="caption")}
        duration_seconds = max(library.video(video_id).duration_seconds, keyframes[-1].seconds)
        ends = [*(keyframe.seconds for keyframe in keyframes[1:]), duration_seconds]
        end_seconds = {keyframe.frame_index: end for keyframe, end in zip(keyframes, ends, strict=True)}
        missing_groups = []
        for _, group in groupby(keyframes, key=lambda keyframe: (keyframe.shot, keyframe.group)):
            if missing := [keyframe for keyframe in group if keyframe.seconds not in captioned_seconds]:
                missing_groups.append(missing)
        caption_count = 0
        for start in range(0, len(missing_groups), BATCH):
            batch = missing_groups[start : start + BATCH]
            captions = caption_keyframes([group[0] for group in batch])
            lines = [
                Line(
                    video_id,
                    keyframe.seconds,
                    end_seconds[keyframe.frame_index],
                    "caption",
                    caption.text,
                    caption.confidence,
                    language="en",
                )
                for group, caption in zip(batch, captions, strict=True)
                for keyframe in group
                if caption.text
            ]
            with library.writer() as writer:
                writer.add_lines(video_id, lines)
            caption_count += len(lines)
            if progress is not None:
                progress(video_id, start + len(batch), len(missing_groups))
        if encoder is not None and caption_count:
            with library.writer() as writer:
                add_meaning(library, writer, video_id, encoder)
        yield CaptionResult(video_id, caption_count, len(keyframes))
