"""Compares catalog, arrays, Chroma, text index and thumbnails, and mends what can be mended."""

from __future__ import annotations

import shutil

from assistant.library import lines, sidecar
from assistant.library.meaning import map_passage_vectors, rebuild_passage_index, vector_ids
from assistant.library.records import LibraryError, StoredVideo, VectorIndexError
from assistant.library.storage import Storage
from assistant.library.vectors import vector_id


def check_storage(storage: Storage, *, mend: bool) -> list[str]:
    """Returns one sentence for each thing that is not as it should be. The caller holds the writer lock.

    Args:
        storage: the stores that are compared with each other.
        mend: whether to repair what can be repaired from the arrays and the stored lines.
    """
    videos = storage.stored_videos()
    findings: list[str] = []
    damaged_ids: set[str] = set()
    for video in videos:
        if video_findings := _check_files(storage, video):
            findings += video_findings
            damaged_ids.add(video.video_id)
    findings += _check_vectors(storage, videos, damaged_ids, mend=mend)
    findings += _check_passages(storage, mend=mend)
    findings += _check_folders(storage, videos, mend=mend)
    findings += _check_text(storage, mend=mend)
    return findings


def _check_files(storage: Storage, video: StoredVideo) -> list[str]:
    advice = f"run `video-assistant reindex {video.video_id}`"
    findings = []
    keyframes = storage.read_keyframes(video)
    try:
        sidecar.map_vectors(storage.root, video)
        sidecar.map_features(storage.root, video)
    except LibraryError as error:
        return [f"{error}; {advice}"]
    if len(keyframes) != video.keyframes:
        findings.append(f"{video.video_id}: {len(keyframes)} keyframes stored, {video.keyframes} announced; {advice}")
    folder = sidecar.generation_folder(storage.root, video.video_id, video.generation)
    missing = sum(not sidecar.thumbnail_path(folder, keyframe.frame_index).exists() for keyframe in keyframes)
    # A library made by other hands may hold no thumbnails at all; some but not all is damage.
    if 0 < missing < len(keyframes):
        findings.append(f"{video.video_id}: {missing} thumbnail(s) missing; {advice}")
    return findings


def _check_vectors(storage: Storage, videos: list[StoredVideo], damaged_ids: set[str], *, mend: bool) -> list[str]:
    findings = []
    revision = storage.catalog.revision
    for embedder in sorted({video.embedder for video in videos}):
        embedded = [video for video in videos if video.embedder == embedder]
        try:
            unclaimed_ids = storage.vector_store.ids(embedder, revision=revision)
            for video in embedded:
                if video.keyframes and video.video_id not in damaged_ids:
                    # Only a query reads Chroma's index itself, and one query reads all of it.
                    query = sidecar.map_vectors(storage.root, video)[:1]
                    storage.vector_store.query(embedder, query, limit=1, revision=revision)
                    break
        except VectorIndexError:
            if mend:
                storage.rebuild_vector_index()
                rebuild_passage_index(storage)
            findings.append(f"the vector index is damaged{_mended(mend)}")
            continue
        for video in embedded:
            rows = storage.catalog.connection.execute(
                "SELECT frame_index FROM keyframe WHERE video_id = ? ORDER BY position", (video.video_id,)
            )
            ids = [vector_id(video.video_id, video.generation, frame_index) for (frame_index,) in rows]
            if missing := [position for position, name in enumerate(ids) if name not in unclaimed_ids]:
                can_mend = mend and video.video_id not in damaged_ids
                if can_mend:
                    vectors = sidecar.map_vectors(storage.root, video)[missing]
                    storage.vector_store.upsert(embedder, [ids[position] for position in missing], vectors)
                findings.append(f"{video.video_id}: {len(missing)} vector(s) missing{_mended(can_mend)}")
            unclaimed_ids.difference_update(ids)
        if unclaimed_ids:
            if mend:
                storage.vector_store.delete(embedder, sorted(unclaimed_ids))
            findings.append(f"{len(unclaimed_ids)} vector(s) belong to no video{_mended(mend)}")
    return findings


def _check_passages(storage: Storage, *, mend: bool) -> list[str]:
    findings, damaged = [], False
    ids: dict[str, set[str]] = {}
    rows = storage.catalog.connection.execute("SELECT meaning.*, generation FROM meaning JOIN video USING (video_id)")
    for row in rows.fetchall():
        try:
            map_passage_vectors(storage.root, row)
        except LibraryError as error:
            findings.append(str(error))
            continue
        try:
            if row["encoder"] not in ids:
                ids[row["encoder"]] = storage.vector_store.ids(row["encoder"], revision=storage.catalog.revision)
        except VectorIndexError:
            ids[row["encoder"]] = set()
        missing = set(vector_ids(row["video_id"], row["tag"], row["passages"])) - ids[row["encoder"]]
        if missing:
            damaged = True
            findings.append(f"{row['video_id']}: {len(missing)} vector(s) of passages missing{_mended(mend)}")
    if damaged and mend:
        rebuild_passage_index(storage)
    return findings


def _check_folders(storage: Storage, videos: list[StoredVideo], *, mend: bool) -> list[str]:
    known = {sidecar.generation_folder(storage.root, video.video_id, video.generation) for video in videos}
    findings = []
    for folder in sorted((storage.root / "videos").glob("*/*")):
        if folder not in known:
            if mend:
                shutil.rmtree(folder, ignore_errors=True)
            findings.append(f"{folder} belongs to no video{_mended(mend)}")
    return findings


def _check_text(storage: Storage, *, mend: bool) -> list[str]:
    connection = storage.catalog.connection
    findings = []
    (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        findings.append(f"catalog: {verdict}; restore a copy of the library, or remove the folder and index again")
    if mismatches := lines.count_index_mismatches(connection):
        if mend:
            with storage.catalog.transaction():
                lines.rebuild_line_index(connection)
        findings.append(f"text index: {mismatches} line(s) out of step{_mended(mend)}")
    return findings


def _mended(mend: bool) -> str:
    return " (mended)" if mend else ""
