"""The graph over scripted cores: what is asked becomes evidence, and what is not seen is not claimed."""

import threading

import pytest

from assistant.agent import Assistant, Reply, Step
from tests.fakes import SEEN, FakeGrounder, FakeIndex, NoGrounder, ScriptedCore, TimingCore, WordTranslator
from tools.errors import VideoAssistantError
from tools.ports import Answer
from tools.types import Line

LINE = Line("v", 1.0, 3.0, "ocr", "PHỞ 24", 0.9)


def _assistant(core: ScriptedCore, *, lines=(), empty=False, translator=None, path=None, grounder=None) -> Assistant:
    index = FakeIndex(lines, empty=empty)
    return Assistant(index, index, core, grounder or NoGrounder(), translator, path)


def test_when_gives_the_moments_with_their_times() -> None:
    reply = _assistant(ScriptedCore()).ask("When does a blue bus appear?", thread_id="t")
    (evidence,) = reply.evidence
    assert (evidence.moment.start_seconds, evidence.moment.end_seconds) == (3.0, 5.0)
    assert "0:03 in v" in reply.answer
    assert [(c.text, c.verdict) for c in reply.conditions] == [("bus", "seen"), ("blue", "seen")]
    assert reply.confidence > 0.9


def test_a_question_about_what_is_seen_is_answered_there() -> None:
    core = ScriptedCore(slots={"query": "a dog"}, answer="black")
    reply = _assistant(core).ask("What colour is the dog?", thread_id="t")
    assert reply.answer.startswith("Black")
    assert reply.evidence[0].moment.start_seconds == 6.0


def test_what_is_not_seen_is_not_claimed() -> None:
    core = ScriptedCore(answer="left")
    reply = _assistant(core).ask("Which way is the green truck going?", thread_id="t")
    assert reply.answer.startswith("I don't know")
    assert [(c.text, c.verdict) for c in reply.conditions] == [("truck", "not seen"), ("green", "not seen")]
    assert reply.evidence, "the nearest candidates are shown"


def test_no_is_an_answer_when_nothing_shows_it() -> None:
    core = ScriptedCore(slots={"query": "a green truck"}, answer="no")
    assert _assistant(core).ask("Is there a green truck?", thread_id="t").answer.startswith("No")


def test_an_empty_answer_is_not_dressed_up() -> None:
    core = ScriptedCore(answer="")
    assert _assistant(core).ask("What colour is the dog?", thread_id="t").answer.startswith("I don't know")


def test_a_sequence_is_found_in_order() -> None:
    reply = _assistant(ScriptedCore()).ask("first a red car, then a dog", thread_id="t")
    assert [m.seconds for m in reply.sequences[0].moments] == [0.0, 6.0]
    assert [c.verdict for c in reply.conditions] == ["seen", "seen"]


@pytest.mark.parametrize(
    ("tool", "question"),
    [
        ("find_frames", "When does a bus appear?"),
        ("look", "Is it raining?"),
        ("describe", "What is this video about?"),
        ("find_events", "First a red car, then a dog: when?"),
    ],
)
def test_pictures_from_outside_what_the_core_knows_get_no_answer(tool: str, question: str) -> None:
    core = ScriptedCore(tool, slots={"query": "a blue bus"} if tool == "find_frames" else {}, unfamiliar=range(8))
    reply = _assistant(core).ask(question, thread_id="t")
    assert reply.answer.startswith("I cannot tell: these pictures are unlike anything")
    assert [c.verdict for c in reply.conditions] == ["cannot tell"]
    assert reply.confidence == 0
    assert reply.steps[1].tool == tool
    # The pictures are shown without what the core said of them; a sequence is what it said, so it is not shown at all.
    assert bool(reply.evidence) == (tool != "find_events")
    assert {evidence.text for evidence in reply.evidence} <= {None}
    assert reply.sequences == ()


def test_what_no_single_frame_tells_is_asked_of_the_frames_around_it() -> None:
    core = ScriptedCore(slots={"query": "a blue bus"}, answer="", changes="stops")
    reply = _assistant(core).ask("What does the blue bus do?", thread_id="t")
    assert reply.answer.startswith("Stops (0:03")


def test_an_event_is_told_when_it_goes_on_and_not_where_its_people_are() -> None:
    core = TimingCore(at=(4.0,), answer="no")
    reply = _assistant(core).ask("When does the blue bus stop?", thread_id="t")
    (evidence,) = reply.evidence
    assert (evidence.moment.start_seconds, evidence.moment.end_seconds) == pytest.approx((3.8, 4.8))
    assert [(c.text, c.verdict) for c in reply.conditions] == [("a blue bus stops", "seen")]
    assert [step.tool for step in reply.steps] == ["understand", "find_frames", "verify", "time"]
    assert _assistant(core).ask("Does the blue bus stop?", thread_id="t").answer == "Yes (0:03 in v)."


def test_what_else_is_asked_of_an_event_is_read_off_the_frames_that_show_it() -> None:
    core = TimingCore(at=(4.0,), answer="a man")
    assert _assistant(core).ask("Who drives the blue bus?", thread_id="t").answer == "A man (0:03 in v)."


def test_an_event_that_several_frames_deny_is_not_claimed_though_single_ones_show_its_people() -> None:
    core = TimingCore(answer="no", happens=0.1)
    denied = _assistant(core).ask("When does the blue bus leave?", thread_id="t")
    assert denied.answer.startswith("No")
    assert [(c.text, c.verdict) for c in denied.conditions] == [("a blue bus leaves", "not seen")]
    believed = TimingCore(answer="yes", happens=0.9)
    assert _assistant(believed).ask("When does the blue bus leave?", thread_id="t").answer.startswith("Seen at 0:03")


def test_an_event_that_no_single_frame_shows_needs_two_that_see_it_in_several() -> None:
    script = {"slots": {"query": "a bus stops"}, "answer": "no"}  # the fake core knows no bus without its colour
    alone = _assistant(TimingCore(at=(4.0,), **script)).ask("When does the bus stop?", thread_id="t")
    assert alone.answer.startswith("No")
    both = _assistant(TimingCore(at=(4.0,), happens=0.9, **script)).ask("When does the bus stop?", thread_id="t")
    assert both.answer == "Seen at 0:03 in v."


def test_an_event_outside_the_time_that_is_asked_about_is_none_of_it() -> None:
    core = TimingCore(at=(4.0, 7.0), happens=0.1)
    reply = _assistant(core).ask("When does the blue bus stop in the first 6 seconds?", thread_id="t")
    assert [evidence.frame_index for evidence in reply.evidence] == [100]


def test_only_familiar_frames_are_believed() -> None:
    core = ScriptedCore(slots={"query": "a blue bus"}, unfamiliar=(3.0,))
    reply = _assistant(core).ask("When does a blue bus appear?", thread_id="t")
    assert [e.seconds for e in reply.evidence] == [4.0]


def test_text_is_read_in_pictures_that_the_core_does_not_know() -> None:
    core = ScriptedCore("read_text", unfamiliar=range(8))
    assert "“PHỞ 24”" in _assistant(core, lines=[LINE]).ask("What does the sign say?", thread_id="t").answer


def test_text_is_quoted_with_its_time() -> None:
    reply = _assistant(ScriptedCore("read_text"), lines=[LINE]).ask("What does the sign say?", thread_id="t")
    assert "“PHỞ 24”" in reply.answer
    assert "0:01 in v" in reply.answer


SPOKEN = Line("v", 4.0, 6.0, "subtitle", "bây giờ nói về đạo hàm", 0.9)


@pytest.mark.parametrize("tool", ["find_frames", "read_text", "look", "describe"])
def test_a_lecture_answers_with_the_moment_and_the_sentence(tool: str) -> None:
    core = ScriptedCore(tool, slots={"query": "a green truck"} if tool == "find_frames" else {})
    reply = _assistant(core, lines=[LINE, SPOKEN]).ask("đoạn nào nói về đạo hàm?", thread_id="t")
    assert "“bây giờ nói về đạo hàm”" in reply.answer
    assert (reply.evidence[0].moment.start_seconds, reply.evidence[0].moment.end_seconds) == (4.0, 6.0)
    assert (reply.steps[-1].tool, reply.steps[-1].decided_by) == ("read_text", "rule")


def test_what_is_seen_is_not_answered_by_what_is_said() -> None:
    said = Line("v", 6.0, 7.0, "subtitle", "the bus was late", 0.9)
    core = ScriptedCore(slots={"query": "a blue bus"})
    reply = _assistant(core, lines=[said]).ask("When does a bus appear?", thread_id="t")
    assert "0:03 in v" in reply.answer


def test_a_search_for_what_the_question_does_not_name_leaves_it_to_the_lines() -> None:
    core = ScriptedCore(slots={"query": "a dog"})
    reply = _assistant(core, lines=[SPOKEN]).ask("When does he explain đạo hàm?", thread_id="t")
    assert "“bây giờ nói về đạo hàm”" in reply.answer


def test_a_description_tells_each_shot() -> None:
    reply = _assistant(ScriptedCore("describe")).ask("What is this video about?", thread_id="t")
    assert [e.text for e in reply.evidence] == ["red car", "blue bus", "dog"]


@pytest.mark.parametrize("question", ["Is there anything unusual?", "có gì bất thường không?"])
def test_what_is_unusual_is_told_with_its_moments(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.find_unusual.APART_SECONDS", 2.0)
    reply = _assistant(ScriptedCore()).ask(question, thread_id="t")
    assert [step.tool for step in reply.steps] == ["understand", "find_unusual"]
    assert reply.steps[-1].decided_by == "rule"
    assert {evidence.tool for evidence in reply.evidence} == {"find_unusual"}
    assert reply.answer.startswith(("Least like the rest: ", "Khác với phần còn lại nhất: "))
    captions = [seen for seen in ("red car", "blue bus", "dog", "nothing") if seen in reply.answer]
    assert bool(captions) == (reply.language == "en"), "a caption that cannot be translated is left out"


def test_a_word_that_a_translation_kept_is_shown_as_it_was_asked() -> None:
    reply = _assistant(ScriptedCore()).ask("Khi nào con kỳ nhông xuất hiện?", thread_id="t")
    assert "nhông" in reply.conditions[0].text


def test_vietnamese_goes_in_and_comes_out() -> None:
    translator = WordTranslator({"Có con chó nào không?": "Is there a dog?", "có": "yes"})
    core = ScriptedCore(slots={"query": "a dog"})
    reply = _assistant(core, translator=translator).ask("Có con chó nào không?", thread_id="t")
    assert reply.language == "vi"
    assert reply.answer.startswith("Có")


def test_a_follow_up_is_rewritten_from_short_turns() -> None:
    core = ScriptedCore(answer="blue", rewrites={"painted like what": "what colour is the blue bus painted like?"})
    assistant = _assistant(core)
    assistant.ask("When does a blue bus appear?", thread_id="t")
    assistant.ask("painted like what", thread_id="t")
    (turn,) = core.histories[0]
    assert (turn.question, turn.answer) == ("when is a blue bus seen?", "at 3 seconds")


def test_a_pronoun_is_resolved_by_rule() -> None:
    core = ScriptedCore(answer="blue")
    assistant = _assistant(core)
    assistant.ask("When does a blue bus appear?", thread_id="t")
    reply = assistant.ask("What colour is it?", thread_id="t")
    assert reply.steps[0].summary == "what colour is the blue bus?"
    assert core.histories == []


def test_each_step_says_who_decided() -> None:
    thin = ScriptedCore("describe", margin=0.01, slots={"query": "a dog"})
    *steps, reply = _assistant(thin).stream("dog grass", thread_id="t")
    assert all(isinstance(step, Step) and step.say for step in steps)
    assert isinstance(reply, Reply)
    assert [(s.tool, s.decided_by) for s in reply.steps][1] == ("find_frames", "default")
    by_rule = _assistant(ScriptedCore()).ask("first a red car, then a dog", thread_id="t")
    assert (by_rule.steps[1].tool, by_rule.steps[1].decided_by) == ("find_events", "rule")


def test_a_question_about_no_thing_is_put_to_frames_spread_over_the_video() -> None:
    reply = _assistant(ScriptedCore("look", answer="no")).ask("Is it raining?", thread_id="t", video_id="v")
    assert [step.tool for step in reply.steps] == ["understand", "look"]
    assert len({e.seconds for e in reply.evidence}) == 1
    assert reply.answer.startswith("No (")


def test_a_named_time_is_where_it_looks() -> None:
    core = ScriptedCore("look", slots={"query": "a dog"}, answer="two")
    reply = _assistant(core).ask("How many dogs are there at the start?", thread_id="t", video_id="v")
    assert next(step for step in reply.steps if step.tool == "look").arguments["question"] == "how many dogs are there?"
    assert all(e.seconds is not None and e.seconds < 3 for e in reply.evidence)
    at = _assistant(core).ask("What is there at 6 seconds?", thread_id="t", video_id="v")
    assert all(e.seconds is not None and 5 <= e.seconds < 7 for e in at.evidence)
    end = _assistant(core).ask("How many dogs are there at the end?", thread_id="t", video_id="v")
    assert all(e.seconds is not None and e.seconds >= 5 for e in end.evidence)


def test_a_tool_that_cannot_yet_is_tried_once_and_then_the_frames_are_looked_at() -> None:
    reply = _assistant(ScriptedCore(answer="one")).ask("How many dogs are there?", thread_id="t")
    assert [step.tool for step in reply.steps] == ["understand", "count", "find_frames", "verify"]
    assert reply.answer.startswith("1 dog (0:06")


def test_a_thing_is_pointed_at_with_boxes() -> None:
    reply = _assistant(ScriptedCore(), grounder=FakeGrounder()).ask("Draw a box around the blue bus.", thread_id="t")
    assert [step.tool for step in reply.steps] == ["understand", "ground"]
    assert [e.seconds for e in reply.evidence] == [3.0, 4.0]
    assert reply.evidence[0].boxes == ((0.0, 5.0, 8.0, 25.0),)
    assert reply.evidence[0].labels == ("the blue bus 0.90",)
    assert reply.answer == "Seen at 0:03 in v.", "a run of pictures is one moment"


def test_what_cannot_be_pointed_at_is_looked_for() -> None:
    core = ScriptedCore(answer="on the left")
    for grounder in (NoGrounder(), FakeGrounder(boxes_per_phrase=0)):
        reply = _assistant(core, grounder=grounder).ask("Where in the picture is the dog?", thread_id="t")
        assert [step.tool for step in reply.steps] == ["understand", "ground", "find_frames", "verify"]
        assert reply.answer.startswith("On the left")


def test_a_count_is_proved_by_the_boxes_that_were_counted() -> None:
    core = ScriptedCore()
    assistant = _assistant(core, grounder=FakeGrounder(boxes_per_phrase=3))
    reply = assistant.ask("How many dogs are there?", thread_id="t")
    assert reply.answer == "3 dogs (0:06 in v)."
    assert len(reply.evidence[0].boxes) == 3
    (again,) = assistant.history("t")
    assert again == reply, "boxes and labels come back from the conversation's file"


def test_what_comes_after_an_event_is_told_from_there_on() -> None:
    reply = _assistant(ScriptedCore()).ask("what happens after a red car passes?", thread_id="t")
    assert [step.tool for step in reply.steps] == ["understand", "find_frames", "verify", "describe"]
    assert all(e.seconds is not None and e.seconds >= 1 for e in reply.evidence)
    assert reply.conditions[0].text == "a red car passes"


def test_what_comes_before_an_event_is_told_up_to_there() -> None:
    reply = _assistant(ScriptedCore()).ask("what happened before the dog came?", thread_id="t")
    assert [step.tool for step in reply.steps] == ["understand", "find_frames", "verify", "describe"]
    assert reply.evidence
    assert all(e.seconds is not None and e.seconds < 6 for e in reply.evidence)


def test_what_happened_next_goes_on_from_the_last_answer() -> None:
    core = ScriptedCore(slots={"query": "a blue bus"})
    assistant = _assistant(core)
    assistant.ask("When does a bus appear?", thread_id="t")
    reply = assistant.ask("What happened next?", thread_id="t")
    assert [step.tool for step in reply.steps] == ["understand", "describe"]
    assert [e.text for e in reply.evidence] == ["nothing", "dog"]
    assistant.ask("When does a bus appear?", thread_id="u")
    before = assistant.ask("Trước đó có chuyện gì?", thread_id="u")
    assert [e.moment.start_seconds for e in before.evidence] == [0.0]
    assert core.histories == [], "no rewriting is needed"


def test_nothing_lies_before_the_beginning() -> None:
    core = ScriptedCore(slots={"query": "a red car"})
    assistant = _assistant(core)
    assert assistant.ask("When does a red car appear?", thread_id="t").evidence[0].moment.start_seconds == 0.0
    before = assistant.ask("What happened before that?", thread_id="t")
    assert [step.tool for step in before.steps] == ["understand", "describe"]
    assert (before.evidence, before.confidence) == ((), 0.0)
    assert before.answer.startswith("I don't know")


@pytest.mark.parametrize("tool", ["find_frames", "describe", "count", "ground"])
def test_a_range_that_holds_nothing_gets_no_answer(tool: str) -> None:
    core = ScriptedCore(tool=tool, slots={"query": "a dog", "phrase": "dog", "phrases": "dog"})
    reply = _assistant(core, grounder=FakeGrounder()).ask("Is there a dog before 0:00?", thread_id="t")
    assert (reply.evidence, reply.confidence) == ((), 0.0)
    assert reply.answer.startswith("I don't know")


def test_a_sequence_is_corrected_in_conversation() -> None:
    assistant = _assistant(ScriptedCore())

    def ask(words: str, thread: str = "t"):
        reply = assistant.ask(words, thread_id=thread)
        assert [(step.tool, step.decided_by) for step in reply.steps[1:]] == [("find_events", "rule")], words
        return reply

    def places(reply):
        return [(m.event, m.seconds) for m in reply.sequences[0].moments]

    assert places(ask("first a blue bus, then a dog")) == [("a blue bus", 3.0), ("a dog", 6.0)]
    assert places(ask("add: a red car at the start")) == [("a red car", 0.0), ("a blue bus", 3.0), ("a dog", 6.0)]
    assert places(ask("without the bus")) == [("a red car", 0.0), ("a dog", 6.0)]
    later = ask("the first one is later")
    assert later.steps[1].arguments == {"sequence": "a red car from second 3 on; a dog", "video": "v"}
    assert not later.sequences, "there is no later red car"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Did a red car stop before the dog came?", "Yes. In v: a red car stop 0:00, the dog came 0:06."),
        ("Did a red car stop after the dog came?", "No. In v: a red car stop 0:00, the dog came 0:06."),
        ("Did a horse run before the dog came?", "I don't know."),
    ],
)
def test_whether_one_thing_came_before_another_is_told_by_when_both_happened(question: str, answer: str) -> None:
    reply = _assistant(ScriptedCore()).ask(question, thread_id="t")
    assert reply.answer.startswith(answer)
    assert [(step.tool, step.decided_by) for step in reply.steps[1:]] == [("find_events", "rule")]


def test_an_order_of_more_than_two_is_a_sequence() -> None:
    reply = _assistant(ScriptedCore()).ask("Did a red car, then a blue bus come before the dog?", thread_id="t")
    assert len(reply.sequences[0].moments) == 3
    assert not reply.answer.startswith(("Yes", "No")), "what was asked is more than an order of two"


def test_a_missed_event_is_said_to_be_missing() -> None:
    reply = _assistant(ScriptedCore()).ask("first a red car, then a green truck, then a dog", thread_id="t")
    assert [c.verdict for c in reply.conditions] == ["seen", "not seen", "seen"]
    assert "a green truck not found" in reply.answer
    assert [m.missed for m in reply.sequences[0].moments] == [False, True, False]
    assert len(reply.evidence) == 2
    assert reply.confidence < 0.9


def test_a_search_that_finds_nothing_is_widened_once() -> None:
    core = ScriptedCore(answer="left")
    reply = _assistant(core).ask("which way is the green truck going?", thread_id="t")
    assert [step.summary for step in reply.steps if step.tool == "find_frames"] == ["direction", "widened"]


def test_a_follow_up_stays_with_the_video_of_the_answer() -> None:
    core = ScriptedCore(slots={"query": "a dog"}, rewrites={"and it?": "is there a dog?"})
    assistant = _assistant(core)
    assistant.ask("When does a dog appear?", thread_id="t")
    follow_up = assistant.ask("and it?", thread_id="t")
    assert follow_up.steps[1].arguments["video"] == "v"
    fresh = assistant.ask("When does a dog appear?", thread_id="t")
    assert "video" not in fresh.steps[1].arguments


def test_the_voice_says_times_in_words_and_no_citation() -> None:
    reply = _assistant(ScriptedCore(slots={"query": "a dog"})).ask("When does a dog appear?", thread_id="t")
    assert reply.spoken == "Seen at 6 seconds."
    vietnamese = _assistant(ScriptedCore(slots={"query": "a dog"})).ask(
        "When does a dog appear?", thread_id="t", language="vi"
    )
    assert vietnamese.spoken == "Thấy lúc giây 6."


def test_conversations_outlive_the_program(tmp_path) -> None:
    path = tmp_path / "threads.sqlite"
    core = ScriptedCore(slots={"query": "a dog"})
    reply = _assistant(core, path=path).ask("When does a dog appear?", thread_id="first")
    again = _assistant(core, path=path)
    assert again.history("first") == [reply]
    assert [(t.thread_id, t.title, t.turns) for t in again.threads()] == [("first", "When does a dog appear?", 1)]
    again.delete_thread("first")
    assert again.threads() == []


def test_turns_of_one_thread_wait_for_each_other() -> None:
    assistant = _assistant(ScriptedCore(slots={"query": "a dog"}))
    workers = [
        threading.Thread(target=assistant.ask, args=("When does a dog appear?",), kwargs={"thread_id": "t"})
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(assistant.history("t")) == 4


def test_an_empty_library_says_so() -> None:
    reply = _assistant(ScriptedCore(), empty=True).ask("When does a dog appear?", thread_id="t")
    assert "no video" in reply.answer


@pytest.mark.parametrize("text", ["<image> </s>", "{{ 7 }} {0}", "' OR 1=1 --", "🙂" * 50])
def test_any_text_gets_a_reply(text) -> None:
    assert _assistant(ScriptedCore()).ask(text, thread_id="t").answer


def test_mistakes_are_one_line() -> None:
    with pytest.raises(VideoAssistantError, match="empty"):
        _assistant(ScriptedCore()).ask("  ", thread_id="t")
    with pytest.raises(VideoAssistantError, match="holds: v"):
        _assistant(ScriptedCore()).ask("x", thread_id="t", video_id="other")


def test_a_circumstance_that_is_not_seen_is_said_in_the_answer() -> None:
    reply = _assistant(ScriptedCore()).ask("When does a blue bus appear in the rain?", thread_id="t")
    assert reply.answer == "Seen at 0:03 in v. Not seen: in the rain."
    assert [c.verdict for c in reply.conditions] == ["seen", "seen", "not seen"]


def test_a_thing_that_no_picture_shows_is_not_answered_for() -> None:
    class Whole(ScriptedCore):
        """Says yes to any whole question."""

        def verify(self, statement, frames):
            return [0.9] * len(frames) if "?" in statement else super().verify(statement, frames)

    reply = _assistant(Whole(slots={"query": "a truck"}, answer="white")).ask(
        "What colour is the truck?", thread_id="t"
    )
    assert reply.answer.startswith("I don't know")
    assert [(c.text, c.verdict) for c in reply.conditions] == [("a truck", "not seen")]


class _Differing(ScriptedCore):
    """The answer is what the frame shows first."""

    def answer(self, question, frames, lines=()):
        words = [SEEN[int(frame.seconds)].split()[0] for frame in frames]
        return Answer(words[0], 0.9 if len(set(words)) == 1 else 0.5)

    def verify(self, statement, frames):
        return [0.05 if SEEN[int(frame.seconds)] == "nothing" else 0.9 for frame in frames]


def test_two_moments_that_answer_differently_are_asked_back_about() -> None:
    assistant = _assistant(_Differing(slots={"query": "a vehicle"}))
    reply = assistant.ask("What colour is the vehicle?", thread_id="t", video_id="v")
    assert reply.answer == "Red (0:00 in v); blue (0:03 in v); dog (0:06 in v). Which one do you mean?"
    assert reply.choices[1] == "What colour is the vehicle at 0:03 in v?"
    assert assistant.history("t")[0].choices == reply.choices
    chosen = assistant.ask(reply.choices[1], thread_id="t")
    assert chosen.choices == ()
    assert chosen.answer.startswith("Blue (0:03")


def test_an_answer_is_read_from_every_moment_that_it_cites() -> None:
    """However many frames of one moment are surer than any of the others."""
    read: list[list[float]] = []

    class Surest(_Differing):
        def answer(self, question, frames, lines=()):
            read.append([frame.seconds for frame in frames])
            return super().answer(question, frames, lines)

        def verify(self, statement, frames):
            sure = {"red": 0.99, "noth": 0.05}
            return [sure.get(SEEN[int(frame.seconds)].split()[0][:4], 0.9) for frame in frames]

    reply = _assistant(Surest(slots={"query": "a vehicle"})).ask("What colour is the vehicle?", thread_id="t")
    for evidence in reply.evidence:
        assert any(evidence.moment.start_seconds <= at < evidence.moment.end_seconds for at in read[0])
    assert len(reply.choices) == len(reply.evidence) > 1


def test_what_is_there_at_one_moment_is_there() -> None:
    class Sometimes(_Differing):
        def answer(self, question, frames, lines=()):
            return Answer("yes" if frames[0].seconds < 3 else "no", 0.6)

    reply = _assistant(Sometimes(slots={"query": "a vehicle"})).ask("Is there a red vehicle?", thread_id="t")
    assert reply.choices == ()
    assert reply.answer.startswith("Yes")


@pytest.mark.parametrize("pointed", ["what colour is the second one?", "the second result", "no, the other one"])
def test_a_result_of_the_turn_before_can_be_pointed_at(pointed: str) -> None:
    rewrites = {"what colour is it?": "What colour is the vehicle?"}
    assistant = _assistant(_Differing(slots={"query": "a vehicle"}, rewrites=rewrites))
    first = assistant.ask("What colour is the vehicle?", thread_id="t")
    assert [e.moment.start_seconds for e in first.evidence] == [0.0, 3.0, 6.0]
    assert assistant.ask(pointed, thread_id="t").answer.startswith("Blue (0:03")


def test_a_stretch_alone_asks_again_there() -> None:
    assistant = _assistant(ScriptedCore(slots={"query": "a dog"}))
    assert assistant.ask("When does a dog appear?", thread_id="t").evidence[0].moment.start_seconds == 6.0
    again = assistant.ask("only in the first 5 seconds", thread_id="t")
    assert again.steps[0].arguments["asked"] == "when is a dog seen?"
    assert all(e.moment.start_seconds < 5 for e in again.evidence)


def test_what_is_rejected_is_not_brought_back_and_marks_last() -> None:
    assistant = _assistant(ScriptedCore(slots={"query": "a blue bus"}))
    assert assistant.ask("When does a bus appear?", thread_id="t").evidence[0].moment.start_seconds == 3.0
    assistant.mark("t", "v", 75, "rejected")
    assistant.mark("t", "v", 0, "pinned")
    assert assistant.marks("t") == {("v", 75): "rejected", ("v", 0): "pinned"}
    assert assistant.ask("When does a bus appear?", thread_id="t").evidence[0].moment.start_seconds == 4.0
    assert assistant.ask("When does a bus appear?", thread_id="other").evidence[0].moment.start_seconds == 3.0
    assistant.mark("t", "v", 75, None)
    assert assistant.marks("t") == {("v", 0): "pinned"}
    with pytest.raises(VideoAssistantError, match="frame 7 is no keyframe"):
        assistant.mark("t", "v", 7, "pinned")
    assistant.delete_thread("t")
    assert assistant.marks("t") == {}


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("What is different between 0:00 and 0:03?", "0:03"),
        ("So sánh giây 0 và giây 3", "0:03"),
        ("compare 0:00 with 0:04", "0:04"),
    ],
)
def test_two_moments_are_compared_by_what_only_one_of_them_shows(question: str, second: str) -> None:
    reply = _assistant(ScriptedCore()).ask(question, thread_id="t", language="en")
    only = f"Only at 0:00: a red car. Only at {second}: a blue bus."
    assert reply.answer == f"0:00: red car. {second}: blue bus. {only}"
    assert reply.evidence[0].moment.start_seconds == 0.0
    assert reply.steps[-1].decided_by == "rule"


def test_nothing_is_compared_with_itself() -> None:
    reply = _assistant(ScriptedCore()).ask("What differs between 0:00 and 0:01?", thread_id="t")
    assert reply.answer.endswith("I see no difference.")


def test_a_difference_without_two_places_is_a_question_like_any_other() -> None:
    reply = _assistant(ScriptedCore(slots={"query": "a dog"})).ask("Is there a different dog?", thread_id="t")
    assert [step.tool for step in reply.steps][1] == "find_frames"


def test_a_reply_names_the_parts_that_it_does_not_answer() -> None:
    index = FakeIndex()
    assistant = Assistant(index, index, ScriptedCore(), NoGrounder())
    asked = "When does a dog appear? When does a bus appear? When does a cat appear? Who feeds the horse?"
    answer = assistant.ask(asked, thread_id="t").answer
    assert answer.endswith("That was more than I answer at once; ask again: Who feeds the horse.")
    assert "Seen at 0:06" in answer
    assert "ask again" not in assistant.ask("When does a dog appear? Who feeds the horse?", thread_id="t").answer
