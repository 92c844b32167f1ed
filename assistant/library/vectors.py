"""Chroma: the durable store of vectors and the approximate search over all of them.

One object owns the client of a path in a process. A client that was open while another process wrote keeps answering
from its old index, so the owner closes and reopens its client whenever the library's revision is not the one it knows.
Metadata filters are not used: they are 60 to 170 times slower than the sidecar.
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

BATCH = 1000
# Recall at 10 was 0.94 at ef_search 100 and 0.997 at 400 on hard data; it cannot be changed on an open index.
HNSW = {"space": "cosine", "ef_search": 300, "ef_construction": 200, "max_neighbors": 16}


def vector_id(video_id: str, generation: str, frame_index: int) -> str:
    """The id of a keyframe's vector: writing it twice changes nothing."""
    return f"{video_id}/{generation}/{frame_index}"


class VectorStore:
    """The one owner of a path's client; `VectorStore.at` hands it out."""

    _owners: ClassVar[dict[Path, VectorStore]] = {}
    _owners_lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._client: Any = None
        self._opened: dict[str, Any] = {}  # collections of this client, by vector space
        self._revision = -1

    @classmethod
    def at(cls, path: Path) -> VectorStore:
        """The owner of `path` in this process."""
        with cls._owners_lock:
            return cls._owners.setdefault(path.resolve(), cls(path))

    @contextmanager
    def _collection(self, embedder: str, revision: int | None) -> Iterator[Any]:
        """The collection of one vector space; reopened first if `revision` is news. Writers pass None.

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
        if embedder not in self._opened:  # asking for it costs as much as a query
            self._opened[embedder] = self._client.get_or_create_collection(
                collection_name(embedder), embedding_function=None, configuration={"hnsw": HNSW}
            )
        return self._opened[embedder]

    def written(self, revision: int) -> None:
        """Our own client wrote up to `revision`: nothing to reopen for."""
        with self._lock:
            self._revision = revision

    def upsert(self, embedder: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        with self._collection(embedder, None) as collection:
            for start in range(0, len(ids), BATCH):
                end = start + BATCH
                collection.upsert(ids=list(ids[start:end]), embeddings=np.asarray(vectors[start:end]))

    def delete(self, embedder: str, ids: Sequence[str]) -> None:
        with self._collection(embedder, None) as collection:
            for start in range(0, len(ids), BATCH):
                collection.delete(ids=list(ids[start : start + BATCH]))

    def drop(self, embedder: str) -> None:
        """Forgets a whole vector space, readable or not; the next use makes it anew."""
        with self._lock:
            self._open_collection(embedder, None)
            self._client.delete_collection(collection_name(embedder))
            self._opened.clear()

    def query(
        self, embedder: str, vectors: NDArray[np.float32], *, limit: int, revision: int
    ) -> list[list[tuple[str, float]]]:
        """For each query the nearest ids with their cosine similarity, best first."""
        with self._collection(embedder, revision) as collection:
            found = collection.query(query_embeddings=vectors, n_results=limit, include=["distances"])
        return [
            [(name, 1.0 - float(distance)) for name, distance in zip(names, distances, strict=True)]
            for names, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def ids(self, embedder: str, *, revision: int) -> set[str]:
        """Every id of a vector space."""
        with self._collection(embedder, revision) as collection:
            return set(collection.get(include=[])["ids"])

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
                self._opened.clear()


def collection_name(embedder: str) -> str:
    """The collection of one vector space."""
    return f"keyframes-{hashlib.blake2b(embedder.encode(), digest_size=6).hexdigest()}"
