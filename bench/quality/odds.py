"""`video-assistant evaluate odds`: whether "is it there?" is answered rightly where no calibration was measured.

No official weights are needed: the cosines are drawn, and the product answers over them. A library holds 3,600 distinct
keyframes, an hour at one a second. The cosines of what a question names are normal with the spread `SPREAD`; a share of
the frames, the distractors, lie higher by an exponential amount, which is the tail. Matches lie `lift` above the mean,
with the same spread, in one stretch of 8 to 24 seconds. The core is wrong about 9.4 % of the frames that it is shown,
those that match included. Each question goes through the whole assistant: planning, search, both witnesses, the reply.

Means and lifts are those that issue reports give for CLIP (0.155, 0.195, 0.135; lifts 0.065 and 0.045) and for SigLIP
(0.02; 0.075). Spread and tail are assumptions. With fewer matching frames fewer are found: `odds.found.frames_N`.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.find_frames import FindFramesOptions
from tools.ports import Answer, Background, Calibration, Peaks, Similarities
from tools.types import FrameHit, Keyframe, Video

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from tools.events.timing import Timing
    from tools.ports import Choice, Feedback, Turn
    from tools.types import Detection, Line, Source

VIDEOS, SECONDS = 6, 600  # keyframes are a second apart
SPREAD = 0.015  # standard deviation of the cosines of what does not match
DISTRACTORS, DISTRACTION = 0.01, 0.01  # their share, and by how much their cosines lie higher on average
CORE_ERROR = 0.094  # of the frames that the core is shown
SURE, UNSURE = 0.9, 0.1  # its probabilities
MATCHING = (8, 24)  # the fewest and the most frames that match
FEW = (1, 2, 4, 8)  # frames of the figures `odds.found.frames_N`
QUESTION, STATEMENT = "Is there a zebra?", "a zebra"


@dataclass(frozen=True, slots=True)
class Scenario:
    """The cosines of one kind of query."""

    name: str
    mean: float  # of what does not match
    lift: float  # of what matches, above it
    curve: Calibration


_CLIP, _SIGLIP = Calibration(0.22, 60.0), Calibration(0.147, 112.0, trained=True)
SCENARIOS = (
    Scenario("usual", 0.155, 0.065, _CLIP),
    Scenario("high", 0.195, 0.065, _CLIP),
    Scenario("low", 0.135, 0.065, _CLIP),
    Scenario("faint", 0.155, 0.045, _CLIP),
    Scenario("siglip", 0.02, 0.075, _SIGLIP),
)


class DrawnLibrary:
    """A library whose cosines with any query are drawn. Implements the `Frames` and `Lines` of the assistant."""

    def __init__(self) -> None:
        self.draw(SCENARIOS[0], 0, np.random.default_rng(0))

    def draw(self, scenario: Scenario, matching: int, rng: np.random.Generator) -> None:
        """Draws the cosines anew, with `matching` keyframes in one stretch that match."""
        self.calibration = scenario.curve
        count = VIDEOS * SECONDS
        cosines = rng.normal(scenario.mean, SPREAD, count)
        distractors = rng.choice(count, round(DISTRACTORS * count), replace=False)
        cosines[distractors] += rng.exponential(DISTRACTION, len(distractors))
        first = int(rng.integers(VIDEOS)) * SECONDS + int(rng.integers(SECONDS - matching + 1))
        self.matches = np.arange(count)[first : first + matching]
        cosines[self.matches] = rng.normal(scenario.mean + scenario.lift, SPREAD, matching)
        self._cosines = cosines.astype(np.float32)

    @cached_property
    def _all_keyframes(self) -> list[Keyframe]:
        return [
            Keyframe(f"v{v}", s * 25, float(s), s // 10, s, f"v{v}-{s}.jpg")
            for v in range(VIDEOS)
            for s in range(SECONDS)
        ]

    def position(self, keyframe: Keyframe) -> int:
        """The position of a keyframe among all of the library."""
        return int(keyframe.video_id[1:]) * SECONDS + round(keyframe.seconds)

    def within(self, video_ids: Collection[str]) -> Self:  # noqa: ARG002 - the question names no video
        return self

    def videos(self) -> list[Video]:
        return [Video(f"v{v}", (f"/v{v}.mp4",), float(SECONDS), 1280, 720, SECONDS, 0) for v in range(VIDEOS)]

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        first = int(video_id[1:]) * SECONDS
        low, high = start_seconds or 0.0, float("inf") if end_seconds is None else end_seconds
        return [k for k in self._all_keyframes[first : first + SECONDS] if low <= k.seconds < high]

    def search(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
        feedback: Feedback | None = None,  # noqa: ARG002 - nothing is marked
    ) -> list[FrameHit]:
        best = np.argsort(-self._cosines, kind="stable")
        low, high = start_seconds or 0.0, float("inf") if end_seconds is None else end_seconds
        hits = []
        for position in best:
            keyframe = self._all_keyframes[int(position)]
            if video_id in (None, keyframe.video_id) and low <= keyframe.seconds < high:
                hits.append(FrameHit(keyframe, float(self._cosines[position]), why=query))
            if len(hits) == limit:
                break
        return hits

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        first = int(video_id[1:]) * SECONDS
        seconds = np.arange(float(SECONDS))
        rows = np.tile(self._cosines[first : first + SECONDS], (len(queries), 1))
        return Similarities((seconds * 25).astype(np.int64), seconds, rows)

    def background(self, queries: Sequence[str]) -> Background:
        return Background(np.tile(self._cosines, (len(queries), 1)), len(self._cosines))

    def vectors(self, video_id: str) -> tuple[Sequence[Keyframe], NDArray[np.float32]]:
        return self.keyframes(video_id), np.ones((SECONDS, 1), np.float32)

    def peaks(self, queries: Sequence[str]) -> Peaks:
        tops = self._cosines.reshape(VIDEOS, SECONDS).max(axis=1)
        return Peaks([video.video_id for video in self.videos()], np.tile(tops, (len(queries), 1)))

    def search_lines(self, query: str, **where: Any) -> list[Line]:  # noqa: ARG002 - nothing is written or said
        return []

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:  # noqa: ARG002
        return []

    def lines(
        self,
        video_id: str,  # noqa: ARG002 - nothing is written or said
        *,
        source: Source | None = None,  # noqa: ARG002
        start_seconds: float | None = None,  # noqa: ARG002
        end_seconds: float | None = None,  # noqa: ARG002
    ) -> list[Line]:
        return []


class ErringCore:
    """A core that sees what matches in a library, wrongly in some frames; the same frame always in the same way."""

    def __init__(self, library: DrawnLibrary) -> None:
        self._library = library
        self.draw(np.random.default_rng(0))

    def draw(self, rng: np.random.Generator) -> None:
        """Draws anew about which frames it is wrong."""
        is_match = np.isin(np.arange(VIDEOS * SECONDS), self._library.matches)
        self._says_yes = is_match ^ (rng.random(VIDEOS * SECONDS) < CORE_ERROR)

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        raise NotImplementedError("the rules read the question")

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        raise NotImplementedError("the rules read the question")

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        raise NotImplementedError("the question follows no other")

    def translate(self, text: str, *, source: str, target: str) -> str:  # noqa: ARG002 - all is English
        return text

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        return [True] * len(frames)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:  # noqa: ARG002 - one is asked for
        return [SURE if self._says_yes[self._library.position(frame)] else UNSURE for frame in frames]

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:  # noqa: ARG002
        return Answer("yes" if max(self.verify(question, frames), default=0.0) == SURE else "no", SURE)

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        return self.answer(question, frames)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        return [max(self.verify(statement, window), default=0.0) for window in windows]

    def event_probability(self, words: str) -> None:  # noqa: ARG002 - it has no event timer
        return None

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:  # noqa: ARG002
        return None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        return [Answer("", 0.0)] * len(frames)


class NoBoxes:
    """A grounder that finds nothing."""

    def ground(self, keyframe: Keyframe, phrases: str) -> list[Detection]:  # noqa: ARG002
        return []


def evaluate(*, seed: int, size: int) -> dict[str, Any]:
    """Figures `odds.*`: the worst of all scenarios, and each.

    `found` is the share of libraries with matches whose reply is "yes" and cites a frame that matches, `false_yes` that
    of libraries without whose reply is "yes"; `core_alone.false_yes` says how often the core affirms a frame of those.

    Args:
        seed: of all that is drawn.
        size: libraries of each kind in each scenario.
    """
    trial = _Trial()
    figures: dict[str, float] = {}
    for number, scenario in enumerate(SCENARIOS):
        rng = np.random.default_rng((seed, number))
        counts = rng.integers(MATCHING[0], MATCHING[1] + 1, size)
        figures[f"odds.found.{scenario.name}"] = _mean(trial.ask(scenario, int(n), rng)[0] for n in counts)
        wrong = [trial.ask(scenario, 0, rng)[1:] for _ in range(size)]
        figures[f"odds.false_yes.{scenario.name}"] = _mean(is_yes for is_yes, _ in wrong)
        figures[f"odds.core_alone.false_yes.{scenario.name}"] = _mean(alone for _, alone in wrong)
    for matching in FEW:
        rng = np.random.default_rng((seed, len(SCENARIOS), matching))
        found = [trial.ask(SCENARIOS[0], matching, rng)[0] for _ in range(size)]
        figures[f"odds.found.frames_{matching}"] = _mean(found)
    each = [scenario.name for scenario in SCENARIOS]
    worst = {
        "odds.found": min(figures[f"odds.found.{name}"] for name in each),
        "odds.false_yes": max(figures[f"odds.false_yes.{name}"] for name in each),
    }
    settings = {
        "seed": seed,
        "libraries": size,
        "keyframes": VIDEOS * SECONDS,
        "spread": SPREAD,
        "distractors": DISTRACTORS,
        "distraction": DISTRACTION,
        "core_error": CORE_ERROR,
        "matching_frames": list(MATCHING),
    }
    return {"figures": worst | figures, "settings": settings}


class _Trial:
    """Asks the assistant the same question about one drawn library after another."""

    def __init__(self) -> None:
        from assistant.agent import Assistant

        self._library = DrawnLibrary()
        self._core = ErringCore(self._library)
        self._assistant = Assistant(self._library, self._library, self._core, NoBoxes())
        self._number = 0

    def ask(self, scenario: Scenario, matching: int, rng: np.random.Generator) -> tuple[bool, bool, bool]:
        """Whether a match is found, whether the reply is yes, and whether the core says yes to a frame it is shown."""
        library = self._library
        library.draw(scenario, matching, rng)
        self._core.draw(rng)
        self._number += 1
        reply = self._assistant.ask(QUESTION, thread_id=f"library {self._number}")
        is_yes = reply.short == "yes"
        cited = (library.keyframes(*astuple(evidence.moment)) for evidence in reply.evidence)
        positions = {library.position(keyframe) for keyframes in cited for keyframe in keyframes}
        is_found = is_yes and not positions.isdisjoint(library.matches.tolist())
        shown = [hit.keyframe for hit in library.search(STATEMENT, limit=FindFramesOptions().limit)]
        return is_found, is_yes, max(self._core.verify(STATEMENT, shown)) == SURE


def _mean(outcomes: Iterable[bool]) -> float:
    return float(np.mean(list(outcomes)))
