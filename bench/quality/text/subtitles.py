"""The number of subtitle cues in files and tracks, compared with a reference parser: FFmpeg's, through PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.quality.text.ground_truth import subtitle_files, videos

if TYPE_CHECKING:
    from assistant.ingest.screen_text import TextReader


def cue_figures(folder: Path, reader: TextReader) -> dict[str, float]:
    """`text.cues_equal`: the share of files and tracks in which we find as many cues as the reference parser;
    `text.cue_sources`: the number of these files and tracks. Empty if the folder has none.
    """
    equal = [count == expected for _, count, expected in cue_counts(folder, reader)]
    return {"text.cues_equal": sum(equal) / len(equal), "text.cue_sources": len(equal)} if equal else {}


def cue_counts(folder: Path, reader: TextReader) -> Iterator[tuple[str, int, int]]:
    """Yields (file name, cues that we find, cues that the reference finds) for each subtitle file and each video."""
    from assistant.ingest.screen_text import read_text_lines
    from assistant.ingest.subtitles import read_subtitle_file
    from assistant.media.decode import MediaError, open_media

    for path in subtitle_files(folder):
        yield path.name, len(read_subtitle_file(path, "v", None)), sum(_reference_counts(path).values())
    for path in videos(folder):
        expected = _reference_counts(path)
        if not expected:
            continue
        try:
            with open_media(path) as media:
                for _ in media.frames():
                    pass
        except MediaError:
            continue
        with_text = [cue for cue in media.picture_cues if read_text_lines(reader, cue.image)]
        yield path.name, len(media.cues) + len(with_text), sum(expected.values())


def _reference_counts(path: Path) -> dict[int, int]:
    """The number of cues that are not empty in each subtitle stream, by the stream's index."""
    import av

    counts: dict[int, int] = {}
    try:
        with av.open(f"file:{path}", metadata_errors="replace") as container:
            streams = container.streams.subtitles
            counts = {stream.index: 0 for stream in streams}
            for packet in container.demux(streams) if streams else ():
                counts[packet.stream.index] += bool(packet.size and packet.decode())
    except av.FFmpegError:
        pass
    return counts
