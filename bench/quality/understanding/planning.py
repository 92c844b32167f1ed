"""`video-assistant evaluate planning`: which tool, query and time are planned for a question about an imagined video.

The pictures are imagined, so that only how a question is read counts. Everything goes through `Assistant.ask`.
"""

from __future__ import annotations

import tempfile
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.agent import Assistant
from assistant.commands.progress import counting
from assistant.text.fold import fold
from bench.libraries import session_over
from bench.quality.understanding.imagined import ImaginedCore, ImaginedGrounder, ImaginedLibrary, Scene
from bench.quality.understanding.matching import DURATION_SECONDS, Range, is_good_query, is_right_time
from bench.quality.understanding.planners import WITHOUT_MODEL, ModelPlanner, planner_without_model
from bench.quality.understanding.question_files import read_items, share, write_rows
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from assistant.agent.records import Reply, Step
    from assistant.session import Session
    from tools.ports import Planner

PLANNERS = ("rules", "pocket", "random", "empty")
FIELDS = ("id", "question", "language", "form", "tools", "query_must", "query_must_not", "times", "follows")
TOOLS = ("find_frames", "read_text", "find_events", "look", "describe", "count", "ground", "find_unusual")
QUERY_ARGUMENTS = ("query", "sequence", "phrase", "phrases", "subject", "question")
"""The arguments of a call that say what is looked for, the best first: a call of `look` has a query and a question."""
SPOKEN = ("speech", "subtitle")
ALL_LINES = "none"  # the query of `read_text` that asks for every line
ONE_VIDEO, TWO_VIDEOS = ("imagined",), ("morning", "evening")
COMPOSED = "NFC"  # the form of Vietnamese as it should be written, from which the other spellings are made

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "no_accents": lambda text: "".join(_without_accents(letter) for letter in unicodedata.normalize("NFC", text)),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """What was planned for one question."""

    answer: str
    tool: str = "none"
    query: str = ""
    ranges: tuple[Range, ...] = ()  # one, or two for a comparison; none where no time was planned
    confidence: float = 0.0
    decided_by: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of a plan is right."""

    tool: bool
    query: bool
    times: bool | None  # None: the question names no time
    why: str  # what is wrong; empty where nothing is

    @property
    def right(self) -> bool:
        return self.tool and self.query and self.times is not False


@dataclass(slots=True)
class Tally:
    """The verdicts on a group of questions."""

    verdicts: list[Verdict] = field(default_factory=list)
    followups: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict, *, follows: bool) -> None:
        """Counts one verdict."""
        self.verdicts.append(verdict)
        if follows:
            self.followups.append(verdict)

    def figures(self, group: str = "") -> dict[str, float]:
        """`planning.tool.GROUP` and so on; a figure of no question is left out."""
        results = {
            "tool": [verdict.tool for verdict in self.verdicts],
            "query": [verdict.query for verdict in self.verdicts],
            "times": [verdict.times for verdict in self.verdicts if verdict.times is not None],
            "followup": [verdict.tool and verdict.query for verdict in self.followups if group != "followup"],
        }
        tail = f".{group}" if group else ""
        return {f"planning.{name}{tail}": share(values) for name, values in results.items() if values}


def evaluate(
    session: Session, questions: Path, *, planner: str | None = None, seed: int = 0, out: Path | None = None
) -> dict[str, Any]:
    """Figures `planning.tool`, `.query`, `.times` and `.followup`: shares of the questions.

    Each also of a group, as in `planning.tool.vi`: `en`, `vi`; `followup`; `form.FORM`; and of the
    composed Vietnamese questions, `form.nfc`, spelt otherwise: `nfd` decomposed, `no_accents` without accents.

    Args:
        session: whose planner reads the questions, if `planner` is None or "pocket".
        questions: a file with one question a line.
        planner: one of `PLANNERS`; None: the session's.
        seed: of the planner "random".
        out: where a row for each question is written; None: nowhere.

    Raises:
        VideoAssistantError: the file is no such set, or the planner is unknown.
    """
    items = read_items(questions, FIELDS)
    if planner not in (None, *PLANNERS):
        raise VideoAssistantError(f"planner {planner!r} is unknown; choose one of {', '.join(PLANNERS)}")
    tallies: dict[str, Tally] = {}
    rows: list[dict[str, Any]] = []
    with _opened_planner(session, planner, seed) as language_model, counting("questions") as progress:
        for done, item in enumerate(items, 1):
            rows.append(_ask_in_every_spelling(item, language_model, tallies))
            if progress is not None:
                progress(done, len(items))
    if out is not None:
        write_rows(out, rows)
    figures = {name: value for group, tally in tallies.items() for name, value in tally.figures(group).items()}
    settings = {"questions": len(items), "planner": planner or session.profile.name, "seed": seed}
    return {"figures": figures, "settings": settings}


@contextmanager
def _opened_planner(session: Session, name: str | None, seed: int) -> Iterator[Planner]:
    """The planner; the session of its model is closed with the block."""
    if name in WITHOUT_MODEL:
        yield planner_without_model(str(name), seed)
        return
    if name is not None:  # the profile of that name, whatever the session's is
        settings = session.settings.model_dump() | {"profile": name, "chat_model": None}
        session = type(session)(type(session.settings)(**settings))
    with tempfile.TemporaryDirectory() as folder, session_over(session, Path(folder)) as opened:
        yield ModelPlanner(*opened.reasoning())


def _ask_in_every_spelling(item: dict[str, Any], planner: Planner, tallies: dict[str, Tally]) -> dict[str, Any]:
    """Asks a question as it stands, and composed Vietnamese in the other spellings too; returns its row."""
    planned = ask(item, planner)
    verdict = judge(item, planned)
    groups = ["", item["language"], f"form.{item['form'].lower().replace(' ', '_')}"]
    groups += ["followup"] * bool(item["follows"])
    for group in groups:
        tallies.setdefault(group, Tally()).add(verdict, follows=bool(item["follows"]))
    row = {"id": item["id"], "question": item["question"], **_row(planned, verdict)}
    if item["form"] == COMPOSED:
        row["spellings"] = {}
        for name, respell in SPELLINGS.items():
            respelled = item | {"question": respell(item["question"])}
            planned = ask(respelled, planner)
            verdict = judge(respelled, planned)
            tallies.setdefault(name, Tally()).add(verdict, follows=bool(item["follows"]))
            row["spellings"][name] = _row(planned, verdict)
    return row


def ask(item: dict[str, Any], planner: Planner) -> Planned:
    """Asks one question about an imagined video; before it, the question that it follows, with its given answer.

    A question that compares and names no time is about two videos.
    """
    before = item["follows"]
    scene = Scene.of(before["question"], before["answer"]) if before else Scene()
    two = item["tools"][:1] == ["compare"] and item["times"] is None
    library = ImaginedLibrary(scene, TWO_VIDEOS if two else ONE_VIDEO)
    core = ImaginedCore(scene, planner)
    assistant = Assistant(library, library, core, ImaginedGrounder(scene), core)
    try:
        if before:
            assistant.ask(before["question"], thread_id="imagined")
        return read_plan(assistant.ask(item["question"], thread_id="imagined"))
    except Exception as error:  # noqa: BLE001 - a question that breaks the assistant is planned wrongly, and the next is asked
        return Planned(str(error), tool="error", error=type(error).__name__)
    finally:
        assistant.close()


def read_plan(reply: Reply) -> Planned:
    """Reads the first call of a tool from the steps of a reply; its tool in the words of the planning sets."""
    calls = _first_calls(reply.steps)
    if not calls:
        return Planned(reply.answer, confidence=reply.confidence)
    step = calls[0]
    every = [arguments for call in calls for arguments in (call.arguments, *call.arguments.get("also", ()))]
    query = next((str(step.arguments[name]) for name in QUERY_ARGUMENTS if step.arguments.get(name)), "")
    compares = step.tool == "describe" and len(every) > 1
    ranges = [_range(arguments) for arguments in every] if compares else _whole_range(every)
    planned = Planned(reply.answer, step.tool, query, tuple(ranges), reply.confidence, step.decided_by)
    if step.tool == "read_text":
        tool = "passages" if step.arguments.get("source") in SPOKEN else "read_text"
        return replace(planned, tool=tool, query="" if query == ALL_LINES else query)
    if step.tool == "find_unusual":
        return replace(planned, tool="unusual")
    return replace(planned, tool="compare") if compares else planned


def judge(item: dict[str, Any], planned: Planned) -> Verdict:
    """Compares what was planned with what a set says of its question."""
    tool = planned.tool in item["tools"]
    query = is_good_query(planned.query, item["query_must"], item["query_must_not"])
    times = None
    if item["times"] is not None:
        times = is_right_time(planned.ranges, item["times"], item.get("times_also", ()))
    faults = [] if tool else [f"tool {planned.tool} instead of {' or '.join(item['tools'])}"]
    if not query:
        faults.append(f"query {planned.query!r} needs {item['query_must']} and none of {item['query_must_not']}")
    if times is False:
        faults.append(f"times {[list(r) for r in planned.ranges]} instead of {item['times']}")
    return Verdict(tool, query, times, "; ".join([*([planned.error] if planned.error else []), *faults]))


def _first_calls(steps: Sequence[Step]) -> list[Step]:
    """The first step that calls a tool, and those right after it that call the same again."""
    first = next((index for index, step in enumerate(steps) if step.tool in TOOLS), len(steps))
    last = first
    while last < len(steps) and steps[last].tool == steps[first].tool:
        last += 1
    return list(steps[first:last])


def _range(arguments: Mapping[str, Any]) -> Range:
    """The range of one call; that of a call about a moment `VIDEO@SECONDS` is the moment."""
    if "moment" in arguments and "start" not in arguments and "end" not in arguments:
        seconds = float(str(arguments["moment"]).rpartition("@")[2])
        return Range(seconds, seconds)
    return Range(arguments.get("start"), arguments.get("end"))


def _whole_range(calls: Sequence[Mapping[str, Any]]) -> list[Range]:
    """The range that all calls cover together; empty if they name no time.

    Moments of which the first call does not say the stretch are spread over the video, or were found by a search.
    """
    if len(calls) > 1 and "moment" in calls[0] and "start" not in calls[0] and "end" not in calls[0]:
        return []
    if "moment" in calls[0]:
        calls = calls[:1]
    ranges = [_range(arguments) for arguments in calls]
    if all(r == Range(None, None) for r in ranges):
        return []
    starts, ends = [r.start for r in ranges], [r.end for r in ranges]
    start = None if None in starts else min(s for s in starts if s is not None)
    return [Range(start, None if None in ends else max(e for e in ends if e is not None))]


def _row(planned: Planned, verdict: Verdict) -> dict[str, Any]:
    """What is written of an answer. Of a comparison, start and end are the middles of its two places."""
    start, end = planned.ranges[0] if planned.ranges else Range(None, None)
    if len(planned.ranges) == 2:
        start, end = (sum(place.resolved) / 2 for place in planned.ranges)
    return {
        "answer": planned.answer,
        "tool": planned.tool,
        "query": planned.query,
        "start": start,
        "end": None if end is None else min(end, DURATION_SECONDS),
        "confidence": round(planned.confidence, 4),
        "decided_by": planned.decided_by,
        "right": verdict.right,
        "why": verdict.why,
    }


def _without_accents(letter: str) -> str:
    plain = fold(letter)
    return plain.upper() if letter.isupper() else plain
