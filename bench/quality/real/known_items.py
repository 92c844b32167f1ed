"""`video-assistant evaluate search --set FOLDER`: known items among all videos of a set, and queries for nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from assistant.commands.progress import counting
from bench.quality.real.evaluation_set import EvaluationSet
from bench.quality.real.video_library import indexed_videos
from bench.quality.understanding.question_files import share, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from assistant.session import Session
    from bench.quality.real.video_library import VideoLibrary
    from tools.types import FrameHit

ITEMS = "search.jsonl"
FIELDS = ("id", "query_en", "query_vi", "video", "moments", "also")
OTHER_VIDEOS = (
    ("sight.jsonl", "video"),
    ("speech.jsonl", "file"),
)  # files whose videos are searched too, and the field
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
    shown, and not folded. Each also of one language, as in `search.vi.r1`.

    Args:
        session: whose models search; the videos are a library of their own.
        folder: of the set: `search.jsonl`; the videos of `sight.jsonl` and `speech.jsonl` are searched too.
        media: what the paths of media are relative to; None: the folder that the set states.
        keep: folder in which the library is kept for next time; None: it is removed.
        out: where a row for each query is written, two for an item; None: nowhere.

    Raises:
        VideoAssistantError: the folder is no such set, or none of its videos can be indexed.
    """
    evaluation_set = EvaluationSet(folder, media)
    items = evaluation_set.items(ITEMS, FIELDS)
    files = evaluation_set.locate([*_searched_videos(evaluation_set, items)])
    with indexed_videos(session, files, keep) as library, counting("queries") as progress:
        asked = [item for item in items if item["video"] in library.video_ids]
        rows = []
        for done, item in enumerate(asked, 1):
            rows += [_search(library, item, language) for language in LANGUAGES]
            if progress is not None:
                progress(done, len(asked))
        keyframes = sum(video.keyframes for video in library.session.library.videos())
    if out is not None:
        write_rows(out, rows)
    settings = {"items": len(asked), "left_out": len(items) - len(asked), "videos": len(library.video_ids)}
    return {"figures": figures(rows), "settings": {**settings, "keyframes": keyframes}}


def _searched_videos(evaluation_set: EvaluationSet, items: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """The names of all videos of a set, each at least once."""
    for item in items:
        yield item["video"]
        yield from (also["video"] for also in item["also"])
    for name, field in OTHER_VIDEOS:
        if (evaluation_set.folder / name).is_file():
            yield from (item[field] for item in evaluation_set.items(name, ("id", field)))


def _search(library: VideoLibrary, item: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Searches for an item as `find` does, and returns the judged row."""
    query, session = item[f"query_{language}"], library.session
    hits = session.search.search(session.for_retrieval(query), words=query, limit=HITS)
    row = {"id": item["id"], "language": language, "query": query, "hits": [_hit_row(library, hit) for hit in hits]}
    return row | judge(item, row["hits"])


def _hit_row(library: VideoLibrary, hit: FrameHit) -> dict[str, Any]:
    names = library.names(hit.keyframe.video_id)
    return {
        "video": names[0],
        "videos": names,
        "seconds": round(hit.keyframe.seconds, 3),
        "score": round(hit.score, 4),
        "shown": getattr(hit, "shown", True),
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
