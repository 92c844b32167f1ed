"""Chroma: the durable store of vectors and the approximate search over all of them.

In each process one object owns the client of a path. A client that was open while another process wrote keeps answering
from its old index, so the owner closes and reopens its client whenever the library's revision is not the one it knows.
Chroma's metadata filters are not used: they are 60 to 170 times slower than the sidecar.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from assistant.library.records import VectorIndexError

BATCH = 1000  # vectors that go to Chroma in one call
# Recall at 10 was 0.94 at ef_search 100 and 0.997 at 400 on hard data; it cannot be changed on an open index.
HNSW = {"space": "cosine", "ef_search": 300, "ef_construction": 200, "max_neighbors": 16}


def vector_id(video_id: str, generation: str, frame_index: int) -> str:
    """Returns the id of a keyframe's vector; it is deterministic, so writing a vector twice changes nothing."""
    return f"{video_id}/{generation}/{frame_index}"


class VectorStore:
    """The only owner of a path's Chroma client in this process; get it from `VectorStore.at`."""

    _owners: ClassVar[dict[Path, VectorStore]] = {}
    _owners_lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}  # of this client, by embedder
        self._revision = -1

    @classmethod
    def at(cls, path: Path) -> VectorStore:
        """Returns the owner of `path` in this process."""
        with cls._owners_lock:
            return cls._owners.setdefault(path.resolve(), cls(path))

    @contextmanager
    def _collection(self, embedder: str, revision: int | None) -> Iterator[Any]:
        """Holds the collection of one embedder's vectors; reopens the client first if `revision` is not the known one.

        Args:
            embedder: identity of the retrieval model.
            revision: the library's; None from writers, whose own client is always current.

        Raises:
            VectorIndexError: Chroma cannot read what it wrote.
        """
        from chromadb.errors import InternalError

        with self._lock:
            try:
                yield self._open_collection(embedder, revision)
            except InternalError as error:
                self.close()
                raise VectorIndexError(f"the vector index is damaged ({error}); run `video-assistant check`") from error

    def _open_collection(self, embedder: str, revision: int | None) -> Any:
        import chromadb
        from chromadb.config import Settings

        if self._client is not None and revision is not None and revision != self._revision:
            self.close()
        if self._client is None:
            self._client = chromadb.PersistentClient(str(self._path), settings=Settings(anonymized_telemetry=False))
        if revision is not None:
            self._revision = revision
        if embedder not in self._collections:  # asking Chroma for it costs as much as a query
            self._collections[embedder] = self._client.get_or_create_collection(
                collection_name(embedder), embedding_function=None, configuration={"hnsw": HNSW}
            )
        return self._collections[embedder]

    def mark_current(self, revision: int) -> None:
        """Notes that this client itself wrote everything up to `revision`, so it need not be reopened."""
        with self._lock:
            self._revision = revision

    def upsert(self, embedder: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Writes vectors, `(n, d)` float32 L2-normalised, under n ids; replaces those that exist."""
        with self._collection(embedder, None) as collection:
            for start in range(0, len(ids), BATCH):
                end = start + BATCH
                collection.upsert(ids=list(ids[start:end]), embeddings=np.asarray(vectors[start:end]))

    def delete(self, embedder: str, ids: Sequence[str]) -> None:
        """Deletes the vectors of some ids."""
        with self._collection(embedder, None) as collection:
            for start in range(0, len(ids), BATCH):
                collection.delete(ids=list(ids[start : start + BATCH]))

    def drop(self, embedder: str) -> None:
        """Deletes all vectors of an embedder, readable or not; the next use makes an empty collection."""
        with self._lock:
            self._open_collection(embedder, None)
            self._client.delete_collection(collection_name(embedder))
            self._collections.clear()

    def query(
        self, embedder: str, vectors: NDArray[np.float32], *, limit: int, revision: int
    ) -> list[list[tuple[str, float]]]:
        """Returns, for each query of `vectors` `(q, d)`, the nearest ids with their cosine similarity, best first.

        Raises:
            VectorIndexError: Chroma cannot read its index.
        """
        with self._collection(embedder, revision) as collection:
            nearest = collection.query(query_embeddings=vectors, n_results=limit, include=["distances"])
        return [
            [(name, 1.0 - float(distance)) for name, distance in zip(names, distances, strict=True)]
            for names, distances in zip(nearest["ids"], nearest["distances"], strict=True)
        ]

    def ids(self, embedder: str, *, revision: int) -> set[str]:
        """Returns the ids of all vectors of an embedder."""
        with self._collection(embedder, revision) as collection:
            return set(collection.get(include=[])["ids"])

    def close(self) -> None:
        """Closes the client; the next use opens a new one."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
                self._collections.clear()


def collection_name(embedder: str) -> str:
    """Returns the name of the collection that holds an embedder's vectors."""
    return f"keyframes-{hashlib.blake2b(embedder.encode(), digest_size=6).hexdigest()}"
