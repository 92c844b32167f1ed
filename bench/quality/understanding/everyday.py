"""`video-assistant evaluate everyday`: questions in everyday words about real clips, asked as conversations."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.progress import counting
from bench.libraries import demo_clips, index_folder, session_over
from bench.quality.understanding.judging import Judgement, judge
from bench.quality.understanding.plans import plan_row, read_plan
from bench.quality.understanding.question_files import read_items, share, write_rows
from bench.quality.understanding.spoken_answer import SpokenAnswer
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.agent import Assistant
    from assistant.agent.records import Reply
    from assistant.session import Session

QUESTIONS = "questions.jsonl"
CLIPS = "clips"
FIELDS = ("id", "thread", "clip", "question", "language", "form", "kind", "right", "must_not")
FOLLOW_UP = "followup"


def evaluate(session: Session, folder: Path, *, out: Path | None = None) -> dict[str, Any]:
    """Figures `everyday.right`, `.declined`, `.wrong` and `.confident_wrong`: shares of the turns.

    `.right` and `.confident_wrong` also of a group, as in `everyday.vi.right`: a language, `followup`, `kind.KIND`,
    `form.FORM`.

    Args:
        session: whose models answer; the clips are indexed into a temporary library.
        folder: of the set: `questions.jsonl`, and `clips/` unless the demo clips are meant.
        out: where a row for each turn is written; None: nowhere.

    Raises:
        VideoAssistantError: the folder is no such set, or a clip that it asks about is missing.
    """
    turns = read_items(folder / QUESTIONS, FIELDS)
    clips = clips_of(turns)
    media = folder / CLIPS if (folder / CLIPS).is_dir() else demo_clips()
    missing = sorted(set(clips) - {path.stem for path in media.iterdir()})
    if missing:
        raise VideoAssistantError(f"{media} lacks the clips {', '.join(missing)}; the questions are about them")
    with ExitStack() as stack:
        library = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "library"
        opened = stack.enter_context(session_over(session, library))
        click.echo(f"indexing the clips in {media}", err=True)
        video_ids = index_folder(opened, media)
        if failed := sorted(set(clips) - set(video_ids)):
            raise VideoAssistantError(
                f"the clips {', '.join(failed)} in {media} could not be indexed; are they videos?"
            )
        assistant = opened.assistant_with(calibration=session.calibration, remembers=False)
        stack.callback(assistant.close)
        progress = stack.enter_context(counting("questions"))
        rows = []
        for done, turn in enumerate(turns, 1):
            rows.append(ask(assistant, turn, video_ids))
            if progress is not None:
                progress(done, len(turns))
    for turn, row in zip(turns, rows, strict=True):
        judgement = judge_row(turn, row, clips)
        row["right"], row["why"] = judgement
        row["expected"] = turn["right"]
        row["confident_wrong"] = judgement.is_confident_wrong(row["confidence"])
    if out is not None:
        write_rows(out, rows)
    settings = {"turns": len(turns), "clips": str(media), "core": session.core_name}
    return {"figures": figures(turns, rows), "settings": settings}


def clips_of(turns: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of all clips that a set asks about."""
    names = (turn.get(field) for turn in turns for field in ("clip", "about"))
    return sorted({name for name in names if name})


def ask(assistant: Assistant, turn: Mapping[str, Any], video_ids: Mapping[str, str]) -> dict[str, Any]:
    """Asks one turn in its conversation, and returns the answer as a row; an error is an answer too.

    Args:
        assistant: over the clips.
        turn: a line of `questions.jsonl`.
        video_ids: of the clips, by their names.
    """
    clip_names = {video_id: name for name, video_id in video_ids.items()}
    asked_at = time.monotonic()
    row: dict[str, Any] = {"id": turn["id"], "question": turn["question"], "error": None}
    scope = video_ids[turn["clip"]] if turn["clip"] else None
    try:
        reply = assistant.ask(turn["question"], thread_id=str(turn["thread"]), video_id=scope)
    except Exception as error:  # noqa: BLE001 - people see it as the answer, and the next question is asked
        row |= {"answer": str(error), "confidence": 0.0, "choices": [], "evidence": [], "error": type(error).__name__}
        row |= {"tool": "error", "query": "", "start": None, "end": None, "decided_by": ""}
    else:
        row |= _reply_row(reply, clip_names)
    return row | {"seconds": round(time.monotonic() - asked_at, 1)}


def _reply_row(reply: Reply, clip_names: Mapping[str, str]) -> dict[str, Any]:
    evidence = [
        {
            "clip": clip_names.get(piece.moment.video_id),
            "start": piece.moment.start_seconds,
            "end": piece.moment.end_seconds,
            "tool": piece.tool,
        }
        for piece in reply.evidence
    ]
    steps = [step.say for step in reply.steps]
    return plan_row(read_plan(reply)) | {"choices": list(reply.choices), "evidence": evidence, "steps": steps}


def judge_row(turn: Mapping[str, Any], row: Mapping[str, Any], clips: Sequence[str]) -> Judgement:
    """Judges a row of `ask`, or one that the set's own scorer stored."""
    answer = SpokenAnswer(
        row.get("answer") or "",
        clips,
        scope=turn["clip"],
        about=turn.get("about"),
        starts=[(piece["clip"], piece["start"]) for piece in row.get("evidence") or ()],
        offers_choices=bool(row.get("choices")),
        error=row.get("error"),
    )
    return judge(turn, answer)


def figures(turns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The figures of judged rows."""
    verdicts: defaultdict[str, list[str]] = defaultdict(list)
    confident: defaultdict[str, list[bool]] = defaultdict(list)
    for turn, row in zip(turns, rows, strict=True):
        groups = ["", f"{turn['language']}.", f"kind.{turn['kind']}.", f"form.{turn['form']}."]
        for group in groups + [f"{FOLLOW_UP}."] * (turn["kind"] == FOLLOW_UP):
            verdicts[group].append(row["right"])
            confident[group].append(row["confident_wrong"])
    shares = {f"everyday.{name}": share([v == name for v in verdicts[""]]) for name in ("right", "declined", "wrong")}
    for group in verdicts:
        shares[f"everyday.{group}right"] = share([verdict == "right" for verdict in verdicts[group]])
        shares[f"everyday.{group}confident_wrong"] = share(confident[group])
    return shares
