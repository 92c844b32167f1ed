"""`video-assistant evaluate planning`: which tool, query and time are planned for a question about an imagined video.

The pictures are imagined, so that only how a question is read counts. Everything goes through `Assistant.ask`.
"""

from __future__ import annotations

import tempfile
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.agent import Assistant
from assistant.commands.progress import counting
from assistant.text.fold import fold
from bench.libraries import session_over
from bench.quality.understanding.imagined import ImaginedCore, ImaginedGrounder, ImaginedLibrary, Scene
from bench.quality.understanding.matching import is_good_query, is_right_time
from bench.quality.understanding.planners import WITHOUT_MODEL, ModelPlanner, planner_without_model
from bench.quality.understanding.plans import Planned, plan_row, read_plan
from bench.quality.understanding.question_files import read_items, share, write_rows
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assistant.session import Session
    from tools.ports import Planner

PLANNERS = ("rules", "pocket", "random", "empty")
FIELDS = ("id", "question", "language", "form", "tools", "query_must", "query_must_not", "times", "follows")
ONE_VIDEO, TWO_VIDEOS = ("imagined",), ("morning", "evening")
COMPOSED = "NFC"  # the form of Vietnamese as it should be written, from which the other spellings are made

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "no_accents": lambda text: "".join(_without_accents(letter) for letter in unicodedata.normalize("NFC", text)),
}


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

    def row(self) -> dict[str, Any]:
        """What a file of rows says of it."""
        return {"right": self.right, "why": self.why}


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
        settings = session.settings.model_dump() | {"profile": name, "core": None}
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
    row = {"id": item["id"], "question": item["question"], **plan_row(planned), **verdict.row()}
    if item["form"] == COMPOSED:
        row["spellings"] = {}
        for name, respell in SPELLINGS.items():
            respelled = item | {"question": respell(item["question"])}
            planned = ask(respelled, planner)
            verdict = judge(respelled, planned)
            tallies.setdefault(name, Tally()).add(verdict, follows=bool(item["follows"]))
            row["spellings"][name] = plan_row(planned) | verdict.row()
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


def _without_accents(letter: str) -> str:
    plain = fold(letter)
    return plain.upper() if letter.isupper() else plain
