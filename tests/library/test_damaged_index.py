"""A kill can leave Chroma with an index that it cannot read; everything in it stands in the arrays, too."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from chromadb.errors import InternalError

from assistant.library import Library, sidecar
from assistant.library.vectors import VectorStore


class Unreadable:
    """A collection of which nothing can be read or written."""

    def _fail(self, *arguments: Any, **more: Any) -> None:
        raise InternalError("Error in compaction: Failed to apply logs to the hnsw segment writer")

    query = get = delete = upsert = _fail


@pytest.fixture
def damage(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every collection unreadable until it is dropped."""
    broken: list[bool] = []
    opened, dropped = VectorStore._open_collection, VectorStore.drop

    def open_collection(self: VectorStore, embedder: str, revision: int | None) -> Any:
        collection = opened(self, embedder, revision)
        return Unreadable() if broken else collection

    def drop(self: VectorStore, embedder: str) -> None:
        dropped(self, embedder)
        broken.clear()

    monkeypatch.setattr(VectorStore, "_open_collection", open_collection)
    monkeypatch.setattr(VectorStore, "drop", drop)
    return lambda: broken.append(True)


def _search(library: Library, name: str) -> list[tuple[str, int]]:
    _, vectors = library.vectors(name)
    return [(k.video_id, k.frame_index) for k, _ in library.search_vectors(np.array(vectors[2:3]), limit=5)[0]]


def test_a_damaged_index_is_searched_exactly_and_said_once(library, add, damage, caplog) -> None:
    names = [add(library, f"v{i}", n=6, seed=i) for i in range(3)]
    before = _search(library, names[1])
    damage()
    assert _search(library, names[1]) == before
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "run `video-assistant check`" in caplog.text


def test_the_next_writer_builds_it_anew(library, add, damage, caplog) -> None:
    names = [add(library, f"v{i}", n=6, seed=i) for i in range(3)]
    library.remove(names[0])
    damage()
    with library.storage.catalog.transaction() as connection:  # as a killed writer leaves it
        connection.execute("INSERT INTO garbage VALUES (?, ?, ?)", (names[1], "gone", "test"))
    folder = library.root / "videos" / names[1] / "gone"
    folder.mkdir(parents=True)
    (folder / sidecar.FRAMES).write_bytes(np.arange(3, dtype=np.uint32).tobytes())
    before = library.revision
    added = add(library, "after", n=6, seed=9)
    caplog.clear()
    assert library.revision > before
    assert library.check() == []
    assert _search(library, names[2])[0] == (names[2], 20)
    assert _search(library, added)[0] == (added, 20)
    assert not caplog.records


def test_check_finds_and_mends_it(library, add, damage) -> None:
    name = add(library, "v", n=6)
    damage()
    assert library.check(mend=False) == ["the vector index is damaged"]
    assert library.check() == ["the vector index is damaged (mended)"]
    assert library.check() == []
    assert _search(library, name)[0] == (name, 20)
