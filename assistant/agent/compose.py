"""From evidence to a reply: the short answer is the core's; times, counts, citations and the sentence are code's."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.agent import sentences
from assistant.agent.conditions import Part, circumstances, names, parts, things
from assistant.agent.records import Condition, Reply, Step
from assistant.agent.sentences import Said
from assistant.agent.times import asks_when
from tools.events.verified import verified
from tools.moments import ScoredKeyframe, merge, windows
from tools.ports import Answer
from tools.types import EventSequence, Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.agent.records import AgentOptions, Verdict
    from assistant.text.language import Language
    from tools.ports import Core, FrameIndex
    from tools.types import Keyframe

PRESENT, ABSENT = "yes", "no"
AROUND_SECONDS = 2.0  # before and after a moment, where single frames do not tell what happens
IN_ORDER_SECONDS = 5.0  # of pictures that tell together what happens


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """A reply in the making."""

    said: Said
    confidence: float = 0.0  # in [0, 1]
    short: str = ""  # in English, for the memory; empty: nothing is known
    evidence: tuple[Evidence, ...] = ()
    sequences: tuple[EventSequence, ...] = ()
    conditions: tuple[Condition, ...] = ()
    choices: tuple[str, ...] = ()

    def reply(
        self, question: str, language: Any, steps: tuple[Step, ...], calibration: Callable[[float], float] | None = None
    ) -> Reply:
        """With the question and the steps that led here; `calibration` makes its confidence a probability."""
        return Reply(
            question=question,
            answer=self.said.text,
            spoken=self.said.spoken,
            language=language,
            confidence=self.confidence if calibration is None else calibration(self.confidence),
            conditions=self.conditions,
            evidence=self.evidence,
            sequences=self.sequences,
            steps=steps,
            short=self.short,
            calibrated=calibration is not None,
            choices=self.choices,
        )


class Composer:
    """Composes a reply for each kind of evidence; below the threshold, that it does not know and what is near."""

    def __init__(
        self, frames: FrameIndex, core: Core, translate: Callable[[str, str, str], str], options: AgentOptions
    ) -> None:
        self._frames, self._core, self._translate, self._options = frames, core, translate, options

    def sequence(self, best: EventSequence, language: Language) -> ReplyDraft:
        """The sequence with the core's verdict on each event that was not missed."""
        sure = [self._verdict(best, number) for number in range(len(best.moments))]
        conditions = tuple(self._condition(m.event, p) for m, p in zip(best.moments, sure, strict=True))
        moments = tuple(replace(m, score=None if m.missed else p) for m, p in zip(best.moments, sure, strict=True))
        found = replace(best, moments=moments)
        evidence = tuple(
            Evidence(
                Moment(best.video_id, m.start_seconds, m.end_seconds),
                tool="find_events",
                score=m.score or 0.0,
                keyframe=KeyframeRef(m.seconds, m.frame_index, self._picture(best.video_id, m.seconds).image),
                text=m.event,
            )
            for m in moments
            if m.seconds is not None and m.start_seconds is not None and m.end_seconds is not None
        )
        # As sure as the least sure event that was placed, and less for each that was not.
        placed = [p for m, p in zip(moments, sure, strict=True) if not m.missed]
        confidence = min(placed) * len(placed) / len(moments)
        if confidence < self._options.min_confidence:
            return self._unknown(evidence, language, confidence, conditions)
        shown = replace(found, moments=tuple(replace(m, event=self._out(m.event, language)) for m in moments))
        return ReplyDraft(
            sentences.sequence_sentence(shown, language), confidence, "yes", evidence, (found,), conditions
        )

    def ordered(self, order: Sequence[str], sequences: Sequence[EventSequence], language: Language) -> ReplyDraft:
        """Whether two things happened in this order: the order in which both are seen more surely."""
        found = []
        for first, short in zip(order, (PRESENT, ABSENT), strict=True):
            own = [one for one in sequences if one.moments[0].event == first]
            found += [(self.sequence(one, language), short) for one in own[:1]]
        best, short = max(found, key=lambda one: one[0].confidence)
        if not best.short:
            return best
        said = sentences.answered(self._out(short, language), best.said)
        return replace(best, said=said, short=short)

    def _verdict(self, sequence: EventSequence, number: int) -> float:
        """P(yes) that an event's picture, or a few around it in their order, show it; 0 of a missed one.

        Looked at are no pictures beyond the neighbouring events, nor where the question rules the event out.
        """
        moment = sequence.moments[number]
        if moment.seconds is None:
            return 0.0
        still = self._core.verify(moment.event, [self._picture(sequence.video_id, moment.seconds)])[0]
        others = [m.seconds for m in sequence.moments if m.seconds is not None and m is not moment]
        before = [moment.earliest_seconds, *(at for at in others if at < moment.seconds)]
        after = [moment.latest_seconds or math.inf, *(at for at in others if at > moment.seconds)]
        near = self._frames.keyframes(sequence.video_id, max(before), min(after))
        starts = (moment.seconds + part * IN_ORDER_SECONDS for part in (-1.0, -0.5, 0.0, 0.5))
        return max([still, *self._core.verify_windows(moment.event, windows(near, starts, IN_ORDER_SECONDS))])

    def _picture(self, video_id: str, seconds: float) -> Keyframe:
        """The keyframe nearest to a time: a refined moment lies between two."""
        return min(self._frames.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))

    def lines(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Lines, quoted."""
        confidence = max((e.score for e in evidence), default=0.0)
        if confidence < self._options.min_confidence:
            text = sentences.say("no_text", language)
            return ReplyDraft(Said(text, text), confidence, evidence=evidence)
        shown = evidence[: self._options.evidence]
        return ReplyDraft(sentences.lines_sentence(shown, language), confidence, evidence[0].text or "yes", shown)

    def told(self, evidence: tuple[Evidence, ...], language: Language, after: str | None) -> ReplyDraft:
        """Captions in time order; one that says again what the one before it said is left out."""
        kept = [
            e for before, e in zip((None, *evidence), evidence, strict=False) if not before or before.text != e.text
        ]
        shown = tuple(kept[: self._options.evidence])
        said = sentences.told_sentence([(self._out(e.text or "", language), e) for e in shown], language)
        conditions = (Condition(after, "seen"),) if after else ()
        # A summary names many things; a follow-up that meant one of them would name it.
        return ReplyDraft(said, max(e.score for e in shown), "yes", shown, conditions=conditions)

    def unusual(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """The moments that resemble the rest least, each with what the core tells of it."""
        shown = evidence[: self._options.evidence]
        captions = self._core.caption([self._picture(e.moment.video_id, e.seconds) for e in shown])
        told = [(self._out(one.text, language), e) for one, e in zip(captions, shown, strict=True)]
        # That they resemble the rest least is computed; what they show is the core's word.
        sure = min(one.confidence for one in captions)
        return ReplyDraft(sentences.unusual_sentence(told, language), sure, "yes", shown)

    def compared(self, first: tuple[Evidence, ...], second: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Two places: what the core tells of each, and which of the things it names only one of them shows."""
        pictures = [[self._picture(e.moment.video_id, e.seconds) for e in side] for side in (first, second)]
        lacking = []
        for side, others in ((first, pictures[1]), (second, pictures[0])):
            named = dict.fromkeys(thing for e in side for thing in things(e.text or "")[0])
            around = dict.fromkeys(where for e in side for where in things(e.text or "")[1])
            told_there = " ; ".join(e.text or "" for e in (second if side is first else first))
            absent = [thing for thing in named if max(self._core.verify(thing, others)) <= 1 - self._options.sure]
            lacking.append([*absent, *(where for where in around if where not in told_there)])
        told = [tuple((self._out(e.text or "", language), e) for e in side) for side in (first, second)]
        only = [[self._out(phrase, language) for phrase in own] for own in lacking]
        said = sentences.compared_sentence((told[0], told[1]), (only[0], only[1]), language)
        evidence = (*first, *second)
        return ReplyDraft(said, min(e.score for e in evidence), "yes", evidence[: 2 * self._options.evidence])

    def pointed(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Where boxes were found, in time order; each as sure as its best box."""
        shown = tuple(sorted(evidence, key=lambda m: (m.moment.video_id, m.moment.start_seconds)))[
            : self._options.evidence
        ]
        short = f"at {shown[0].moment.start_seconds:.0f} seconds"
        return ReplyDraft(sentences.moments_sentence(shown, language), max(e.score for e in shown), short, shown)

    def looked(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """The answers of single pictures: the one with the most confidence behind it, video by video."""
        winners: list[tuple[str, Evidence, float]] = []
        for video_id in dict.fromkeys(e.moment.video_id for e in evidence):
            own = [e for e in evidence if e.moment.video_id == video_id]
            votes: dict[str, float] = {}
            for one in own:
                votes[one.text or ""] = votes.get(one.text or "", 0.0) + one.score
            best = max(votes, key=lambda text: votes[text])
            if best and votes[best] / len(own) >= self._options.min_confidence:
                first = max((e for e in own if e.text == best), key=lambda e: e.score)
                winners.append((best, first, votes[best] / len(own)))
        shown = tuple(e for _, e, _ in winners) or evidence
        if not winners:
            return self._unknown(evidence, language, 0.0)
        confidence = min(share for _, _, share in winners)
        texts = list(dict.fromkeys(text for text, _, _ in winners))
        if len(texts) == 1:
            said = sentences.answer_sentence(self._out(texts[0], language), shown, language)
            return ReplyDraft(said, confidence, texts[0], shown)
        parts = [(self._out(text, language), one) for text, one, _ in winners]
        short = "yes" if "yes" in texts else texts[0]
        return ReplyDraft(sentences.differing_sentence(parts, language), confidence, short, shown)

    def searched(
        self,
        asked: str,
        question: str,
        query: str,
        seen: Sequence[ScoredKeyframe],
        nearest: tuple[Evidence, ...],
        language: Language,
        *,
        event: bool,
    ) -> ReplyDraft:
        """What the frames show that a search brought back; `asked` is in English, `question` as it was typed.

        Of an `event`, `seen` is what several frames in order left of it: it is one condition, since what a single frame
        shows of it says nothing of whether it happens.
        """
        kept = [s for s in seen if s.score >= self._options.min_verified]
        likeliest = max((s.score for s in seen), default=0.0)
        lost = circumstances(asked, query)
        kept = self._fulfil(kept, lost)
        thing, *qualities = parts(query)
        conditions = self._conditions([thing, *qualities, *lost], kept or seen, language)
        if names(asked, thing.text) and conditions[0].verdict == "not seen":
            kept = []  # what the question is about is not there, whatever the whole of it made the core say
        if event:
            conditions = (self._condition(self._out(query, language), likeliest), *conditions[1 + len(qualities) :])
        moments = tuple(merge(kept, tool="find_frames"))[: self._options.evidence]
        if kept and asks_when(f"{question} {asked}"):
            return self._when(moments, likeliest, conditions, language)
        if not seen:
            return self._unknown(nearest, language, 0.0, conditions)
        best_first = [one.keyframe for one in sorted(kept or seen, key=lambda s: -s.score)]
        if kept:
            best_first = self._in_turn(moments, best_first)
        answer = self._read(asked, best_first, moments)
        if kept:
            return self._concluded(asked, question, answer, likeliest, moments, best_first, conditions, language)
        if answer.text == PRESENT and likeliest <= 1 - self._options.sure:
            # Whether it is there is what was verified, frame by frame; an answer over the whole says yes too easily.
            answer = Answer(ABSENT, 1.0 - likeliest)
        # Without a frame that shows what was asked, only "no" is an answer; and only at the sureness of its absence.
        confidence = _chained(answer.confidence, (1.0 - likeliest) * (answer.text == ABSENT))
        near = nearest[: self._options.evidence]
        if not answer.text or confidence < self._options.min_confidence:
            return self._unknown(near, language, confidence, conditions)
        absent = sentences.absent_sentence(self._out(answer.text, language), len(seen), language)
        return ReplyDraft(absent, confidence, answer.text, near, (), conditions)

    def happened(
        self,
        asked: str,
        question: str,
        event: str,
        moments: Sequence[Evidence],
        seen: Sequence[ScoredKeyframe],
        language: Language,
    ) -> ReplyDraft:
        """When an event goes on, as several frames in order tell it; what else is asked, from those that show it."""
        lost = circumstances(asked, event)
        kept = self._fulfil(seen, lost)
        shown = tuple(one for one in moments if self._of(one, [frame.keyframe for frame in kept]))
        shown = (shown or tuple(moments))[: self._options.evidence]
        conditions = (Condition(self._out(event, language), "seen"), *self._conditions(lost, kept, language))
        if asks_when(f"{question} {asked}"):
            return self._when(shown, shown[0].score, conditions, language)
        frames = self._in_turn(shown, [one.keyframe for one in sorted(kept, key=lambda s: -s.score)])
        answer = self._read(asked, frames, shown)
        if answer.text in (PRESENT, ABSENT):
            answer = Answer(PRESENT, shown[0].score)
        return self._concluded(asked, question, answer, shown[0].score, shown, frames, conditions, language)

    def _concluded(
        self,
        asked: str,
        question: str,
        answer: Answer,
        sure: float,
        moments: tuple[Evidence, ...],
        frames: Sequence[Keyframe],
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """An answer read off `frames` of moments that surely show what was asked for; asked back where they differ."""
        if answer.confidence < self._options.agreed:
            rivals = self._rivals(asked, moments, frames)
            if len(rivals) > 1:
                return self._ask_back(question, rivals, conditions, language)
        confidence = _chained(answer.confidence, sure)
        if not answer.text or confidence < self._options.min_confidence:
            return self._unknown(moments, language, confidence, conditions)
        said = sentences.answer_sentence(self._out(answer.text, language), moments, language)
        whole = said.and_then(sentences.shortfall(conditions, language))
        return ReplyDraft(whole, confidence, answer.text, moments, (), conditions)

    def _when(
        self,
        moments: tuple[Evidence, ...],
        confidence: float,
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """At which moments what was asked for was found, in time order."""
        in_order = tuple(sorted(moments, key=lambda m: (m.moment.video_id, m.moment.start_seconds)))
        short = f"at {in_order[0].moment.start_seconds:.0f} seconds"
        said = sentences.moments_sentence(in_order, language).and_then(sentences.shortfall(conditions, language))
        return ReplyDraft(said, confidence, short, in_order, (), conditions)

    def _read(self, asked: str, frames: Sequence[Keyframe], moments: Sequence[Evidence]) -> Answer:
        """What single frames answer, best first; else what changes between those around the best moment, if any."""
        answer = self._core.answer(asked, frames[: self._options.frames])
        return self._core.answer_across(asked, self._around(moments[0])) if moments and not answer.text else answer

    def _rivals(
        self, asked: str, moments: Sequence[Evidence], kept: Sequence[Keyframe]
    ) -> list[tuple[Answer, Evidence]]:
        """The moments that answer differently and about as surely; none where what is there at one of them is there.

        Each is answered by the best of its own frames, so that one that was misread does not make a moment a rival.
        """
        answers = [
            (self._core.answer(asked, self._of(one, kept)[: self._options.frames]), one)
            for one in moments[: self._options.frames]
        ]
        told = sorted((pair for pair in answers if pair[0].text), key=lambda pair: pair[0].confidence)
        different = {answer.text: (answer, one) for answer, one in told}
        best = max((answer.confidence for answer, _ in told), default=0.0)
        if {PRESENT, ABSENT} & set(different) or best < self._options.min_confidence:
            return []
        likely = [pair for pair in different.values() if pair[0].confidence >= self._options.rival * best]
        return sorted(likely, key=lambda pair: (pair[1].moment.video_id, pair[1].moment.start_seconds))

    def _in_turn(self, moments: Sequence[Evidence], kept: Sequence[Keyframe]) -> list[Keyframe]:
        """The best frame of each moment, then the second of each, and so on: what an answer cites, it was read from."""
        rounds = itertools.zip_longest(*(self._of(one, kept) for one in moments))
        return [keyframe for taken in rounds for keyframe in taken if keyframe is not None]

    def _of(self, moment: Evidence, kept: Sequence[Keyframe]) -> list[Keyframe]:
        """The frames among `kept` that a moment was made of, in their order."""
        return [
            one
            for one in kept
            if one.video_id == moment.moment.video_id
            and moment.moment.start_seconds <= one.seconds < moment.moment.end_seconds
        ]

    def _ask_back(
        self,
        question: str,
        rivals: Sequence[tuple[Answer, Evidence]],
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """What each moment answers, and which of them is meant; a choice is the question with its place."""
        told = [(self._out(answer.text, language), one) for answer, one in rivals]
        evidence = tuple(one for _, one in rivals)
        choices = tuple(sentences.placed_question(question, one, language) for one in evidence)
        confidence = min(answer.confidence for answer, _ in rivals)
        return ReplyDraft(sentences.which_sentence(told, language), confidence, "", evidence, (), conditions, choices)

    def _fulfil(self, kept: Sequence[ScoredKeyframe], lost: Sequence[Part]) -> list[ScoredKeyframe]:
        """The frames that show every circumstance too; where none does, the one that comes nearest to it."""
        frames = sorted(kept, key=lambda one: -one.score)[: self._options.weighed] if lost else []
        if not frames:
            return list(kept)
        shown = [one.keyframe for one in frames]
        sure = [verified(self._frames, self._core, part.statement, shown) for part in lost]
        least = [min(column) for column in zip(*sure, strict=True)]
        whole = [one for one, p in zip(frames, least, strict=True) if p >= self._options.min_verified]
        return whole or [frames[least.index(max(least))]]

    def _conditions(
        self, found: Sequence[Part], seen: Sequence[ScoredKeyframe], language: Language
    ) -> tuple[Condition, ...]:
        """Each part of what was asked for, in the picture that shows it best."""
        if not seen:
            return tuple(Condition(self._out(part.statement, language), "not seen") for part in found)
        best = max(seen, key=lambda one: one.score)
        probabilities = [verified(self._frames, self._core, one.statement, [best.keyframe])[0] for one in found]
        texts = [part.text if language == "en" else self._out(part.statement, language) for part in found]
        return tuple(map(self._condition, texts, probabilities))

    def _around(self, moment: Evidence) -> list[Keyframe]:
        """The keyframes of a moment, with a little before and after."""
        start, end = moment.moment.start_seconds - AROUND_SECONDS, moment.moment.end_seconds + AROUND_SECONDS
        return self._frames.keyframes(moment.moment.video_id, max(0.0, start), end)

    def outside(self, asked: str, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """That the pictures lie outside what the core knows; what it said of them is withheld."""
        text = sentences.say("outside", language)
        shown = tuple(replace(one, text=None) for one in evidence[: self._options.evidence])
        return ReplyDraft(Said(text, text), 0.0, "", shown, (), (Condition(asked, "cannot tell"),))

    def _condition(self, text: str, probability: float) -> Condition:
        sure = self._options.sure
        verdict: Verdict = "seen" if probability >= sure else "not seen" if probability <= 1 - sure else "cannot tell"
        return Condition(text, verdict)

    def _unknown(
        self,
        nearest: tuple[Evidence, ...],
        language: Language,
        confidence: float,
        conditions: tuple[Condition, ...] = (),
    ) -> ReplyDraft:
        shown = nearest[: self._options.evidence]
        said = sentences.unknown_sentence(shown, language)
        if any(condition.verdict == "seen" for condition in conditions):  # a part of what was asked for is there
            said = said.and_then(sentences.shortfall(conditions, language))
        return ReplyDraft(said, confidence, "", shown, (), conditions)

    def _out(self, text: str, language: Language) -> str:
        if language != "en" and not text.isascii():  # a word kept from the question is in its language already
            return re.sub(r"^(an?|the) ", "", text)
        return text if text.isdigit() else self._translate(text, "en", language)


def _chained(*probabilities: float) -> float:
    """How surely all parts of an answer are right: as their product, whose root keeps the scale."""
    return math.prod(probabilities) ** (1 / len(probabilities))
