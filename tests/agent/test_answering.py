"""Answers from evidence: negative ones count what was checked, and what the models do not know is not answered for."""

from dataclasses import replace

import pytest

from assistant.agent.answer import Answering, Search
from assistant.agent.answer_search import first_of_runs
from assistant.agent.options import AgentOptions
from assistant.agent.records import ReplyDraft, Sentence
from assistant.agent.verify import Verifier
from tests.fakes import FakeIndex, ScriptedCore
from tools.moments import ScoredKeyframe
from tools.ports import Answer
from tools.types import Evidence, KeyframeRef, Moment

INDEX = FakeIndex()


def _answering(core: ScriptedCore | None = None) -> Answering:
    return Answering(INDEX, core or ScriptedCore(), lambda text, source, target: text, AgentOptions())


def _evidence(seconds: float, text: str = "", video: str = "v", tool: str = "look", score: float = 0.9) -> Evidence:
    keyframe = KeyframeRef(seconds, int(seconds * 25), f"{seconds:.0f}.jpg")
    return Evidence(Moment(video, seconds, seconds), tool=tool, score=score, keyframe=keyframe, text=text or None)


def _search(language="en", **changes) -> Search:
    scored = [ScoredKeyframe(frame, 0.05) for frame in INDEX.frames]
    search = Search("is there a truck?", "Is there a truck?", "a truck", scored, language, pictures=106)
    return replace(search, **changes)


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "No: none of the 8 of 106 pictures I checked shows it."),
        ("vi", "Không: không hình nào trong 8/106 hình tôi đã xem cho thấy điều đó."),
    ],
)
def test_a_negative_answer_says_how_many_of_how_many_pictures_were_checked(language, answer: str) -> None:
    assert _answering(ScriptedCore(answer="no")).compose_search(_search(language)).sentence.text == answer


class _Colours(ScriptedCore):
    """Says of what colour a thing is, and no to everything else."""

    def answer(self, question, frames, lines=()):
        return Answer("blue" if question.startswith("what colour") else "no", 0.9)


@pytest.mark.parametrize(
    ("language", "query", "answer"),
    [
        ("en", "a red bus", "No, the bus that I see is blue (0:03 in v)."),
        ("vi", "a red bus", "Không, xe buýt tôi thấy có màu xanh dương (0:03 trong v)."),
        ("en", "a big bus", "No: none of the 8 of 106 pictures I checked shows it."),
        ("en", "a red horse", "No: none of the 8 of 106 pictures I checked shows it."),
    ],
)
def test_a_colour_is_denied_by_the_real_one(language, query: str, answer: str) -> None:
    scored = [ScoredKeyframe(frame, 0.1 if frame.seconds == 3 else 0.05) for frame in INDEX.frames]
    search = _search(language, query=query, asked=f"is there {query}?", scored=scored)
    draft = _answering(_Colours()).compose_search(search)
    assert (draft.sentence.text, draft.short) == (answer, "no")


def test_all_pictures_are_not_counted_twice() -> None:
    draft = _answering(ScriptedCore(answer="no")).compose_search(_search(pictures=8))
    assert draft.sentence.text == "No: none of the 8 pictures I checked shows it."


@pytest.mark.parametrize(
    ("text", "noun", "checked", "language", "answer"),
    [
        ("2", "dog", 0, "en", "2 dogs (0:06 in v)."),
        ("1", "people", 0, "en", "1 person (0:06 in v)."),
        ("2", "a dog", 0, "vi", "2 con chó (0:06 trong v)."),
        ("0", "dog", 4, "en", "0 dogs: none of the 4 pictures I checked shows any."),
        ("0", "dog", 4, "vi", "0 con chó: không hình nào trong 4 hình tôi đã xem cho thấy."),
        ("0", "", 0, "en", "None (0:06 in v)."),
        ("0", "", 0, "vi", "Không có (0:06 trong v)."),
        ("3", "", 0, "vi", "3 (0:06 trong v)."),
    ],
)
def test_a_count_names_what_was_counted(text: str, noun: str, checked: int, language, answer: str) -> None:
    draft = _answering().compose_frame_answers((_evidence(6, text),), language, noun, checked)
    assert draft.sentence.text == answer


def test_counts_of_several_videos_name_each() -> None:
    evidence = (_evidence(3, "1", "a-000000"), _evidence(6, "0", "b-000000"))
    draft = _answering().compose_frame_answers(evidence, "en", "car")
    assert draft.sentence.text == "a: 1 car (0:03); b: 0 cars (0:06)."


@pytest.mark.parametrize(
    ("language", "videos", "answer"),
    [
        ("en", "abc", "Yes, in a (0:03); not in the other 2 videos."),
        ("en", "ab", "Yes, in a (0:03); not in the other video."),
        ("vi", "abc", "Có, trong a (0:03); 2 video còn lại thì không."),
    ],
)
def test_what_is_so_in_some_videos_is_so(language, videos: str, answer: str) -> None:
    evidence = tuple(_evidence(3, "yes" if name == "a" else "no", f"{name}-000000") for name in videos)
    draft = _answering().compose_frame_answers(evidence, language)
    assert (draft.sentence.text, draft.short, draft.evidence) == (answer, "yes", evidence[:1])


def test_what_cannot_be_said_in_vietnamese_is_shown_instead() -> None:
    answering = _answering()
    answer = answering.compose_frame_answers((_evidence(6, "flumph"),), "vi").sentence
    assert answer.text == "Tôi chưa diễn đạt được bằng tiếng Việt; bạn xem lúc 0:06 trong v nhé."
    described = answering.compose_description((_evidence(3, "a flumph"), _evidence(6, "a dog")), "vi", None)
    assert described.sentence.text == "Trong v: 0:06 con chó."
    nothing = answering.compose_description((_evidence(3, "a flumph"),), "vi", None).sentence
    assert nothing.text.startswith("Tôi chưa diễn đạt được")
    compared = answering.compose_comparison((_evidence(3, "a flumph"),), (_evidence(6, "a dog"),), "vi").sentence
    assert compared.text.startswith("Tôi chưa diễn đạt được")


def test_videos_outside_what_the_core_knows_are_counted() -> None:
    findings = [_evidence(3, video=f"{name}-000000") for name in "abc"]
    draft = ReplyDraft(Sentence("2.", "2."), 0.9)
    noted = _answering().with_coverage(draft, findings, findings[:1], "en")
    assert noted.sentence.text == "2. I looked at 1 of 3 videos; 2 are unlike what the models know."
    assert _answering().with_coverage(draft, findings, findings, "en") == draft


def test_findings_on_unknown_pictures_are_left_out() -> None:
    verifier = Verifier(INDEX, ScriptedCore(unfamiliar=(3.0,)), AgentOptions())
    known = verifier.in_domain([_evidence(3), _evidence(6)])
    assert [item.seconds for item in known] == [6.0]
    assert [frame.seconds for frame in verifier.frames_of(known)] == [6.0]


def test_the_pictures_of_a_stretch_are_counted() -> None:
    verifier = Verifier(INDEX, ScriptedCore(), AgentOptions())
    assert (verifier.count_pictures(None), verifier.count_pictures("v", 2.0, 5.0)) == (8, 3)
    assert verifier.count_pictures("another") == 0


@pytest.mark.parametrize(("probability", "verdict"), [(0.65, "seen"), (0.5, "cannot tell"), (0.35, "not seen")])
def test_a_verdict_is_sure_or_none(probability: float, verdict: str) -> None:
    assert Verifier(INDEX, ScriptedCore(), AgentOptions()).judge(probability) == verdict


def test_moments_that_follow_each_other_are_cited_once() -> None:
    runs = first_of_runs([_evidence(9), _evidence(3), _evidence(4), _evidence(5), _evidence(4, video="w")])
    assert [(item.moment.video_id, item.seconds) for item in runs] == [("v", 3), ("v", 9), ("w", 4)]
