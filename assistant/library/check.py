"""Compares catalog, arrays, Chroma, text index and thumbnails, and mends what can be."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from assistant.library import sidecar
from assistant.library.records import LibraryError, StoredVideo, VectorIndexError
from assistant.library.vectors import vector_id

if TYPE_CHECKING:
    from assistant.library.library import Library


def check(library: Library, *, mend: bool) -> list[str]:
    """One line for each thing that is not as it should be. The caller holds the writer lock."""
    videos = library.stored_videos()
    findings, damaged = [], set()
    for video in videos:
        found = _check_files(library, video)
        findings += found
        if found:
            damaged.add(video.video_id)
    findings += _check_vectors(library, videos, damaged, mend=mend)
    findings += _check_folders(library, videos, mend=mend)
    findings += _check_text(library, mend=mend)
    return findings


def _check_files(library: Library, video: StoredVideo) -> list[str]:
    advice = f"run `video-assistant reindex {video.video_id}`"
    findings = []
    try:
        keyframes = library.keyframes(video.video_id)
        sidecar.map_features(library.root, video)
    except LibraryError as error:
        return [f"{error}; {advice}"]
    if len(keyframes) != video.keyframes:
        findings.append(f"{video.video_id}: {len(keyframes)} keyframes stored, {video.keyframes} announced; {advice}")
    folder = sidecar.folder_of(library.root, video.video_id, video.generation)
    missing = sum(not sidecar.thumbnail(folder, keyframe.frame_index).exists() for keyframe in keyframes)
    # A library made by other hands may hold no thumbnails at all; some but not all is damage.
    if 0 < missing < len(keyframes):
        findings.append(f"{video.video_id}: {missing} thumbnail(s) missing; {advice}")
    return findings


def _check_vectors(library: Library, videos: list[StoredVideo], damaged: set[str], *, mend: bool) -> list[str]:
    findings = []
    revision = library.catalog.revision
    for embedder in sorted({video.embedder for video in videos}):
        try:
            there = library.vector_store.ids(embedder, revision=revision)
            whole = [v for v in videos if v.embedder == embedder and v.keyframes and v.video_id not in damaged]
            for video in whole[:1]:  # only a query reads the index itself
                one = sidecar.map_vectors(library.root, video)[:1]
                library.vector_store.query(embedder, one, limit=1, revision=revision)
        except VectorIndexError:
            if mend:
                library.rebuild_vectors()
            findings.append(f"the vector index is damaged{_mended(mend)}")
            continue
        for video in (video for video in videos if video.embedder == embedder):
            rows = library.catalog.connection.execute(
                "SELECT frame_index FROM keyframe WHERE video_id = ? ORDER BY position", (video.video_id,)
            )
            ids = [vector_id(video.video_id, video.generation, frame) for (frame,) in rows]
            if missing := [i for i, name in enumerate(ids) if name not in there]:
                mended = mend and video.video_id not in damaged
                if mended:
                    vectors = sidecar.map_vectors(library.root, video)[missing]
                    library.vector_store.upsert(embedder, [ids[i] for i in missing], vectors)
                findings.append(f"{video.video_id}: {len(missing)} vector(s) missing{_mended(mended)}")
            there.difference_update(ids)
        if there:
            if mend:
                library.vector_store.delete(embedder, sorted(there))
            findings.append(f"{len(there)} vector(s) belong to no video{_mended(mend)}")
    return findings


def _check_folders(library: Library, videos: list[StoredVideo], *, mend: bool) -> list[str]:
    known = {sidecar.folder_of(library.root, video.video_id, video.generation) for video in videos}
    findings = []
    for folder in sorted((library.root / "videos").glob("*/*")):
        if folder not in known:
            if mend:
                shutil.rmtree(folder, ignore_errors=True)
            findings.append(f"{folder} belongs to no video{_mended(mend)}")
    return findings


def _check_text(library: Library, *, mend: bool) -> list[str]:
    connection = library.catalog.connection
    findings = []
    (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        findings.append(f"catalog: {verdict}; restore a copy of the library, or remove the folder and index again")
    (orphans,) = connection.execute(
        "SELECT (SELECT count(*) FROM line WHERE id NOT IN (SELECT rowid FROM line_index)) + "
        "(SELECT count(*) FROM line_index WHERE rowid NOT IN (SELECT id FROM line))"
    ).fetchone()
    if orphans:
        if mend:
            from assistant.text.fold import terms

            with library.catalog.transaction():
                connection.execute("DELETE FROM line_index")
                rows = connection.execute("SELECT id, text FROM line").fetchall()
                connection.executemany(
                    "INSERT INTO line_index (rowid, folded) VALUES (?, ?)",
                    [(row["id"], " ".join(terms(row["text"]))) for row in rows],
                )
        findings.append(f"text index: {orphans} line(s) out of step{_mended(mend)}")
    return findings


def _mended(mend: bool) -> str:
    return " (mended)" if mend else ""
