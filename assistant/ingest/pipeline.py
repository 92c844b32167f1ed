"""Indexes files into the library: decoding, models and text reading run in parallel, joined by bounded queues.

One thread decodes and picks keyframes, one runs the retrieval model and the core's vision tower in batches, one reads
text. The queues hold a few dozen pictures, so memory does not grow with the length of a video.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.ingest import subtitles
from assistant.ingest.keyframes import KeyframePicker
from assistant.ingest.meaning import MeaningEncoder, add_meaning, lacks_meaning
from assistant.ingest.names import KeyframeNamer
from assistant.ingest.options import IngestOptions
from assistant.ingest.records import Embedder, FeatureExtractor, IndexResult, Progress, SpeechRecogniser
from assistant.ingest.run import CancelledError, Run
from assistant.ingest.screen_text import ScreenTextTracker, TextReader, read_text_lines
from assistant.ingest.speech import hear
from assistant.ingest.text_gate import FrameToRead, TextGate
from assistant.library import KeyframeRow, Library, VideoDraft, VideoRecord
from assistant.library.writer import Writer
from assistant.media.decode import Frame, Media, MediaError, open_media
from assistant.media.readings import Cue
from assistant.media.subtitle_streams import PictureCue
from tools.errors import ModelNotFoundError
from tools.types import Line

MEDIA_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .m2ts .mts .flv .wmv .3gp .ogv .vob .mxf .gif "  # noqa: SIM905
    ".mp3 .m4a .wav .jpg .jpeg .png .tif .tiff .webp".split()
)
"""Suffixes that a folder is searched for; a file that is named itself is tried whatever its suffix."""

QUEUED_BATCHES = 2  # batches of pictures that wait in a queue, at most
PROGRESS_SECONDS = 0.5  # how often progress is reported while the decoder waits for the other threads

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Picture:
    """A keyframe and its picture, on their way to the models."""

    row: KeyframeRow
    image: NDArray[np.uint8]  # HWC RGB


@dataclass(frozen=True, slots=True)
class _Models:
    """The models of a run; None for those that it does without."""

    embedder: Embedder
    extractor: FeatureExtractor | None
    reader: TextReader | None
    recogniser: SpeechRecogniser | None


def media_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yields the files to index: named files as they are, and the media files of folders, sorted by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.suffix.lower() in MEDIA_SUFFIXES and file.is_file()
            )
        else:
            yield path


def index_files(
    paths: Sequence[Path],
    library: Library,
    *,
    embedder: Embedder,
    extractor: FeatureExtractor | None,
    reader: TextReader | None,
    recogniser: SpeechRecogniser | None = None,
    encoder: MeaningEncoder | None = None,
    namer: KeyframeNamer | None = None,
    options: IngestOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    force: bool = False,
) -> Iterator[IndexResult]:
    """Adds videos to the library, one after the other.

    A file that cannot be read gives a `failed` result, and the next file follows. Interrupted work resumes: a video
    that is ready and unchanged gives `unchanged` without being decoded.

    Args:
        paths: files, and folders that are searched for media files.
        library: receives the videos.
        embedder: turns keyframes into the vectors that are searched.
        extractor: turns keyframes into the core's image states; None stores none.
        reader: reads text on screen; None reads none.
        recogniser: turns speech into lines where subtitles do not say it already; None leaves speech out.
        encoder: places passages by their meaning, those of unchanged videos too if they lack it; None places none.
        namer: names what keyframes show in the encoder's space, those of unchanged videos too; None names none.
        options: how densely a video is stored and read; None stands for the defaults.
        progress: called as a video advances.
        cancelled: asked now and then; once it returns True, the video at hand is given up and the run ends.
        force: whether to index again what is ready and unchanged.

    Yields:
        One result for each file.

    Raises:
        LibraryBusyError: another process is writing.
    """
    options = options or IngestOptions()
    models = _Models(embedder, extractor, reader, recogniser)
    with library.writer() as writer:
        for path in media_files(paths):
            if cancelled():
                return
            start = time.monotonic()
            try:
                ready_id = None if force else library.find_unchanged(path)
                draft = None
                if ready_id is None:
                    _check_readable(path)
                    draft = writer.begin(path, force=force)
                    ready_id = library.find_unchanged(path) if draft is None else None
                if draft is None:
                    video = library.video(str(ready_id))
                    if encoder is not None and lacks_meaning(library, video.video_id, encoder, namer):
                        _add_meaning(library, writer, video.video_id, encoder, namer)
                    yield IndexResult(
                        video.video_id, str(path), "unchanged", 0.0, video.keyframes, video.lines, (), None
                    )
                    continue
                result = _index_file(path, draft, models, options, progress, cancelled, start)
                if encoder is not None and (missing := _add_meaning(library, writer, draft.video_id, encoder, namer)):
                    result = replace(result, warnings=(*result.warnings, missing))
                if emptied_ids := writer.limit_feature_bytes(options.feature_bytes):
                    log.warning("the picture features of %s were dropped to make room", ", ".join(emptied_ids))
                yield result
            except CancelledError:
                return
            except (MediaError, OSError) as error:
                reason = str(error).replace(f"{path.name}: ", "", 1)
                yield IndexResult(None, str(path), "failed", time.monotonic() - start, 0, 0, (), reason)


def _add_meaning(
    library: Library, writer: Writer, video_id: str, encoder: MeaningEncoder, namer: KeyframeNamer | None
) -> str | None:
    """Places a video's passages by their meaning, and names its keyframes; returns a warning if a model is missing."""
    try:
        add_meaning(library, writer, video_id, encoder, namer)
    except ModelNotFoundError as error:
        return str(error) if namer is None else _add_meaning(library, writer, video_id, encoder, None) or str(error)
    return None


def _check_readable(path: Path) -> None:
    """Raises MediaError for a file that cannot be opened, before its whole content is hashed."""
    with open_media(path):
        pass


def _index_file(
    path: Path,
    draft: VideoDraft,
    models: _Models,
    options: IngestOptions,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool],
    start: float,
) -> IndexResult:
    """Indexes one file and commits it, or gives its draft up; `start` is when the work began (`time.monotonic`)."""
    run = Run(cancelled)
    to_models: queue.Queue[_Picture | None] = queue.Queue(QUEUED_BATCHES * options.batch)
    to_reader: queue.Queue[FrameToRead | PictureCue | None] = queue.Queue(QUEUED_BATCHES * options.batch)
    screen_text: ScreenTextTracker | None = None
    picture_cues: list[Cue] = []  # read from subtitle pictures
    threads = [run.make_thread(_run_models, run, to_models, draft, models, options)]
    if models.reader is not None:
        screen_text = ScreenTextTracker(draft.video_id, models.reader, options.screen_text)
        threads.append(run.make_thread(_run_reader, run, to_reader, models.reader, screen_text, picture_cues, options))
    try:
        with open_media(path) as media:
            for thread in threads:
                thread.start()
            picker = KeyframePicker(options.keyframe_seconds)
            try:
                _decode(run, media, picker, to_models, to_reader if screen_text else None, options, progress)
            except CancelledError:
                run.stop.set()
            except BaseException as error:  # noqa: BLE001 - raised again below, once the threads have ended
                run.fail(error)
            for thread in threads:
                _wait(thread, progress, media)
            if run.failure is not None:
                raise run.failure
            if run.stop.is_set() or cancelled():
                raise CancelledError
            record, lines = _describe(path, draft.video_id, media, picker, screen_text, picture_cues)
            if models.recogniser is not None:
                spoken, warnings = _hear(path, draft.video_id, media, models.recogniser, lines, progress, cancelled)
                lines += spoken
                record = replace(record, warnings=(*record.warnings, *warnings))
        draft.add_lines(lines)
        draft.commit(record)
    except BaseException:
        run.stop.set()
        for thread in threads:
            if thread.is_alive():
                thread.join()
        draft.abort()
        raise
    seconds = time.monotonic() - start
    return IndexResult(
        draft.video_id, str(path), "indexed", seconds, draft.keyframe_count, len(lines), record.warnings, None
    )


def _decode(
    run: Run,
    media: Media,
    picker: KeyframePicker,
    to_models: queue.Queue[_Picture | None],
    to_reader: queue.Queue[FrameToRead | PictureCue | None] | None,
    options: IngestOptions,
    progress: Callable[[Progress], None] | None,
) -> None:
    """Decodes a video; sends its keyframes to the models, and to the reader what is to be read."""
    start = time.monotonic()
    gate = TextGate(options.read_seconds, options.screen_text)

    def send_frame(frame: Frame, image: NDArray[np.uint8] | None = None) -> None:
        if to_reader is not None:
            run.put(to_reader, gate.prepare(frame, frame.image() if image is None else image))

    def send_picture_cues() -> None:
        while media.picture_cues:
            cue = media.picture_cues.pop(0)
            if to_reader is not None:
                run.put(to_reader, cue)

    for picked in picker.pick(gate.watch(media.frames(), send_frame)):
        frame = picked.frame
        row = KeyframeRow(frame.index, frame.seconds, frame.pts, picked.shot, picked.group)
        picture = _Picture(row, frame.image())
        run.put(to_models, picture)
        if gate.should_read_keyframe(frame, picked.shot):
            send_frame(frame, picture.image)
        send_picture_cues()
        _report(progress, media, "pictures", frame.seconds, time.monotonic() - start)
    send_picture_cues()
    run.put(to_models, None)
    if to_reader is not None:
        run.put(to_reader, None)


def _report(
    progress: Callable[[Progress], None] | None, media: Media, stage: str, done_seconds: float, elapsed_seconds: float
) -> None:
    """Reports how much of a video is done, and the time left if it goes on at the speed so far."""
    if progress is None:
        return
    total_seconds = media.info.duration_seconds
    eta_seconds = None
    if total_seconds and done_seconds > 0:
        eta_seconds = elapsed_seconds / done_seconds * max(0.0, total_seconds - done_seconds)
    progress(Progress(str(media.path), stage, done_seconds, total_seconds, eta_seconds))


def _wait(thread: threading.Thread, progress: Callable[[Progress], None] | None, media: Media) -> None:
    """Joins a thread that is still at work after the decoder has ended, and reports that."""
    while thread.is_alive():
        thread.join(PROGRESS_SECONDS)
        if thread.is_alive() and progress is not None:
            total_seconds = media.info.duration_seconds
            stage = "text on screen" if thread.name == "_run_reader" else "meaning"
            progress(Progress(str(media.path), stage, total_seconds or 0.0, total_seconds, None))


def _run_models(
    run: Run,
    source: queue.Queue[_Picture | None],
    draft: VideoDraft,
    models: _Models,
    options: IngestOptions,
) -> None:
    """Adds keyframes to the draft, in batches: thumbnails, vectors and image states."""
    batch: list[_Picture] = []

    def flush() -> None:
        images = [picture.image for picture in batch]
        for picture in batch:
            _save_thumbnail(picture.image, draft.thumbnail_path(picture.row.frame_index), options)
        features = None if models.extractor is None else models.extractor.features(images)
        draft.add_keyframes([picture.row for picture in batch], models.embedder.embed_images(images), features)
        batch.clear()

    for picture in run.take(source):
        batch.append(picture)
        if len(batch) == options.batch:
            flush()
    if batch and not run.stop.is_set():
        flush()


def _save_thumbnail(image: NDArray[np.uint8], path: Path, options: IngestOptions) -> None:
    from PIL import Image

    thumbnail = Image.fromarray(image)
    thumbnail.thumbnail((options.thumbnail_side, options.thumbnail_side))
    thumbnail.save(path, "JPEG", quality=options.thumbnail_quality)


def _run_reader(
    run: Run,
    source: queue.Queue[FrameToRead | PictureCue | None],
    reader: TextReader,
    screen_text: ScreenTextTracker,
    picture_cues: list[Cue],
    options: IngestOptions,
) -> None:
    """Reads frames into `screen_text`, and subtitle pictures into `picture_cues`."""
    for item in run.take(source):
        if isinstance(item, PictureCue):
            words = " ".join(line.text for line in read_text_lines(reader, item.image, options.screen_text))
            picture_cues.append(Cue(item.start_seconds, item.end_seconds, words, item.language))
        else:
            screen_text.read_frame(item)


def _hear(
    path: Path,
    video_id: str,
    media: Media,
    recogniser: SpeechRecogniser,
    written: Sequence[Line],
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool],
) -> tuple[list[Line], list[str]]:
    """Returns what is said in a video, as lines, and warnings; a model that is missing is a warning too."""
    start = time.monotonic()

    def check_cancelled() -> None:
        if cancelled():
            raise CancelledError

    def report(done_seconds: float) -> None:
        _report(progress, media, "speech", done_seconds, time.monotonic() - start)

    try:
        return hear(
            path,
            video_id,
            media.start_seconds,
            recogniser,
            written,
            progress=report,
            check_cancelled=check_cancelled,
        )
    except ModelNotFoundError as error:
        return [], [str(error)]


def _describe(
    path: Path,
    video_id: str,
    media: Media,
    picker: KeyframePicker,
    screen_text: ScreenTextTracker | None,
    picture_cues: list[Cue],
) -> tuple[VideoRecord, list[Line]]:
    """Returns what is known of a video once its last frame has been decoded, and its written lines.

    Raises:
        MediaError: not a single picture decoded.
    """
    last = picker.last
    if last is None:
        raise MediaError(f"{path.name}: no picture in it decodes")
    duration = last.seconds + last.duration_seconds
    lines = screen_text.finish(duration) if screen_text else []
    track_lines = subtitles.lines_from_cues([*media.cues, *picture_cues], video_id)
    lines += subtitles.limit_to_duration(track_lines, duration)[0]
    for file, language in subtitles.find_subtitle_files(path):
        try:
            file_lines = subtitles.read_subtitle_file(file, video_id, language)
        except (ValueError, OSError) as error:
            media.warnings.append(str(error))
            continue
        limited_lines, late_count = subtitles.limit_to_duration(file_lines, duration)
        if late_count:
            media.warnings.append(
                f"{file.name}: {late_count} of {len(file_lines)} lines start after the end of the video and are left "
                "out; is it another video's?"
            )
        lines += limited_lines
    height, width = last.image().shape[:2]
    recorded_at = media.info.recorded_at or datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    record = VideoRecord(
        duration_seconds=duration,
        width=width,
        height=height,
        time_base=str(media.info.time_base),
        frame_count=picker.frame_count,
        warnings=tuple(media.warnings),
        recorded_at=recorded_at.astimezone().isoformat(timespec="seconds"),
    )
    return record, lines
