"""From files to the library: decoding, models and reading run side by side, with bounded queues between them.

One thread decodes and picks keyframes; one runs CLIP and the core's vision tower in batches; one reads text. The queues
hold a few dozen pictures, so memory does not grow with the video.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.ingest import subtitles
from assistant.ingest.keyframes import KeyframePicker
from assistant.ingest.records import Embedder, FeatureExtractor, IndexResult, IngestOptions, Listener, Progress
from assistant.ingest.screen_text import Reader, ScreenText, read_picture
from assistant.ingest.text_gate import Glimpse, TextGate
from assistant.library import KeyframeRow, Library, VideoDraft, VideoRecord
from assistant.media.audio import read_audio
from assistant.media.decode import Frame, Media, MediaError, open_media
from assistant.media.readings import Cue
from assistant.media.subtitle_streams import PictureCue
from tools.errors import ModelNotFoundError
from tools.types import Line

MEDIA_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .m2ts .mts .flv .wmv .3gp .ogv .vob .mxf .gif "  # noqa: SIM905
    ".mp3 .m4a .wav .jpg .jpeg .png .tif .tiff .webp".split()
)
"""What a folder is searched for; a file that is named is tried whatever its suffix."""


log = logging.getLogger(__name__)


class CancelledError(Exception):
    """The user stopped the indexing."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A keyframe on its way to the models."""

    row: KeyframeRow
    image: NDArray[np.uint8]


@dataclass
class _Run:
    """What the threads of one video share."""

    cancelled: Callable[[], bool]
    failure: BaseException | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def fail(self, error: BaseException) -> None:
        if self.failure is None:
            self.failure = error
        self.stop.set()

    def put(self, target: queue.Queue[Any], item: object) -> None:
        while not self.stop.is_set():
            if self.cancelled():
                raise CancelledError
            try:
                target.put(item, timeout=0.2)
                return
            except queue.Full:
                continue
        raise CancelledError

    def take(self, source: queue.Queue[Any]) -> Iterator[Any]:
        """Items until None comes, or somebody failed."""
        while not self.stop.is_set():
            try:
                item = source.get(timeout=0.2)
            except queue.Empty:
                continue
            if item is None:
                return
            yield item


def media_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to index: named ones as they are, folders searched for media in the order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in MEDIA_SUFFIXES and p.is_file())
        else:
            yield path


def index(
    paths: Sequence[Path],
    library: Library,
    *,
    embedder: Embedder,
    extractor: FeatureExtractor | None,
    reader: Reader | None,
    listener: Listener | None = None,
    options: IngestOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    force: bool = False,
) -> Iterator[IndexResult]:
    """Adds videos one by one; a bad file is a `failed` result, and the rest goes on.

    Interrupted work resumes: what is ready and unchanged is `unchanged` without being decoded.

    Raises:
        LibraryBusyError: another process is writing.
    """
    options = options or IngestOptions()
    with library.writer() as writer:
        for path in media_files(paths):
            if cancelled():
                return
            start = time.monotonic()
            try:
                known = None if force else library.find_unchanged(path)
                draft = None
                if known is None:
                    _check_readable(path)
                    draft = writer.begin(path, force=force)
                    known = library.find_unchanged(path) if draft is None else None
                if draft is None:
                    video = library.video(str(known))
                    yield IndexResult(
                        video.video_id, str(path), "unchanged", 0.0, video.keyframes, video.lines, (), None
                    )
                    continue
                result = _index_one(
                    path, draft, embedder, extractor, reader, listener, options, progress, cancelled, start
                )
                if dropped := writer.limit_feature_bytes(options.feature_bytes):
                    log.warning("the picture features of %s were dropped to make room", ", ".join(dropped))
                yield result
            except CancelledError:
                return
            except (MediaError, OSError) as error:
                reason = str(error).replace(f"{path.name}: ", "", 1)
                yield IndexResult(None, str(path), "failed", time.monotonic() - start, 0, 0, (), reason)


def _check_readable(path: Path) -> None:
    """Refuses what cannot be opened before its content is hashed."""
    with open_media(path):
        pass


def _index_one(
    path: Path,
    draft: VideoDraft,
    embedder: Embedder,
    extractor: FeatureExtractor | None,
    reader: Reader | None,
    listener: Listener | None,
    options: IngestOptions,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool],
    start: float,
) -> IndexResult:
    run = _Run(cancelled)
    to_models: queue.Queue[_Picture | None] = queue.Queue(2 * options.batch)
    to_reader: queue.Queue[Glimpse | PictureCue | None] = queue.Queue(2 * options.batch)
    text: ScreenText | None = None
    cues: list[Cue] = []  # read from pictures
    threads = [_thread(run, _run_models, run, to_models, draft, embedder, extractor, options)]
    if reader is not None:
        text = ScreenText(draft.video_id, reader)
        threads.append(_thread(run, _run_reader, run, to_reader, reader, text, cues))
    try:
        with open_media(path) as media:
            for thread in threads:
                thread.start()
            picker = KeyframePicker(options.keyframe_seconds)
            try:
                _decode(run, media, picker, to_models, to_reader if text else None, options, progress)
            except CancelledError:
                run.stop.set()
            except BaseException as error:  # noqa: BLE001 - handed on below, once the threads have ended
                run.fail(error)
            for thread in threads:
                _wait(thread, progress, media)
            if run.failure is not None:
                raise run.failure
            if run.stop.is_set() or cancelled():
                raise CancelledError
            record, lines = _finish(path, draft.video_id, media, picker, text, cues)
            if listener is not None and not any(line.source == "subtitle" for line in lines):
                spoken = _listen(path, draft.video_id, media, listener, record.duration_seconds)
                lines, record = lines + spoken, replace(record, warnings=tuple(media.warnings))
        draft.add_lines(lines)
        draft.commit(record)
    except BaseException:
        run.stop.set()
        for thread in threads:
            if thread.is_alive():
                thread.join()
        draft.abort()
        raise
    keyframes = draft.keyframe_count
    return IndexResult(
        draft.video_id, str(path), "indexed", time.monotonic() - start, keyframes, len(lines), record.warnings, None
    )


def _thread(run: _Run, work: Callable[..., None], *arguments: object) -> threading.Thread:
    def guarded() -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            run.fail(error)

    return threading.Thread(target=guarded, name=work.__name__, daemon=True)


def _decode(
    run: _Run,
    media: Media,
    picker: KeyframePicker,
    to_models: queue.Queue[_Picture | None],
    to_reader: queue.Queue[Glimpse | PictureCue | None] | None,
    options: IngestOptions,
    progress: Callable[[Progress], None] | None,
) -> None:
    started = time.monotonic()
    gate = TextGate(options.read_seconds)

    def read(frame: Frame, image: NDArray[np.uint8] | None = None) -> None:
        if to_reader is not None:
            run.put(to_reader, gate.glimpse(frame, frame.image() if image is None else image))

    def read_cues() -> None:
        while media.picture_cues:
            cue = media.picture_cues.pop(0)
            if to_reader is not None:
                run.put(to_reader, cue)

    for kept in picker.pick(gate.watch(media.frames(), read)):
        frame = kept.frame
        row = KeyframeRow(frame.index, frame.seconds, frame.pts, kept.shot, kept.group)
        picture = _Picture(row, frame.image())
        run.put(to_models, picture)
        if gate.due(frame, kept.shot):
            read(frame, picture.image)
        read_cues()
        _tell(progress, media, "pictures", frame.seconds, time.monotonic() - started)
    read_cues()
    run.put(to_models, None)
    if to_reader is not None:
        run.put(to_reader, None)


def _tell(progress: Callable[[Progress], None] | None, media: Media, stage: str, done: float, elapsed: float) -> None:
    if progress is None:
        return
    total = media.info.duration_seconds
    eta = elapsed / done * max(0.0, total - done) if total and done > 0 else None
    progress(Progress(str(media.path), stage, done, total, eta))


def _wait(thread: threading.Thread, progress: Callable[[Progress], None] | None, media: Media) -> None:
    """Joins a stage that is behind the decoder, and says so."""
    while thread.is_alive():
        thread.join(0.5)
        if thread.is_alive() and progress is not None:
            total = media.info.duration_seconds
            stage = "text on screen" if thread.name == "_run_reader" else "meaning"
            progress(Progress(str(media.path), stage, total or 0.0, total, None))


def _run_models(
    run: _Run,
    source: queue.Queue[_Picture | None],
    draft: VideoDraft,
    embedder: Embedder,
    extractor: FeatureExtractor | None,
    options: IngestOptions,
) -> None:
    batch: list[_Picture] = []

    def flush() -> None:
        images = [picture.image for picture in batch]
        for picture in batch:
            _save_thumbnail(picture.image, draft.thumbnail_path(picture.row.frame_index), options)
        features = None if extractor is None else extractor.features(images)
        draft.add_keyframes([picture.row for picture in batch], embedder.embed_images(images), features)
        batch.clear()

    for picture in run.take(source):
        batch.append(picture)
        if len(batch) == options.batch:
            flush()
    if batch and not run.stop.is_set():
        flush()


def _save_thumbnail(image: NDArray[np.uint8], path: Path, options: IngestOptions) -> None:
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((options.thumbnail_side, options.thumbnail_side))
    picture.save(path, "JPEG", quality=options.thumbnail_quality)


def _run_reader(
    run: _Run, source: queue.Queue[Glimpse | PictureCue | None], reader: Reader, text: ScreenText, cues: list[Cue]
) -> None:
    for item in run.take(source):
        if isinstance(item, PictureCue):
            words = " ".join(line.text for line in read_picture(reader, item.image))
            cues.append(Cue(item.start_seconds, item.end_seconds, words, item.language))
        else:
            text.look(item)


def _listen(path: Path, video_id: str, media: Media, listener: Listener, duration: float) -> list[Line]:
    """What is said, where nothing written says it; a recogniser that cannot be had is a warning."""
    try:
        pieces = read_audio(path, media.start_seconds)
        cues = [cue for start, samples in pieces for cue in listener.transcribe(samples, start)]
    except ModelNotFoundError as error:
        media.warnings.append(str(error))
        return []
    found, _ = subtitles.within(subtitles.lines(cues, video_id), duration)
    return [replace(line, source="speech") for line in found]


def _finish(
    path: Path, video_id: str, media: Media, picker: KeyframePicker, text: ScreenText | None, cues: list[Cue]
) -> tuple[VideoRecord, list[Line]]:
    """What is known of the video once its last frame has been seen."""
    last = picker.last
    if last is None:
        raise MediaError(f"{path.name}: no picture in it decodes")
    duration = last.seconds + last.duration_seconds
    lines = text.finish(duration) if text else []
    lines += subtitles.within(subtitles.lines([*media.cues, *cues], video_id), duration)[0]
    for sidecar, language in subtitles.sidecars(path):
        try:
            own, late = subtitles.within(subtitles.read_sidecar(sidecar, video_id, language), duration)
        except (ValueError, OSError) as error:
            media.warnings.append(str(error))
            continue
        if late:
            media.warnings.append(
                f"{sidecar.name}: {late} of {late + len(own)} lines start after the end of the video and are left out; "
                "is it another video's?"
            )
        lines += own
    height, width = last.image().shape[:2]
    recorded = media.info.recorded_at or datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    record = VideoRecord(
        duration_seconds=duration,
        width=width,
        height=height,
        time_base=str(media.info.time_base),
        frame_count=picker.frame_count,
        warnings=tuple(media.warnings),
        recorded_at=recorded.astimezone().isoformat(timespec="seconds"),
    )
    return record, lines
