"""What is known about the videos: catalog and lines (SQLite), vectors (Chroma and a sidecar), features, thumbnails."""

from assistant.library.library import Library
from assistant.library.records import KeyframeRow, LibraryBusyError, LibraryError, VideoRecord
from assistant.library.writer import VideoDraft, Writer

__all__ = ["KeyframeRow", "Library", "LibraryBusyError", "LibraryError", "VideoDraft", "VideoRecord", "Writer"]
