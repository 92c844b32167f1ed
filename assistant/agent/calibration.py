"""Maps the confidence of the agent to the share of answers that are right.

The curve is logistic with two parameters, fitted as Platt (1999) does it: the targets are drawn in from 0 and 1, so
that a few questions cannot claim certainty. The file that holds it is made from labelled questions by
`calibrate`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.text.fold import fold
from tools.errors import VideoAssistantError
from tools.ports import Calibration

MIN_QUESTIONS = 20  # that a curve is fitted to
MAX_WRONG_SHARE = 0.05  # of the answers from the threshold on
BINS = 10  # of the expected calibration error
_NEWTON_STEPS = 100
_RIDGE = 1e-3  # keeps the curve finite where confidence parts right from wrong entirely
_OPENING = frozenset({"yes", "no", "co", "khong"})  # an answer says these first or not at all


class CalibrationError(VideoAssistantError):
    """Labelled questions that cannot be used."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and the answers that are right; none if the videos do not answer it."""

    question: str
    answers: tuple[str, ...]
    video_id: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """The curve of a core, and how good it is."""

    core: str  # the checkpoint or provider:model it was measured on
    midpoint: float
    slope: float
    min_confidence: float  # of the agent, before the curve: below it too many answers are wrong
    questions: int
    ece_before: float  # expected calibration error, in [0, 1]
    ece_after: float

    def __call__(self, confidence: float) -> float:
        """The probability in [0, 1] that an answer of this confidence is right."""
        return float(Calibration(self.midpoint, self.slope)(np.array([confidence]))[0])

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> AnswerCalibration:
        """Reads a file that `save` wrote.

        Raises:
            CalibrationError: the file is no calibration.
        """
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise CalibrationError(f"{path} is no calibration ({error}); make one with `calibrate`") from None


def read_questions(path: Path) -> list[Labelled]:
    """Reads the questions of a JSON Lines or CSV file with the columns `question`, `answer` and `video`.

    Several answers are a list, or parted by `|`.

    Raises:
        CalibrationError: the file cannot be read, or a row lacks its question.
    """
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix.lower() == ".csv":
            rows = list(csv.DictReader(text.splitlines()))
        else:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise CalibrationError(f"{path} cannot be read ({error}); give a .jsonl or .csv file") from None
    questions = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not str(row.get("question") or "").strip():
            raise CalibrationError(
                f"{path}, row {number}: no 'question'; write question, answer and, if need be, video"
            )
        given = row.get("answer") or ()
        answers = given.split("|") if isinstance(given, str) else given
        stripped = tuple(text for answer in answers if (text := str(answer).strip()))
        questions.append(Labelled(str(row["question"]), stripped, row.get("video") or None))
    if len(questions) < MIN_QUESTIONS:
        raise CalibrationError(f"{path} holds {len(questions)} questions; a curve takes {MIN_QUESTIONS} or more")
    return questions


def is_right(answer: str, expected: Sequence[str]) -> bool:
    """Whether an answer contains any of the expected texts, accents and case aside.

    An expected "yes" or "no" has to be its first word.
    """
    answered = re.findall(r"\w+", fold(answer))
    for text in expected:
        words = re.findall(r"\w+", fold(text))
        last = 1 if set(words) & _OPENING and len(words) == 1 else len(answered)
        if words and any(answered[start : start + len(words)] == words for start in range(last)):
            return True
    return False


def calibrate(core: str, confidences: Sequence[float], right: Sequence[bool]) -> AnswerCalibration:
    """Fits the curve to answers whose confidence, in [0, 1], and truth are known.

    Raises:
        CalibrationError: all are right, or all are wrong: no curve tells them apart.
    """
    raw, truth = np.asarray(confidences, np.float64), np.asarray(right, bool)
    if truth.all() or not truth.any():
        what = "right" if truth.all() else "wrong"
        raise CalibrationError(f"all {len(truth)} answers are {what}; give questions of which some are hard")
    curve = _fit(raw, truth)
    return AnswerCalibration(
        core=core,
        midpoint=curve.midpoint,
        slope=curve.slope,
        min_confidence=_threshold(raw, truth),
        questions=len(truth),
        ece_before=expected_calibration_error(raw, truth),
        ece_after=expected_calibration_error(curve(raw), truth),
    )


def _fit(raw: NDArray[np.float64], truth: NDArray[np.bool_]) -> Calibration:
    """Newton's method on the cross-entropy of `1 / (1 + exp(-(a * raw + b)))`."""
    right, wrong = int(truth.sum()), int((~truth).sum())
    targets = np.where(truth, (right + 1) / (right + 2), 1 / (wrong + 2))
    columns = np.stack([raw, np.ones_like(raw)], 1)
    weights = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        probabilities = 1 / (1 + np.exp(-columns @ weights))
        gradient = columns.T @ (probabilities - targets) + _RIDGE * weights
        curvature = (columns * (probabilities * (1 - probabilities))[:, None]).T @ columns + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    slope = max(float(weights[0]), 1e-6)  # more confidence never means less
    return Calibration(-float(weights[1]) / slope, slope)


def _threshold(raw: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """The lowest confidence from which at most `MAX_WRONG_SHARE` of the answers are wrong; 1 if there is none."""
    order = np.argsort(-raw, kind="stable")
    wrong = np.cumsum(~truth[order]) / np.arange(1, len(raw) + 1)
    ends = np.append(
        raw[order][1:] < raw[order][:-1], True
    )  # answers of the same confidence are accepted or rejected together
    good = np.flatnonzero((wrong <= MAX_WRONG_SHARE) & ends)
    return float(raw[order][good[-1]]) if len(good) else 1.0


def expected_calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and share of right answers over ten bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    total = 0.0
    for number in range(BINS):
        inside = bins == number
        if inside.any():
            total += inside.mean() * abs(float(confidences[inside].mean()) - float(right[inside].mean()))
    return float(total)
