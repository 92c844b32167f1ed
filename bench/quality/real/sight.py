"""`video-assistant evaluate sight --set FOLDER`: whether things are there, asked about real videos."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from assistant.agent.options import AgentOptions
from assistant.commands.progress import counting
from bench.quality.real.evaluation_set import EvaluationSet
from bench.quality.real.item_fields import FLAG, ID, MOMENTS, TEXT, one_of
from bench.quality.real.video_library import indexed_videos
from bench.quality.understanding.question_files import share, write_rows
from bench.quality.understanding.spoken_answer import SpokenAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.agent import Assistant
    from assistant.agent.records import Reply
    from assistant.session import Session

ITEMS = "sight.jsonl"
FIELDS = {
    "id": ID,
    "video": TEXT,
    "question_en": TEXT,
    "question_vi": TEXT,
    "truth": one_of("yes", "no"),
    "moments": MOMENTS,
    "nameable": FLAG,
    "exhaustive": FLAG,
}
LANGUAGES = ("en", "vi")
CLOCK_SECONDS = 1.0  # an answer names whole seconds: 0:03 stands for [3, 4)
MIN_RIGHT_TIMES = 0.5  # share of the times that a right yes names, which must touch moments


def evaluate(
    session: Session, folder: Path, *, media: Path | None = None, keep: Path | None = None, out: Path | None = None
) -> dict[str, Any]:
    """Figures `sight.*` of the nameable items in both languages, and `real.confident_wrong` of all items.

    `precision` is the share of the yes answers that are right: the thing is there, and at the times that the answer
    names. `recall` is the share of the present things that are affirmed rightly, `absent` the share of the absent
    things that are not affirmed, `absent.affirmed` the number of those that are, `declined` the share of the questions
    that are not answered. `real.confident_wrong` is the share of the questions whose answer is wrong and called sure by
    the page. All of them also of one language, as in `sight.vi.recall`, and of all items, as in `sight.all.recall`.

    Args:
        session: whose models answer; all videos that the set names are a library of their own.
        folder: of the set: `sight.jsonl`.
        media: what the paths of media are relative to; None: the folder that the set states.
        keep: folder in which the library is kept for next time; None: it is removed.
        out: where a row for each question is written, two for an item; None: nowhere.

    Raises:
        VideoAssistantError: the folder is no such set, or none of its videos can be indexed.
    """
    evaluation_set = EvaluationSet(folder, media)
    items = evaluation_set.items(ITEMS, FIELDS)
    files = evaluation_set.locate(evaluation_set.video_names())
    with indexed_videos(session, files, keep) as library, counting("questions") as progress:
        asked = [item for item in items if item["video"] in library.video_ids]
        assistant = library.session.assistant_with(calibration=session.calibration, remembers=False)
        rows = []
        try:
            for done, item in enumerate(asked, 1):
                rows += [ask(assistant, item, language, library.video_ids[item["video"]]) for language in LANGUAGES]
                if progress is not None:
                    progress(done, len(asked))
        finally:
            assistant.close()
    if out is not None:
        write_rows(out, rows)
    settings = {"items": len(asked), "left_out": len(items) - len(asked), "videos": len(library.video_ids)}
    return {"figures": figures(rows), "settings": {**settings, "core": session.core_name}}


def ask(assistant: Assistant, item: Mapping[str, Any], language: str, video_id: str) -> dict[str, Any]:
    """Asks about one video, in a conversation of its own, and returns the judged row; an error is an answer too.

    Args:
        assistant: over the videos.
        item: a line of `sight.jsonl`.
        language: of the question, `en` or `vi`.
        video_id: of the item's video.
    """
    question = item[f"question_{language}"]
    asked_at = time.monotonic()
    row = {"id": item["id"], "language": language, "video": item["video"], "question": question}
    try:
        reply = assistant.ask(question, thread_id=f"{item['id']} {language}", video_id=video_id)
    except Exception as error:  # noqa: BLE001 - people see it as the answer, and the next question is asked
        row |= {"answer": str(error), "confidence": 0.0, "evidence": [], "error": type(error).__name__}
    else:
        row |= _reply_row(reply)
    row |= judge(item, row) | {"seconds": round(time.monotonic() - asked_at, 1)}
    return row


def _reply_row(reply: Reply) -> dict[str, Any]:
    evidence = [
        {
            "start_seconds": round(piece.moment.start_seconds, 3),
            "end_seconds": round(piece.moment.end_seconds, 3),
            "tool": piece.tool,
            "score": round(piece.score, 4),
        }
        for piece in reply.evidence
    ]
    return {
        "answer": reply.answer,
        "confidence": round(reply.confidence, 4),
        "evidence": evidence,
        "error": None,
        "read_as": {name: reply.read_as.get(name) for name in ("tool", "query", "decided_by")},
    }


def judge(item: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what an answer says and whether that is right: `verdict` yes, no or None; `right` None if it declines.

    Args:
        item: a line of `sight.jsonl`.
        row: with `answer`, `confidence`, `evidence` and `error`.
    """
    answer = SpokenAnswer(row["answer"], clips=(), error=row["error"])
    verdict = None if answer.declines else answer.verdict
    times = [(cited.start, max(cited.end, cited.start + CLOCK_SECONDS)) for cited in answer.cited]
    times = times or [(piece["start_seconds"], piece["end_seconds"]) for piece in row["evidence"]]
    right = None if verdict is None else verdict == item["truth"]
    if right and verdict == "yes":
        right = not item["exhaustive"] or _touch(times, item["moments"])
    sure = row["confidence"] >= AgentOptions().sure
    return {
        "verdict": verdict,
        "times": [list(times_named) for times_named in times] if verdict == "yes" else [],
        "right": right,
        "confident_wrong": right is False and sure,
        "truth": item["truth"],
        "nameable": item["nameable"],
    }


def _touch(times: Sequence[tuple[float, float]], moments: Sequence[Sequence[float]]) -> bool:
    """Whether enough of the times overlap moments; an answer without times is right at any."""
    right = [any(start <= last and end >= first for first, last in moments) for start, end in times]
    return not right or sum(right) >= MIN_RIGHT_TIMES * len(right)


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The figures of judged rows; a figure of no question is left out."""
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        for prefix in ("sight.all", f"sight.all.{row['language']}"):
            groups[prefix].append(row)
        if row["nameable"]:
            for prefix in ("sight", f"sight.{row['language']}"):
                groups[prefix].append(row)
    results: dict[str, float] = {}
    for prefix in sorted(groups):
        results |= _group_figures(prefix, groups[prefix])
    for name, language in (
        ("real.confident_wrong", None),
        *((f"real.{code}.confident_wrong", code) for code in LANGUAGES),
    ):
        wrong = [row["confident_wrong"] for row in rows if language in (None, row["language"])]
        if wrong:
            results[name] = share(wrong)
    return results


def _group_figures(prefix: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    affirmed = [row["right"] for row in rows if row["verdict"] == "yes"]
    present = [row["verdict"] == "yes" and row["right"] for row in rows if row["truth"] == "yes"]
    absent = [row["verdict"] == "yes" for row in rows if row["truth"] == "no"]
    results = {f"{prefix}.precision": share(affirmed)} if affirmed else {}
    if present:
        results[f"{prefix}.recall"] = share(present)
    if absent:
        results[f"{prefix}.absent"] = share([not is_affirmed for is_affirmed in absent])
        results[f"{prefix}.absent.affirmed"] = sum(absent)
    return results | {f"{prefix}.declined": share([row["right"] is None for row in rows])}
