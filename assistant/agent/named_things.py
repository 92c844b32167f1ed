"""Answers by the names of a classifier, about pictures that the core does not know: what is there, and when.

A name is a witness for what is there and never against it: the classifier knows a thousand kinds, and names a thing
only where it is sure. Of pictures that the core knows, nothing here is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.agent import phrasing
from assistant.agent.answer_search import PRESENT, short_time
from assistant.agent.answer_texts import say
from assistant.agent.records import ReplyDraft, Sentence
from assistant.text.things import display_name, names_to_say, shows_thing
from tools.types import Evidence, KeyframeRef, Moment, NamedPicture

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.agent.intents.base import Scope
    from assistant.agent.options import AgentOptions
    from assistant.text.language import Language
    from tools.ports import FrameIndex, NameIndex

SEEN = "find_frames"
_DETERMINERS = re.compile(r"^(?:(?:an?|the|any|some)\s+)+", re.IGNORECASE)
_PRESENCE = re.compile(
    r"\s+(?:(?:is|are|be|being|to be)\s+)?(?:seen|shown|visible|present|there|appear(?:s|ing|ed)?)$"
    r"|\s+(?:is|are|be)$|\s+(?:in|on)\s+(?:this|the|that)\s+(?:picture|video|clip|film|movie|scene|cartoon|screen)s?$",
    re.IGNORECASE,
)


class NamedThings:
    """Composes replies from what a classifier named.

    Args:
        names: what it named.
        frames: the library.
        options: how sure its names are, and how many are said.
    """

    def __init__(self, names: NameIndex, frames: FrameIndex, options: AgentOptions) -> None:
        self._names, self._frames, self._options = names, frames, options

    def compose_presence(self, query: str, scope: Scope, language: Language, *, asks_when: bool) -> ReplyDraft | None:
        """States where a thing is; None unless the query is a thing alone, and it is named somewhere.

        Args:
            query: what was searched, in English.
            scope: where it was searched.
            language: of the reply.
            asks_when: whether the question asks for the time; else it asks whether the thing is there.
        """
        things = asked_things(query)
        evidence = self._evidence(
            picture for picture in self._pictures(scope) if any(shows_thing(picture.text, thing) for thing in things)
        )
        if not evidence:
            return None
        shown = evidence[: self._options.shown_moments]
        sentence = (
            phrasing.moments_sentence(shown, language)
            if asks_when
            else phrasing.verdict_sentence(True, "", shown, language)
        )
        short = short_time(shown[0]) if asks_when else PRESENT
        return self._draft(sentence, short, shown, language)

    def compose_description(self, scope: Scope, language: Language) -> ReplyDraft | None:
        """Names the things that are seen longest, each with its stretches; None if nothing is named."""
        named = self.name_stretches(scope)
        if not named:
            return None
        parts = [(display_name(name, language), evidence) for name, evidence in named]
        sentence = phrasing.named_sentence(parts, language)
        shown = tuple(stretch for _, evidence in named for stretch in evidence)[: self._options.shown_moments]
        return self._draft(sentence, PRESENT, shown, language)

    def name_stretches(self, scope: Scope) -> list[tuple[str, tuple[Evidence, ...]]]:
        """The things that are named in scope, in English, each with its stretches; those seen longest come first."""
        pictures = self._pictures(scope)
        names = dict.fromkeys(name for picture in pictures for name in names_to_say(picture.text))
        stretches = [
            (name, self._evidence(picture for picture in pictures if name in names_to_say(picture.text)))
            for name in names
        ]
        longest = sorted(stretches, key=lambda pair: -sum(map(_seconds, pair[1])))
        return longest[: self._options.named_things]

    def nearest(self, query: str, scope: Scope) -> tuple[Evidence, ...]:
        """The moments nearest to a query by what the things in them are called, best first."""
        pictures = self._names.nearest_named(
            query,
            video_id=scope.video_id,
            start_seconds=scope.start,
            end_seconds=scope.end,
            limit=self._options.shown_moments,
        )
        return tuple(self._moment(picture, picture.keyframe.seconds, 0.0) for picture in pictures)

    def _draft(self, sentence: Sentence, short: str, evidence: Sequence[Evidence], language: Language) -> ReplyDraft:
        sentence = sentence.followed_by(say("named_by", language))
        return ReplyDraft(sentence, self._options.named_confidence, short, tuple(evidence))

    def _pictures(self, scope: Scope) -> list[NamedPicture]:
        return [
            picture
            for video in self._frames.videos()
            if scope.video_id in (None, video.video_id)
            for picture in self._names.named_pictures(video.video_id, scope.start, scope.end)
        ]

    def _evidence(self, pictures: Iterable[NamedPicture]) -> tuple[Evidence, ...]:
        """A moment for each run of pictures that follow each other at once, in time order."""
        runs: list[tuple[NamedPicture, NamedPicture]] = []
        for picture in pictures:
            first, last = runs[-1] if runs else (picture, None)
            if last is not None and _follows(last, picture):
                runs[-1] = first, picture
            else:
                runs.append((picture, picture))
        score = self._options.named_confidence
        return tuple(self._moment(first, last.end_seconds, score) for first, last in runs)

    def _moment(self, picture: NamedPicture, end_seconds: float, score: float) -> Evidence:
        keyframe = picture.keyframe
        return Evidence(
            Moment(keyframe.video_id, keyframe.seconds, end_seconds),
            tool=SEEN,
            score=score,
            keyframe=KeyframeRef(keyframe.seconds, keyframe.frame_index, keyframe.image),
        )


def asked_things(query: str) -> list[str]:
    """The things that a query asks for, as names may say them: `a laptop or computer is seen` gives both."""
    bare_query = query.strip()
    while (shorter := _PRESENCE.sub("", bare_query)) != bare_query:
        bare_query = shorter
    return [_DETERMINERS.sub("", thing.strip()) for thing in re.split(r"\s+or\s+", bare_query) if thing.strip()]


def _follows(earlier: NamedPicture, later: NamedPicture) -> bool:
    same_video = earlier.keyframe.video_id == later.keyframe.video_id
    return same_video and later.keyframe.seconds <= earlier.end_seconds


def _seconds(evidence: Evidence) -> float:
    return evidence.moment.end_seconds - evidence.moment.start_seconds
