"""Composes replies from evidence: the core gives the short answer; code gives times, counts and citations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.agent import phrasing
from assistant.agent.answer_search import ABSENT, PRESENT, Search, SearchAnswering, by_time, first_of_runs, short_time
from assistant.agent.answer_texts import say
from assistant.agent.conditions import split_caption
from assistant.agent.records import ReplyDraft, Sentence
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.phrasing import DescribedMoments
    from assistant.text.language import Language
    from tools.types import EventSequence

__all__ = ["Answering", "Search"]


class Answering(SearchAnswering):
    """Composes a reply from each kind of evidence."""

    def compose_sequence(self, sequence: EventSequence, language: Language) -> ReplyDraft:
        """States when each event of a sequence happened, as surely as the core sees it there."""
        probabilities = [self.verifier.verify_event(sequence, number) for number in range(len(sequence.moments))]
        judged = list(zip(sequence.moments, probabilities, strict=True))
        conditions = tuple(
            self.localiser.condition(moment.event, self.verifier.judge(probability), language)
            for moment, probability in judged
        )
        moments = tuple(replace(m, score=None if m.missed else probability) for m, probability in judged)
        verified_sequence = replace(sequence, moments=moments)
        evidence = tuple(
            Evidence(
                Moment(sequence.video_id, m.start_seconds, m.end_seconds),
                tool="find_events",
                score=m.score or 0.0,
                keyframe=KeyframeRef(
                    m.seconds, m.frame_index, self.verifier.nearest_frame(sequence.video_id, m.seconds).image
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
        sentence = phrasing.sequence_sentence(self.localiser.sequence(verified_sequence, language), language)
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
        sentence = phrasing.with_short_answer(say(short, language), best.sentence)
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
        texts = self._describe(described, language)
        sentence = (
            phrasing.description_sentence(texts, language) if texts else phrasing.untold_sentence(described, language)
        )
        conditions = (self.localiser.condition(condition, "seen", language),) if condition else ()
        # A summary names many things; a follow-up that meant one of them would name it.
        return ReplyDraft(sentence, max(e.score for e in described), "yes", described, conditions=conditions)

    def compose_unusual(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Names the moments that resemble the rest least, each with the core's caption."""
        least_usual = evidence[: self._options.shown_moments]
        captions = self._looker.caption([self.verifier.frame_of(e) for e in least_usual])
        described = [(self.localiser.caption(c.text, language), e) for c, e in zip(captions, least_usual, strict=True)]
        # That they resemble the rest least is computed; what they show is the core's word.
        confidence = min(caption.confidence for caption in captions)
        return ReplyDraft(phrasing.unusual_sentence(described, language), confidence, "yes", least_usual)

    def compose_comparison(
        self, first: tuple[Evidence, ...], second: tuple[Evidence, ...], language: Language
    ) -> ReplyDraft:
        """Describes two places by their captions, and names what only one of them shows."""
        only = []
        for side, other in ((first, second), (second, first)):
            other_frames = [self.verifier.frame_of(e) for e in other]
            named = [split_caption(e.text or "") for e in side]
            visible = dict.fromkeys(thing for thing_names, _ in named for thing in thing_names)
            surroundings = dict.fromkeys(where for _, where_names in named for where in where_names)
            other_captions = " ; ".join(e.text or "" for e in other)
            absent = self.verifier.find_absent(list(visible), other_frames)
            missing = [*absent, *(where for where in surroundings if where not in other_captions)]
            texts = (self.localiser.phrase(phrase, language) for phrase in missing)
            only.append([text for text in texts if text])
        described = (self._describe(first, language), self._describe(second, language))
        evidence = (*first, *second)
        if all(described):
            sentence = phrasing.comparison_sentence(described, (only[0], only[1]), language)
        else:
            sentence = phrasing.untold_sentence((first[0], second[0]), language)
        return ReplyDraft(sentence, min(e.score for e in evidence), "yes", evidence[: 2 * self._options.shown_moments])

    def compose_boxes(self, evidence: tuple[Evidence, ...], language: Language) -> ReplyDraft:
        """Names the moments in which boxes were found, in time order; each is as sure as its best box."""
        moments = tuple(sorted(evidence, key=by_time))[: self._options.shown_moments]
        return ReplyDraft(
            phrasing.moments_sentence(first_of_runs(moments), language),
            max(e.score for e in moments),
            short_time(moments[0]),
            moments,
        )

    def compose_frame_answers(
        self, evidence: tuple[Evidence, ...], language: Language, noun: str = "", checked: int = 0
    ) -> ReplyDraft:
        """Gives, video by video, the answer with the most confidence among those to single pictures.

        Args:
            evidence: the answers, at least one.
            language: of the reply.
            noun: what was counted, in English; empty: nothing was, or nobody knows.
            checked: pictures in which it was counted, for an answer that there are none.
        """
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
            sentence = self.answer_sentence(texts[0], proofs, language, noun, checked)
            return ReplyDraft(sentence, confidence, texts[0], proofs)
        if set(texts) == {PRESENT, ABSENT}:
            showing = tuple(e for text, e, _ in winners if text == PRESENT)
            sentence = phrasing.in_some_videos_sentence(showing, len(winners) - len(showing), language)
            return ReplyDraft(sentence, confidence, PRESENT, showing)
        parts = [(self.short_answer(text, noun, language), e) for text, e, _ in winners]
        sentence = (
            phrasing.differing_sentence(parts, language)
            if all(text for text, _ in parts)
            else phrasing.untold_sentence(proofs, language)
        )
        return ReplyDraft(sentence, confidence, texts[0], proofs)

    def _describe(self, evidence: Sequence[Evidence], language: Language) -> DescribedMoments:
        """Captions in the language of the reply, each with its evidence; those that cannot be said are left out."""
        described = [(self.localiser.caption(e.text or "", language), e) for e in evidence]
        return tuple((text, e) for text, e in described if text)
