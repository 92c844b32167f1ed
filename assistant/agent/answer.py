"""Composes replies from evidence: the core gives the short answer; code gives times, counts and citations."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.agent import phrasing
from assistant.agent.answer_texts import say
from assistant.agent.conditions import find_circumstances, split_caption, split_query
from assistant.agent.cores.pocket_guards import question_names, untranslated_word
from assistant.agent.records import Condition, ReplyDraft, Sentence
from assistant.agent.times import asks_when
from assistant.agent.verify import Verifier
from tools.moments import ScoredKeyframe, merge_into_moments
from tools.ports import Answer
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.agent.conditions import QueryPart
    from assistant.agent.options import AgentOptions
    from assistant.agent.phrasing import DescribedMoments
    from assistant.text.language import Language
    from tools.ports import FrameIndex, Looker
    from tools.types import EventSequence, Keyframe

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

    @property
    def asks_when(self) -> bool:
        """Whether the question asks for a time."""
        return asks_when(f"{self.question} {self.asked}")


class Answering:
    """Composes a reply from each kind of evidence.

    Below the threshold of confidence, the reply is "I don't know", with the moments that came nearest.
    """

    def __init__(
        self, frames: FrameIndex, looker: Looker, translate: Callable[[str, str, str], str], options: AgentOptions
    ) -> None:
        self._looker, self._translate, self._options = looker, translate, options
        self._verifier = Verifier(frames, looker, options)

    def compose_sequence(self, sequence: EventSequence, language: Language) -> ReplyDraft:
        """States when each event of a sequence happened, as surely as the core sees it there."""
        probabilities = [self._verifier.verify_event(sequence, number) for number in range(len(sequence.moments))]
        judged = list(zip(sequence.moments, probabilities, strict=True))
        conditions = tuple(Condition(moment.event, self._verifier.judge(probability)) for moment, probability in judged)
        moments = tuple(replace(m, score=None if m.missed else probability) for m, probability in judged)
        verified_sequence = replace(sequence, moments=moments)
        evidence = tuple(
            Evidence(
                Moment(sequence.video_id, m.start_seconds, m.end_seconds),
                tool="find_events",
                score=m.score or 0.0,
                keyframe=KeyframeRef(
                    m.seconds, m.frame_index, self._verifier.nearest_frame(sequence.video_id, m.seconds).image
                ),
                text=m.event,
            )
            for m in moments
            if m.seconds is not None and m.start_seconds is not None and m.end_seconds is not None
        )
        # As sure as the least sure event that was placed, and less for each that was not.
        placed = [probability for moment, probability in judged if not moment.missed]
        confidence = min(placed) * len(placed) / len(moments)
        if confidence < self._options.min_confidence:
            return self.compose_unknown(evidence, language, confidence, conditions)
        translated = tuple(replace(m, event=self._to_language(m.event, language)) for m in moments)
        sentence = phrasing.sequence_sentence(replace(verified_sequence, moments=translated), language)
        return ReplyDraft(sentence, confidence, "yes", evidence, (verified_sequence,), conditions)

    def compose_order(self, order: Sequence[str], sequences: Sequence[EventSequence], language: Language) -> ReplyDraft:
        """Answers whether two events happened in `order`: yes if they are seen more surely in it than the other way."""
        drafts: list[tuple[ReplyDraft, str]] = []
        for first, short in zip(order, (PRESENT, ABSENT), strict=True):
            in_this_order = [sequence for sequence in sequences if sequence.moments[0].event == first]
            drafts += [(self.compose_sequence(sequence, language), short) for sequence in in_this_order[:1]]
        best, short = max(drafts, key=lambda pair: pair[0].confidence)
        if not best.short:
            return best
        sentence = phrasing.with_short_answer(self._to_language(short, language), best.sentence)
        return replace(best, sentence=sentence, short=short)

    def compose_lines(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Quotes lines, best first."""
        confidence = max((e.score for e in evidence), default=0.0)
        if confidence < self._options.min_confidence:
            text = say("no_text", language)
            return ReplyDraft(Sentence(text, text), confidence, evidence=evidence)
        best = evidence[: self._options.shown_moments]
        return ReplyDraft(phrasing.lines_sentence(best, language), confidence, evidence[0].text or "yes", best)

    def compose_description(
        self, evidence: tuple[Evidence, ...], language: Language, condition: str | None
    ) -> ReplyDraft:
        """Joins captions in time order; a caption equal to the one before it is left out.

        Args:
            evidence: the captions.
            language: of the reply.
            condition: what was seen beside the stretch that is described; None: nothing was asked about it.
        """
        pairs = zip((None, *evidence), evidence, strict=False)
        distinct = [e for before, e in pairs if before is None or before.text != e.text]
        described = tuple(distinct[: self._options.shown_moments])
        sentence = phrasing.description_sentence(self._describe(described, language), language)
        conditions = (Condition(condition, "seen"),) if condition else ()
        # A summary names many things; a follow-up that meant one of them would name it.
        return ReplyDraft(sentence, max(e.score for e in described), "yes", described, conditions=conditions)

    def compose_unusual(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Names the moments that resemble the rest least, each with the core's caption."""
        least_usual = evidence[: self._options.shown_moments]
        captions = self._looker.caption(
            [self._verifier.nearest_frame(e.moment.video_id, e.seconds) for e in least_usual]
        )
        described = [(self._to_language(c.text, language), e) for c, e in zip(captions, least_usual, strict=True)]
        # That they resemble the rest least is computed; what they show is the core's word.
        confidence = min(caption.confidence for caption in captions)
        return ReplyDraft(phrasing.unusual_sentence(described, language), confidence, "yes", least_usual)

    def compose_comparison(
        self, first: tuple[Evidence, ...], second: tuple[Evidence, ...], language: Language
    ) -> ReplyDraft:
        """Describes two places by their captions, and names what only one of them shows."""
        only = []
        for side, other in ((first, second), (second, first)):
            other_frames = [self._verifier.nearest_frame(e.moment.video_id, e.seconds) for e in other]
            named = [split_caption(e.text or "") for e in side]
            visible = dict.fromkeys(thing for thing_names, _ in named for thing in thing_names)
            surroundings = dict.fromkeys(where for _, where_names in named for where in where_names)
            other_captions = " ; ".join(e.text or "" for e in other)
            absent = self._verifier.find_absent(list(visible), other_frames)
            missing = [*absent, *(where for where in surroundings if where not in other_captions)]
            only.append([self._to_language(phrase, language) for phrase in missing])
        described = (self._describe(first, language), self._describe(second, language))
        sentence = phrasing.comparison_sentence(described, (only[0], only[1]), language)
        evidence = (*first, *second)
        return ReplyDraft(sentence, min(e.score for e in evidence), "yes", evidence[: 2 * self._options.shown_moments])

    def compose_boxes(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Names the moments in which boxes were found, in time order; each is as sure as its best box."""
        moments = tuple(sorted(evidence, key=_by_time))[: self._options.shown_moments]
        return ReplyDraft(
            phrasing.moments_sentence(moments, language),
            max(e.score for e in moments),
            _short_time(moments[0]),
            moments,
        )

    def compose_frame_answers(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Gives, video by video, the answer with the most confidence among those to single pictures."""
        winners: list[tuple[str, Evidence, float]] = []
        for video_id in dict.fromkeys(e.moment.video_id for e in evidence):
            answers = [e for e in evidence if e.moment.video_id == video_id]
            votes: dict[str, float] = {}
            for answer in answers:
                votes[answer.text or ""] = votes.get(answer.text or "", 0.0) + answer.score
            best = max(votes, key=lambda text: votes[text])
            if best and votes[best] / len(answers) >= self._options.min_confidence:
                surest = max((e for e in answers if e.text == best), key=lambda e: e.score)
                winners.append((best, surest, votes[best] / len(answers)))
        if not winners:
            return self.compose_unknown(evidence, language, 0.0)
        proofs = tuple(e for _, e, _ in winners)
        confidence = min(share for _, _, share in winners)
        texts = list(dict.fromkeys(text for text, _, _ in winners))
        if len(texts) == 1:
            sentence = phrasing.answer_sentence(self._to_language(texts[0], language), proofs, language)
            return ReplyDraft(sentence, confidence, texts[0], proofs)
        parts = [(self._to_language(text, language), e) for text, e, _ in winners]
        short = "yes" if "yes" in texts else texts[0]
        return ReplyDraft(phrasing.differing_sentence(parts, language), confidence, short, proofs)

    def compose_search(self, search: Search) -> ReplyDraft:
        """Answers from the frames that a search returned."""
        scored, language = search.scored, search.language
        seen = [s for s in scored if s.score >= self._options.min_verified]
        likeliest = max((s.score for s in scored), default=0.0)
        left_out = find_circumstances(search.asked, search.query)
        seen = self._verifier.filter_by_conditions(seen, left_out)
        thing, *qualities = split_query(search.query)
        conditions = self._verify_parts([thing, *qualities, *left_out], seen or scored, language)
        if question_names(search.asked, thing.text) and conditions[0].verdict == "not seen":
            seen = []  # what the question is about is not there, whatever the whole of it made the core say
        if search.is_event:
            whole = Condition(self._to_language(search.query, language), self._verifier.judge(likeliest))
            conditions = (whole, *conditions[1 + len(qualities) :])
        moments = tuple(merge_into_moments(seen, tool="find_frames"))[: self._options.shown_moments]
        if seen and search.asks_when:
            return self.compose_times(moments, likeliest, conditions, language)
        if not scored:
            return self.compose_unknown(search.nearest, language, 0.0, conditions)
        best_first = _best_first(seen or scored)
        if seen:
            best_first = _interleave(moments, best_first)
        answer = self._read_answer(search.asked, best_first, moments)
        if seen:
            return self._conclude(search, answer, likeliest, moments, best_first, conditions)
        if answer.text == PRESENT and likeliest <= 1 - self._options.min_seen:
            # Whether it is there is what was verified, frame by frame; an answer over the whole says yes too easily.
            answer = Answer(ABSENT, 1.0 - likeliest)
        # Without a frame that shows what was asked, only "no" is an answer; and only at the sureness of its absence.
        confidence = _joint_confidence(answer.confidence, (1.0 - likeliest) * (answer.text == ABSENT))
        near = search.nearest[: self._options.shown_moments]
        if not answer.text or confidence < self._options.min_confidence:
            return self.compose_unknown(near, language, confidence, conditions)
        sentence = phrasing.absent_sentence(self._to_language(answer.text, language), len(scored), language)
        return ReplyDraft(sentence, confidence, answer.text, near, (), conditions)

    def compose_event(self, search: Search) -> ReplyDraft:
        """Answers from the moments in which an event happens; other questions about it, from the frames that show it.

        At least one occurrence is needed; the scored frames are those that show them.
        """
        occurrences, language = search.occurrences, search.language
        left_out = find_circumstances(search.asked, search.query)
        fulfilling = self._verifier.filter_by_conditions(search.scored, left_out)
        fulfilling_frames = [s.keyframe for s in fulfilling]
        fitting = tuple(e for e in occurrences if _frames_of(e, fulfilling_frames)) or occurrences
        moments = fitting[: self._options.shown_moments]
        happens = Condition(self._to_language(search.query, language), "seen")
        conditions = (happens, *self._verify_parts(left_out, fulfilling, language))
        if search.asks_when:
            return self.compose_times(moments, moments[0].score, conditions, language)
        frames = _interleave(moments, _best_first(fulfilling))
        answer = self._read_answer(search.asked, frames, moments)
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
        sentence = phrasing.answer_sentence(self._to_language(answer.text, language), moments, language)
        sentence = sentence.followed_by(phrasing.unmet_conditions(conditions, language))
        return ReplyDraft(sentence, confidence, answer.text, moments, (), conditions)

    def _verify_parts(
        self, parts: Sequence[QueryPart], scored: Sequence[ScoredKeyframe], language: Language
    ) -> tuple[Condition, ...]:
        """Judges each part of what was asked for; a part is translated whole, since a single quality means little."""
        verdicts = self._verifier.verify_parts(parts, scored)
        texts = [part.text if language == "en" and scored else part.statement for part in parts]
        texts = [self._to_language(text, language) for text in texts]
        return tuple(Condition(text, verdict) for text, verdict in zip(texts, verdicts, strict=True))

    def compose_times(
        self,
        moments: tuple[Evidence, ...],
        confidence: float,
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """Names the moments in which something was seen, in time order."""
        in_order = tuple(sorted(moments, key=_by_time))
        sentence = phrasing.moments_sentence(in_order, language)
        sentence = sentence.followed_by(phrasing.unmet_conditions(conditions, language))
        return ReplyDraft(sentence, confidence, _short_time(in_order[0]), in_order, (), conditions)

    def _read_answer(self, asked: str, frames: Sequence[Keyframe], moments: Sequence[Evidence]) -> Answer:
        """The answer of single frames, best first; if they give none, of the frames around the best moment in order."""
        answer = self._looker.answer(asked, frames[: self._options.answer_frames])
        if answer.text or not moments:
            return answer
        return self._looker.answer_across(asked, self._verifier.frames_around(moments[0]))

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
        return sorted(rivals, key=lambda pair: _by_time(pair[1]))

    def _ask_back(
        self,
        question: str,
        rivals: Sequence[tuple[Answer, Evidence]],
        conditions: tuple[Condition, ...],
        language: Language,
    ) -> ReplyDraft:
        """Gives each moment's answer and asks which is meant; each choice is the question with its moment added."""
        answers = [(self._to_language(answer.text, language), moment) for answer, moment in rivals]
        evidence = tuple(moment for _, moment in rivals)
        choices = tuple(phrasing.question_about_moment(question, moment, language) for moment in evidence)
        confidence = min(answer.confidence for answer, _ in rivals)
        sentence = phrasing.asking_back_sentence(answers, language)
        return ReplyDraft(sentence, confidence, "", evidence, (), conditions, choices)

    def compose_out_of_domain(self, asked: str, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """States that the pictures are unlike any that the core was trained on; what it said of them is withheld."""
        text = say("outside", language)
        without_text = tuple(replace(e, text=None) for e in evidence[: self._options.shown_moments])
        return ReplyDraft(Sentence(text, text), 0.0, "", without_text, (), (Condition(asked, "cannot tell"),))

    def compose_unknown(
        self,
        nearest: tuple[Evidence, ...],
        language: Language,
        confidence: float,
        conditions: tuple[Condition, ...] = (),
    ) -> ReplyDraft:
        """States that the answer is not known, with the nearest moments."""
        near = nearest[: self._options.shown_moments]
        sentence = phrasing.unknown_sentence(near, language)
        if any(condition.verdict == "seen" for condition in conditions):  # a part of what was asked for is there
            sentence = sentence.followed_by(phrasing.unmet_conditions(conditions, language))
        return ReplyDraft(sentence, confidence, "", near, (), conditions)

    def _describe(self, evidence: Sequence[Evidence], language: Language) -> DescribedMoments:
        """Captions in the language of the reply, each with its evidence."""
        return tuple((self._to_language(e.text or "", language), e) for e in evidence)

    def _to_language(self, text: str, language: Language) -> str:
        """English text of the core in the language of the reply."""
        if language != "en" and (word := untranslated_word(text)) is not None:
            return word
        return text if text.isdigit() else self._translate(text, "en", language)


def _by_time(evidence: Evidence) -> tuple[str, float]:
    return evidence.moment.video_id, evidence.moment.start_seconds


def _short_time(evidence: Evidence) -> str:
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
