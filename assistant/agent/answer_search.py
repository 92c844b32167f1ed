"""Composes replies from the frames that a search returned: answers, times, rivals, and "I don't know"."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.agent import phrasing
from assistant.agent.answer_texts import say
from assistant.agent.answer_types import fits
from assistant.agent.conditions import find_circumstances, split_query
from assistant.agent.cores.pocket_guards import question_names
from assistant.agent.localise import Localiser
from assistant.agent.records import ReplyDraft, Sentence
from assistant.agent.verify import Finding, Verifier, video_of
from assistant.text.quantities import count_noun, format_number
from tools.moments import GAP_SECONDS, ScoredKeyframe, merge_into_moments
from tools.ports import Answer
from tools.types import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.agent.conditions import QueryPart
    from assistant.agent.options import AgentOptions
    from assistant.agent.records import Condition
    from assistant.text.language import Language
    from tools.ports import FrameIndex, Looker
    from tools.types import Keyframe

PRESENT, ABSENT = "yes", "no"


@dataclass(frozen=True, slots=True)
class Search:
    """What a search returned for a question."""

    asked: str  # the question in English, on its own
    question: str  # the question as it was typed
    query: str  # what was searched, in English
    scored: Sequence[ScoredKeyframe]  # the frames with P(yes) that they show it
    language: Language  # of the reply
    nearest: tuple[Evidence, ...] = ()  # shown if nothing is known
    occurrences: tuple[Evidence, ...] = ()  # of an event, the surest first
    # Several frames in order were asked for P(yes). The query is then one condition, since what a single frame shows of
    # an event does not prove that it happens.
    is_event: bool = False
    pictures: int = 0  # of the stretch that was searched, out of which the frames were chosen; 0: unknown

    expects: str = ""  # the type of the answer, of `answer_types`; empty: any
    asks_when: bool = False  # the answer is a time


class SearchAnswering:
    """Composes replies from the frames of a search; `assistant.agent.answer` adds every other kind of evidence.

    Args:
        frames: the keyframes of the library.
        looker: gives the short answers.
        translate: takes a text, its language and the wanted one; returns what it cannot translate unchanged.
        options: below their threshold of confidence, the reply is "I don't know", with the nearest moments.
    """

    def __init__(
        self, frames: FrameIndex, looker: Looker, translate: Callable[[str, str, str], str], options: AgentOptions
    ) -> None:
        self._looker, self._options = looker, options
        self.verifier = Verifier(frames, looker, options)
        self.localiser = Localiser(translate)

    def compose_search(self, search: Search) -> ReplyDraft:
        """Answers from the frames that a search returned."""
        scored, language = search.scored, search.language
        seen = [s for s in scored if s.score >= self._options.min_verified]
        likeliest = max((s.score for s in scored), default=0.0)
        left_out = find_circumstances(search.asked, search.query)
        seen = self.verifier.filter_by_conditions(seen, left_out)
        thing, *qualities = split_query(search.query)
        conditions = self._verify_parts([thing, *qualities, *left_out], seen or scored, language)
        if question_names(search.asked, thing.text) and conditions[0].verdict == "not seen":
            seen = []  # what the question is about is not there, whatever the whole of it made the core say
        if search.is_event:
            whole = self.localiser.condition(search.query, self.verifier.judge(likeliest), language)
            conditions = (whole, *conditions[1 + len(qualities) :])
        moments = tuple(merge_into_moments(seen, tool="find_frames"))[: self._options.shown_moments]
        if seen and search.asks_when:
            return self.compose_times(moments, likeliest, conditions, language)
        if not scored:
            return self.compose_unknown(search.nearest, language, 0.0, conditions)
        best_first = _best_first(seen or scored)
        if seen:
            best_first = _interleave(moments, best_first)
        answer = self._read_answer(search, best_first, moments)
        if seen:
            return self._conclude(search, answer, likeliest, moments, best_first, conditions)
        if answer.text == PRESENT and likeliest <= 1 - self._options.min_seen:
            # Whether it is there is what was verified, frame by frame; an answer over the whole says yes too easily.
            answer = Answer(ABSENT, 1.0 - likeliest)
        # Without a frame that shows what was asked, only "no" is an answer; and only at the sureness of its absence.
        confidence = _joint_confidence(answer.confidence, (1.0 - likeliest) * (answer.text == ABSENT))
        if answer.text == ABSENT and qualities and not search.is_event:
            contradicted = self._contradict(search, thing, qualities[0], conditions)
            if contradicted is not None:
                return contradicted
        near = search.nearest[: self._options.shown_moments]
        is_other = search.expects not in ("", "verdict")  # "no" answers no other question
        if is_other or not answer.text or confidence < self._options.min_confidence:
            return self.compose_unknown(near, language, confidence, conditions)
        sentence = phrasing.absent_sentence(say(ABSENT, language), len(scored), language, search.pictures)
        return ReplyDraft(sentence, confidence, answer.text, near, (), conditions)

    def _contradict(
        self, search: Search, thing: QueryPart, colour: QueryPart, conditions: tuple[Condition, ...]
    ) -> ReplyDraft | None:
        """Denies that a thing has a colour by the one that it has; None unless it is seen, and seen in another."""
        verdicts = [condition.verdict for condition in conditions[:2]]
        if verdicts != ["seen", "not seen"] or not fits("colour", colour.text):
            return None
        best = max(search.scored, key=lambda s: s.score)
        answer = self._looker.answer(f"what colour is the {thing.text}?", [best.keyframe])
        if (
            not fits("colour", answer.text)
            or colour.text in answer.text
            or answer.confidence < self._options.min_confidence
        ):
            return None
        language = search.language
        named, real = (self.localiser.phrase(text, language) for text in (thing.text, answer.text))
        statement = say("otherwise", language, thing=named, colour=real) if named and real else ""
        moments = tuple(merge_into_moments([best], tool="find_frames"))
        sentence = phrasing.verdict_sentence(False, statement, moments, language)
        return ReplyDraft(
            sentence, _joint_confidence(answer.confidence, 1.0 - best.score), ABSENT, moments, (), conditions
        )

    def compose_event(self, search: Search) -> ReplyDraft:
        """Answers from the moments in which an event happens; other questions about it, from the frames that show it.

        At least one occurrence is needed; the scored frames are those that show them.
        """
        occurrences, language = search.occurrences, search.language
        left_out = find_circumstances(search.asked, search.query)
        fulfilling = self.verifier.filter_by_conditions(search.scored, left_out)
        fulfilling_frames = [s.keyframe for s in fulfilling]
        fitting = tuple(e for e in occurrences if _frames_of(e, fulfilling_frames)) or occurrences
        moments = fitting[: self._options.shown_moments]
        happens = self.localiser.condition(search.query, "seen", language)
        conditions = (happens, *self._verify_parts(left_out, fulfilling, language))
        if search.asks_when:
            return self.compose_times(moments, moments[0].score, conditions, language)
        frames = _interleave(moments, _best_first(fulfilling))
        answer = self._read_answer(search, frames, moments)
        if answer.text in (PRESENT, ABSENT):
            answer = Answer(PRESENT, moments[0].score)
        return self._conclude(search, answer, moments[0].score, moments, frames, conditions)

    def _conclude(
        self,
        search: Search,
        answer: Answer,
        probability: float,
        moments: tuple[Evidence, ...],
        frames: Sequence[Keyframe],
        conditions: tuple[Condition, ...],
    ) -> ReplyDraft:
        """Gives an answer read from `frames`, which show with `probability` what was asked for.

        Where their moments answer differently, asks which of them is meant.
        """
        language = search.language
        if answer.confidence < self._options.min_agreed:
            rivals = self._find_rivals(search.asked, moments, frames)
            if len(rivals) > 1:
                return self._ask_back(search.question, rivals, conditions, language)
        confidence = _joint_confidence(answer.confidence, probability)
        if not answer.text or confidence < self._options.min_confidence:
            return self.compose_unknown(moments, language, confidence, conditions)
        sentence = self.answer_sentence(answer.text, moments, language)
        sentence = sentence.followed_by(phrasing.unmet_conditions(conditions, language))
        return ReplyDraft(sentence, confidence, answer.text, moments, (), conditions)

    def _verify_parts(
        self, parts: Sequence[QueryPart], scored: Sequence[ScoredKeyframe], language: Language
    ) -> tuple[Condition, ...]:
        """Judges each part of what was asked for; a part is translated whole, since a single quality means little."""
        verdicts = self.verifier.verify_parts(parts, scored)
        texts = [part.text if language == "en" and scored else part.statement for part in parts]
        return tuple(
            self.localiser.condition(text, verdict, language) for text, verdict in zip(texts, verdicts, strict=True)
        )

    def compose_times(
        self,
        moments: tuple[Evidence, ...],
        confidence: float,
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """Names the moments in which something was seen, in time order."""
        in_order = tuple(sorted(moments, key=by_time))
        sentence = phrasing.moments_sentence(in_order, language)
        sentence = sentence.followed_by(phrasing.unmet_conditions(conditions, language))
        return ReplyDraft(sentence, confidence, short_time(in_order[0]), in_order, (), conditions)

    def _read_answer(self, search: Search, frames: Sequence[Keyframe], moments: Sequence[Evidence]) -> Answer:
        """The answer of single frames, best first; if they give none, of the frames around the best moment in order.

        An answer of another type than the question asks for is none.
        """
        answer = self._looker.answer(search.asked, frames[: self._options.answer_frames])
        if fits(search.expects, answer.text, search.asked):
            return answer
        if moments:
            answer = self._looker.answer_across(search.asked, self.verifier.frames_around(moments[0]))
        return answer if fits(search.expects, answer.text, search.asked) else Answer("", 0.0)

    def _find_rivals(
        self, asked: str, moments: Sequence[Evidence], frames: Sequence[Keyframe]
    ) -> list[tuple[Answer, Evidence]]:
        """The moments that answer differently and about as surely, in time order; none for a question of yes or no.

        What is there at one moment is there. Each moment is answered by the best of its own frames, so that a frame
        that was misread does not make its moment a rival.
        """
        answers = [
            (self._looker.answer(asked, _frames_of(moment, frames)[: self._options.answer_frames]), moment)
            for moment in moments[: self._options.answer_frames]
        ]
        known = sorted((pair for pair in answers if pair[0].text), key=lambda pair: pair[0].confidence)
        surest = {answer.text: (answer, moment) for answer, moment in known}
        best = max((answer.confidence for answer, _ in known), default=0.0)
        if {PRESENT, ABSENT} & set(surest) or best < self._options.min_confidence:
            return []
        rivals = [pair for pair in surest.values() if pair[0].confidence >= self._options.min_rival_share * best]
        return sorted(rivals, key=lambda pair: by_time(pair[1]))

    def _ask_back(
        self,
        question: str,
        rivals: Sequence[tuple[Answer, Evidence]],
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """Gives each moment's answer and asks which is meant; each choice is the question with its moment added."""
        answers = [(self.localiser.phrase(answer.text, language), moment) for answer, moment in rivals]
        evidence = tuple(moment for _, moment in rivals)
        choices = tuple(phrasing.question_about_moment(question, moment, language) for moment in evidence)
        confidence = min(answer.confidence for answer, _ in rivals)
        sentence = (
            phrasing.asking_back_sentence(answers, language)
            if all(text for text, _ in answers)
            else phrasing.untold_sentence(evidence, language)
        )
        return ReplyDraft(sentence, confidence, "", evidence, (), conditions, choices)

    def compose_out_of_domain(self, asked: str, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """States that the pictures are unlike any that the core was trained on; what it said of them is withheld."""
        text = say("outside", language)
        condition = self.localiser.condition(asked, "cannot tell", language)
        without_text = tuple(replace(e, text=None) for e in evidence[: self._options.shown_moments])
        return ReplyDraft(Sentence(text, text), 0.0, "", without_text, (), (condition,))

    def with_coverage(
        self, draft: ReplyDraft, findings: Sequence[Finding], known: Sequence[Finding], language: Language
    ) -> ReplyDraft:
        """Adds how many videos were looked at, where some findings lie in pictures that the core does not know."""
        total, looked_at = ({video_of(finding) for finding in each} for each in (findings, known))
        note = phrasing.coverage_note(len(looked_at), len(total), language)
        return replace(draft, sentence=draft.sentence.followed_by(note)) if note else draft

    def compose_unknown(
        self,
        nearest: tuple[Evidence, ...],
        language: Language,
        confidence: float,
        conditions: tuple[Condition, ...] = (),
    ) -> ReplyDraft:
        """States that the answer is not known, with the nearest moments."""
        near = nearest[: self._options.shown_moments]
        sentence = phrasing.unknown_sentence(first_of_runs(near), language)
        if any(condition.verdict == "seen" for condition in conditions):  # a part of what was asked for is there
            sentence = sentence.followed_by(phrasing.unmet_conditions(conditions, language))
        return ReplyDraft(sentence, confidence, "", near, (), conditions)

    def answer_sentence(
        self, answer: str, evidence: Sequence[Evidence], language: Language, noun: str = "", checked: int = 0
    ) -> Sentence:
        """A short English answer in the language of the reply, with its moments; numbers name what was counted."""
        if answer.isdigit() and checked:
            return phrasing.count_sentence(
                int(answer), self.localiser.phrase(noun, language), evidence, language, checked
            )
        text = self.short_answer(answer, noun, language)
        if not text:
            return phrasing.untold_sentence(evidence, language)
        return phrasing.answer_sentence(text, evidence, language)

    def short_answer(self, answer: str, noun: str, language: Language) -> str:
        """A short English answer in the language of the reply, without its moments; empty if it cannot be said."""
        if answer in ("left", "right"):  # "phải" alone means yes as well
            return say(f"side_{answer}", language)
        if not answer.isdigit():
            return self.localiser.phrase(answer, language)
        counted = self.localiser.phrase(noun, language)
        if counted:
            return count_noun(int(answer), counted, language)
        return say("none", language) if int(answer) == 0 else format_number(int(answer), language)


def by_time(evidence: Evidence) -> tuple[str, float]:
    """The key that sorts moments by video, then by when they begin."""
    return evidence.moment.video_id, evidence.moment.start_seconds


def first_of_runs(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The first of each run of moments that follow each other at once, in time order, video by video in their order."""
    order = list(dict.fromkeys(e.moment.video_id for e in evidence))
    firsts: list[Evidence] = []
    end: tuple[str, float] | None = None
    for item in sorted(evidence, key=lambda e: (order.index(e.moment.video_id), e.moment.start_seconds)):
        video_id, start = item.moment.video_id, item.moment.start_seconds
        if end is None or video_id != end[0] or start - end[1] > GAP_SECONDS:
            firsts.append(item)
        end = (video_id, item.moment.end_seconds)
    return firsts


def short_time(evidence: Evidence) -> str:
    """When a moment begins, in English, for the memory of the conversation."""
    return f"at {evidence.moment.start_seconds:.0f} seconds"


def _best_first(scored: Sequence[ScoredKeyframe]) -> list[Keyframe]:
    return [s.keyframe for s in sorted(scored, key=lambda s: -s.score)]


def _frames_of(evidence: Evidence, frames: Sequence[Keyframe]) -> list[Keyframe]:
    """Those of `frames` that lie in the moment of the evidence, in their order."""
    moment = evidence.moment
    return [
        frame
        for frame in frames
        if frame.video_id == moment.video_id and moment.start_seconds <= frame.seconds < moment.end_seconds
    ]


def _interleave(moments: Sequence[Evidence], frames: Sequence[Keyframe]) -> list[Keyframe]:
    """The first frame of each moment, then the second of each, and so on: an answer is read from all that it cites."""
    rounds = itertools.zip_longest(*(_frames_of(moment, frames) for moment in moments))
    return [frame for taken in rounds for frame in taken if frame is not None]


def _joint_confidence(*probabilities: float) -> float:
    """How surely all parts of an answer are right: as their product, whose root keeps the scale."""
    return math.prod(probabilities) ** (1 / len(probabilities))
