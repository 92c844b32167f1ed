"""The stores of one library folder, held together: the catalog, the arrays of each video, and Chroma.

`Library` reads, `Writer` writes and `check` compares through this one object, so that none of the three needs another.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from assistant.library import lines, sidecar
from assistant.library.catalog import Catalog
from assistant.library.records import LibraryError, StoredVideo
from assistant.library.vectors import VectorStore, vector_id
from tools.types import Keyframe

MAX_NAMED_VIDEOS = 10  # video ids that an error lists


class Storage:
    """The stores below one folder.

    Args:
        root: the library's folder; it is made when something is first read or written.
        embedder: identity of the retrieval model whose vectors are searched and written; None reads text only.
    """

    def __init__(self, root: Path, embedder: str | None) -> None:
        self.root = root
        self.embedder = embedder
        self.catalog = Catalog(root / "catalog.sqlite")

    @property
    def vector_store(self) -> VectorStore:
        """Chroma; every library object of this process over the same folder shares it."""
        return VectorStore.at(self.root / "chroma")

    def require_embedder(self) -> str:
        """Returns the identity of the retrieval model.

        Raises:
            LibraryError: the library was opened without one.
        """
        if self.embedder is None:
            raise LibraryError("this library was opened without a retrieval model; it can only be read as text")
        return self.embedder

    def video_rows(self) -> list[sqlite3.Row]:
        """Returns the catalog's rows of all ready videos, in the order in which they were first added."""
        return self.catalog.connection.execute("SELECT * FROM video ORDER BY added").fetchall()

    def video_row(self, video_id: str) -> sqlite3.Row:
        """Returns the catalog's row of one ready video.

        Raises:
            LibraryError: the library holds no such video; the message names those that it holds.
        """
        connection = self.catalog.connection
        row: sqlite3.Row | None = connection.execute("SELECT * FROM video WHERE video_id = ?", (video_id,)).fetchone()
        if row is None:
            known = [known_id for (known_id,) in connection.execute("SELECT video_id FROM video ORDER BY added")]
            names = ", ".join(known[:MAX_NAMED_VIDEOS])
            if len(known) > MAX_NAMED_VIDEOS:
                names += f" and {len(known) - MAX_NAMED_VIDEOS} more"
            raise LibraryError(f"no video {video_id!r} in the library; there are: {names or 'none'}")
        return row

    def stored_videos(self) -> list[StoredVideo]:
        """Returns where the arrays of each ready video lie, and their shapes."""
        return [stored_video(row) for row in self.video_rows()]

    def read_keyframes(self, video: StoredVideo) -> list[Keyframe]:
        """Returns the keyframes of a video in time order, as the catalog lists them."""
        folder = sidecar.generation_folder(self.root, video.video_id, video.generation)
        rows = self.catalog.connection.execute(
            "SELECT * FROM keyframe WHERE video_id = ? ORDER BY position", (video.video_id,)
        )
        return [
            Keyframe(
                video_id=row["video_id"],
                frame_index=row["frame_index"],
                seconds=row["seconds"],
                shot=row["shot"],
                group=row["group"],
                image=str(sidecar.thumbnail_path(folder, row["frame_index"])),
            )
            for row in rows
        ]

    def delete_video_rows(self, connection: sqlite3.Connection, video_id: str) -> None:
        """Deletes a video's rows, keyframes and lines, but not its paths, within the caller's transaction."""
        connection.execute("DELETE FROM video WHERE video_id = ?", (video_id,))
        connection.execute("DELETE FROM keyframe WHERE video_id = ?", (video_id,))
        lines.delete_lines(connection, video_id)

    def rebuild_vector_index(self) -> None:
        """Fills Chroma again from the arrays of the ready videos. The caller holds the writer lock."""
        videos = self.stored_videos()
        for embedder in {video.embedder for video in videos} | {self.require_embedder()}:
            self.vector_store.drop(embedder)
        for video in videos:
            frame_indexes = [keyframe.frame_index for keyframe in self.read_keyframes(video)]
            ids = [vector_id(video.video_id, video.generation, frame_index) for frame_index in frame_indexes]
            self.vector_store.upsert(video.embedder, ids, sidecar.map_vectors(self.root, video))
        with self.catalog.transaction():  # readers see by the new revision that they must open Chroma again
            pass
        self.vector_store.mark_current(self.catalog.revision)

    def close(self) -> None:
        """Closes Chroma and the catalog; the next use opens them again."""
        self.vector_store.close()
        self.catalog.close()


def stored_video(row: sqlite3.Row) -> StoredVideo:
    """Returns where a video's arrays lie, and their shapes, from its row in the catalog."""
    return StoredVideo(
        video_id=row["video_id"],
        generation=row["generation"],
        embedder=row["embedder"],
        keyframes=row["keyframes"],
        dimensions=row["dimensions"],
        feature_tokens=row["feature_tokens"],
        feature_width=row["feature_width"],
    )
