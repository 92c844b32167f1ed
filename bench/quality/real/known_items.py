"""`video-assistant evaluate search --set FOLDER`: known items among all videos of a set, and queries for nothing."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from assistant.commands.progress import counting
from bench.quality.real.evaluation_set import EvaluationSet
from bench.quality.real.item_fields import ID, MOMENTS, PLACES, TEXT
from bench.quality.real.video_library import indexed_videos
from bench.quality.understanding.question_files import share, write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.session import Session
    from bench.quality.real.video_library import VideoLibrary
    from tools.types import FrameHit

ITEMS = "search.jsonl"
FIELDS = {"id": ID, "query_en": TEXT, "query_vi": TEXT, "video": TEXT, "moments": MOMENTS, "also": PLACES}
LANGUAGES = ("en", "vi")
HITS = 20  # that a search returns, as `find` does
TOPS = (1, 5)
SLACK_SECONDS = 0.5  # that a hit may lie beside a moment


def evaluate(
    session: Session, folder: Path, *, media: Path | None = None, keep: Path | None = None, out: Path | None = None
) -> dict[str, Any]:
    """Figures `search.*` of known items, over all videos that the set names as one library.

    `r1` and `r5` are the shares of the queries with the right file and a time within a moment among the first hits,
    `video.r1` that of the first hit in the right file, and `shown` that of a right hit among the first twenty that is
    shown, and not folded. Each also of one language, as in `search.vi.r1`. `nonsense` is the share of the queries for
    what no video shows (`nonsense_queries.txt`) for which a hit is shown.

    Args:
        session: whose models search; the videos are a library of their own.
        folder: of the set: `search.jsonl`.
        media: what the paths of media are relative to; None: the folder that the set states.
        keep: folder in which the library is kept for next time; None: it is removed.
        out: where a row for each query is written, two for an item, then those of nonsense; None: nowhere.

    Raises:
        VideoAssistantError: the folder is no such set, or none of its videos can be indexed.
    """
    evaluation_set = EvaluationSet(folder, media)
    items = evaluation_set.items(ITEMS, FIELDS)
    media_files = evaluation_set.locate(evaluation_set.video_names())
    nonsense = nonsense_queries()
    with indexed_videos(session, media_files, keep) as library, counting("queries") as progress:
        asked = [item for item in items if item["video"] in library.video_ids]
        queries = [(item, language, item[f"query_{language}"]) for item in asked for language in LANGUAGES]
        rows: list[dict[str, Any]] = []
        nonsense_rows: list[dict[str, Any]] = []
        for done, (item, language, query) in enumerate(queries, 1):
            hits = _search(library, query)
            row = {"id": item["id"], "language": language, "query": query, "hits": hits}
            rows.append(row | judge(item, hits))
            if progress is not None:
                progress(done, len(queries) + len(nonsense))
        for number, query in enumerate(nonsense, 1):
            nonsense_rows.append({"id": f"nonsense-{number:02d}", "query": query, "hits": _search(library, query)})
            if progress is not None:
                progress(len(queries) + number, len(queries) + len(nonsense))
        keyframes = sum(video.keyframes for video in library.session.library.videos())
    if out is not None:
        write_rows(out, rows + nonsense_rows)
    settings = {"items": len(asked), "left_out": len(items) - len(asked), "videos": len(library.video_ids)}
    is_answered = [any(hit["shown"] for hit in row["hits"]) for row in nonsense_rows]
    results = figures(rows) | {"search.nonsense": share(is_answered)}
    return {"figures": results, "settings": {**settings, "nonsense": len(nonsense), "keyframes": keyframes}}


def nonsense_queries() -> list[str]:
    """Returns the queries that no usual video answers."""
    lines = (files("bench.quality.real") / "nonsense_queries.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _search(library: VideoLibrary, query: str) -> list[dict[str, Any]]:
    """The rows of the hits of a query, searched as `find` does."""
    session = library.session
    hits = session.search.search(session.for_retrieval(query), words=query, limit=HITS)
    return [_hit_row(library, hit) for hit in hits]


def _hit_row(library: VideoLibrary, hit: FrameHit) -> dict[str, Any]:
    names = library.names(hit.keyframe.video_id)
    return {
        "video": names[0],
        "videos": names,
        "seconds": round(hit.keyframe.seconds, 3),
        "score": round(hit.score, 4),
        "shown": hit.shown,
        "channel": hit.channel,
        "why": hit.why,
    }


def judge(item: Mapping[str, Any], hits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns `rank`, of the first right hit from 1, `video_is_first` and `is_shown`.

    Args:
        item: a line of `search.jsonl`.
        hits: best first, with `videos`, `seconds` and `shown`.
    """
    places = [item, *item["also"]]
    right = [any(_lies_in(hit, place) for place in places) for hit in hits]
    return {
        "rank": right.index(True) + 1 if any(right) else None,
        "video_is_first": bool(hits) and any(place["video"] in hits[0]["videos"] for place in places),
        "is_shown": any(hit["shown"] for hit, is_right in zip(hits, right, strict=True) if is_right),
    }


def _lies_in(hit: Mapping[str, Any], place: Mapping[str, Any]) -> bool:
    return place["video"] in hit["videos"] and any(
        start - SLACK_SECONDS <= hit["seconds"] <= end + SLACK_SECONDS for start, end in place["moments"]
    )


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The figures of judged rows."""
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        for prefix in ("search", f"search.{row['language']}"):
            groups[prefix].append(row)
    results = {}
    for prefix, group in sorted(groups.items()):
        for top in TOPS:
            results[f"{prefix}.r{top}"] = share([row["rank"] is not None and row["rank"] <= top for row in group])
        results[f"{prefix}.video.r1"] = share([row["video_is_first"] for row in group])
        results[f"{prefix}.shown"] = share([row["is_shown"] for row in group])
    return results
