"""Translation between Vietnamese and English, for sentences about the world.

One table serves both directions. All Vietnamese wordings of a question become the same English question, which the
other tasks know; English becomes the first Vietnamese wording.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

import prompts
from training.language import vietnamese
from training.language.accents import strip_accents
from training.language.example import Example
from training.language.held_out import VI_WORDINGS as HELD_OUT
from training.language.names import (
    VERBS,
    VI_CARRIED,
    VI_COLOURS,
    VI_NUMBERS,
    Action,
    Predicate,
    Thing,
    sample_action,
    sample_predicate,
    sample_thing,
)
from training.language.out_of_distribution import OUT_OF_DISTRIBUTION_QUESTION, sample_out_of_distribution_question
from training.language.rewording import reword_vietnamese
from training.language.unknown_things import sample_vietnamese_unknown_thing, vietnamese_syllable
from training.world.episodes import base, past
from training.world.questions import article, full_caption
from training.world.scene import sample_scene

Pair = tuple[str, str]  # Vietnamese, English

UNKNOWN_SHARE = 0.25  # share of sentences about an unknown thing, or about no person in particular
SOMEBODY_SHARE = 0.25  # share of the latter among them
STRAY_SHARE = 0.15  # share of questions with syllables that mean nothing

ENGLISH: dict[str, str] = {
    "exist": "is there {a}?",
    "count": "how many {many} are there?",
    "count_start": "how many {many} are there at the start?",
    "count_end": "how many {many} are there at the end?",
    "count_all": "how many things are there?",
    "colour": "what colour is {the}?",
    "when": "when does {a} appear?",
    "when_happens": "when does {ask}?",
    "direction": "which way is {the} going?",
    "it_direction": "which way is it going?",
    "it_colour": "what colour is it?",
    "it_where": "where is it?",
    "it_when": "when does it appear?",
    "that_when": "when was that?",
    "it_doing": "what does it do?",
    "then_time": "is it day or night then?",
    "then_rain": "is it raining then?",
    "too": "is there {a} too?",
    "them_count": "how many are there?",
    "what_about": "what about {the}?",
    "sign": "what does the sign say?",
    "sign_there": "is there a sign?",
    "weather": "is it raining?",
    "fog": "is it foggy?",
    "doing": "what does {the} do?",
    "holding": "what is {person} holding?",
    "which_first": "which came first, {the} or {other}?",
    "what_next": "what does {the} do next?",
    "kind_of": "what is the {colour} thing?",
    "what_happened": "what happened?",
    "do_after": "what does {the} do after it {did}?",
    "did_before": "did {the} {do} before {other} {other_did}?",
    "weather_like": "what is the weather like?",
    "time": "is it day or night?",
    "night": "is it night?",
    "place": "where is this?",
    "about": "what is this video about?",
    "summary": "summarise the video.",
    "describe": "describe the video.",
    "see": "what can you see?",
    "happens": "what happens in the video?",
    "left": "what is to the left of {the}?",
    "right": "what is to the right of {the}?",
    "front": "what is in front of {the}?",
    "side": "is {the} left or right of {other}?",
    "find": "find {a}.",
    "where": "where is {the}?",
    "point": "point at {the}.",
    "sequence": "first {first}, then {second}: when?",
    "happened": "first {first}, then {second}.",
    "after": "what happens after {first}?",
    "then": "what happens after that?",
    "do_then": "what does he do after that?",
    "other": "who is the president of france?",
    "capital": "what is the capital of france?",
    "hello": "hello.",
    "thanks": "thank you.",
    "event": "{first}",
    "deed": "{a} {does}",
    "thing": "{a}",
    "bare": "{name}",
}
VI_WORDINGS: dict[str, tuple[str, ...]] = {
    "exist": (
        "có {vi} nào không?",
        "có {vi} không?",
        "có thấy {vi} không?",
        "có {vi} nào trong video không?",
        "trong video có {vi} không?",
        "video có {vi} không?",
        "{vi} có xuất hiện không?",
    ),
    "count": ("có bao nhiêu {vi_bare}?", "có mấy {vi_bare}?", "bao nhiêu {vi_bare}?", "đếm số {vi_bare}."),
    "count_start": (
        "lúc đầu có bao nhiêu {vi_bare}?",
        "lúc đầu có mấy {vi_bare}?",
        "có bao nhiêu {vi_bare} lúc đầu?",
        "ban đầu có bao nhiêu {vi_bare}?",
    ),
    "count_end": (
        "lúc cuối có bao nhiêu {vi_bare}?",
        "cuối cùng có mấy {vi_bare}?",
        "có bao nhiêu {vi_bare} lúc cuối?",
    ),
    "count_all": ("có bao nhiêu vật?", "có mấy vật?", "có tất cả bao nhiêu vật?", "có bao nhiêu đồ vật?"),
    "colour": ("{vi} màu gì?", "{vi} có màu gì?", "{vi} là màu gì?", "màu {vi} là gì?"),
    "when": (
        "khi nào {vi_one} xuất hiện?",
        "khi nào {vi} xuất hiện?",
        "{vi} xuất hiện khi nào?",
        "{vi} xuất hiện lúc nào?",
        "lúc nào {vi} xuất hiện?",
        "khi nào có {vi}?",
        "khi nào thấy {vi}?",
    ),
    "when_happens": ("khi nào {vi_event}?", "{vi_event} khi nào?", "{vi_event} lúc nào?"),
    "direction": (
        "{vi} đi về hướng nào?",
        "{vi} đang đi về hướng nào?",
        "{vi} đi hướng nào?",
        "{vi} đi về phía nào?",
        "{vi} chạy về hướng nào?",
    ),
    "it_direction": ("nó đi về hướng nào?", "nó đang đi về hướng nào?", "nó đi hướng nào?", "nó chạy về phía nào?"),
    "it_colour": ("nó màu gì?", "nó có màu gì?", "nó là màu gì?"),
    "it_where": ("nó ở đâu?", "nó đang ở đâu?"),
    "it_when": (
        "nó xuất hiện khi nào?",
        "nó xuất hiện lúc nào?",
        "khi nào nó xuất hiện?",
        "bao giờ thì thấy nó?",
        "nó hiện ra ở giây nào?",
        "thấy nó ở giây thứ mấy?",
    ),
    "that_when": ("đó là lúc nào?", "đó là khi nào?", "chuyện đó xảy ra khi nào?", "khi nào vậy?", "vào giây nào?"),
    "it_doing": ("nó làm gì?", "nó đang làm gì?", "nó làm cái gì vậy?"),
    "then_time": ("khi đó là ngày hay đêm?", "lúc ấy là ban ngày hay ban đêm?", "lúc này là ngày hay đêm?"),
    "then_rain": ("khi đó có mưa không?", "lúc ấy trời mưa không?", "lúc này có mưa không?"),
    "too": ("có cả {vi} không?", "vậy có {vi} nữa không?", "ngoài ra có {vi} không?", "còn có {vi} không?"),
    "them_count": ("có bao nhiêu?", "có mấy cái?", "có bao nhiêu cái?"),
    "what_about": ("còn {vi} thì sao?", "thế còn {vi}?", "còn {vi}?"),
    "sign": (
        "biển hiệu viết gì?",
        "bảng hiệu viết gì?",
        "trên biển hiệu viết gì?",
        "biển hiệu có viết gì?",
        "chữ trên biển hiệu là gì?",
        "đọc biển hiệu.",
    ),
    "sign_there": ("có biển hiệu không?", "có biển hiệu nào không?", "có bảng hiệu nào không?"),
    "weather": (
        "trời có mưa không?",
        "có mưa không?",
        "trời đang mưa à?",
        "có đang mưa không?",
        "có phải trời mưa không?",
    ),
    "fog": (
        "trời có sương mù không?",
        "có sương mù không?",
        "có sương không?",
        "trời đang có sương mù à?",
    ),
    "doing": ("{vi} làm gì?", "{vi} đang làm gì?", "{vi} đã làm gì?"),
    "holding": ("{vi_person} cầm gì?", "{vi_person} đang cầm gì?", "{vi_person} mang gì?", "{vi_person} mang theo gì?"),
    "which_first": (
        "cái nào đến trước, {vi} hay {vi_other}?",
        "{vi} hay {vi_other} đến trước?",
        "{vi} hay {vi_other} xuất hiện trước?",
    ),
    "what_next": ("{vi} làm gì tiếp theo?", "tiếp theo {vi} làm gì?", "sau đó {vi} làm gì?"),
    "kind_of": ("vật màu {vi_colour} là gì?", "cái màu {vi_colour} là gì?", "vật {vi_colour} là gì?"),
    "what_happened": ("chuyện gì đã xảy ra?", "đã có chuyện gì?", "điều gì đã xảy ra?"),
    "do_after": (
        "{vi} làm gì sau khi {vi_did}?",
        "sau khi {vi_did}, {vi} làm gì?",
        "sau khi {vi_did} thì {vi} làm gì?",
    ),
    "did_before": (
        "{vi} có {vi_did} trước khi {vi_other} {vi_other_did} không?",
        "có phải {vi} {vi_did} trước khi {vi_other} {vi_other_did} không?",
    ),
    "weather_like": ("thời tiết thế nào?", "thời tiết như thế nào?"),
    "time": ("là ban ngày hay ban đêm?", "đây là ban ngày hay ban đêm?", "ngày hay đêm?", "trời sáng hay tối?"),
    "night": ("có phải ban đêm không?", "đây là ban đêm à?"),
    "place": ("đây là đâu?", "đây là ở đâu?", "cảnh này ở đâu?", "đây là nơi nào?"),
    "about": ("video này nói về gì?", "video này về cái gì?", "video nói về gì?", "nội dung video là gì?"),
    "summary": ("tóm tắt video.", "hãy tóm tắt video này.", "tóm tắt video này cho tôi."),
    "describe": ("mô tả video.", "hãy mô tả video này.", "mô tả video này."),
    "see": ("bạn thấy gì?", "có thể thấy gì?", "thấy gì?", "trong hình có gì?", "trong cảnh có gì?"),
    "happens": ("chuyện gì xảy ra trong video?", "có chuyện gì xảy ra?", "điều gì xảy ra trong video?"),
    "left": (
        "bên trái {vi} là gì?",
        "bên trái {vi} có gì?",
        "cái gì ở bên trái {vi}?",
        "vật gì ở bên trái {vi}?",
    ),
    "right": (
        "bên phải {vi} là gì?",
        "bên phải {vi} có gì?",
        "cái gì ở bên phải {vi}?",
        "vật gì ở bên phải {vi}?",
    ),
    "front": ("phía trước {vi} là gì?", "phía trước {vi} có gì?", "cái gì ở trước {vi}?", "trước {vi} là gì?"),
    "side": ("{vi} ở bên trái hay bên phải {vi_other}?", "{vi} bên trái hay bên phải {vi_other}?"),
    "find": ("tìm {vi}.", "tìm cảnh có {vi}.", "hãy tìm {vi}.", "cho tôi xem {vi}.", "tìm hình có {vi}."),
    "where": ("{vi} ở đâu?", "{vi} nằm ở đâu?", "{vi} ở chỗ nào?"),
    "point": ("chỉ {vi}.", "hãy chỉ {vi}.", "chỉ cho tôi {vi}.", "chỉ ra {vi}."),
    "sequence": (
        "đầu tiên {vi_event}, sau đó {vi_second}: khi nào?",
        "trước tiên {vi_event}, sau đó {vi_second}: lúc nào?",
        "khi nào {vi_event} rồi {vi_second}?",
        "{vi_event}, sau đó {vi_second}: khi nào?",
    ),
    "happened": (
        "đầu tiên {vi_event}, sau đó {vi_second}.",
        "{vi_event}, rồi {vi_second}.",
        "đầu tiên {vi_event}, tiếp theo {vi_second}.",
        "{vi_event}, sau đó {vi_second}.",
    ),
    "after": (
        "chuyện gì xảy ra sau khi {vi_event}?",
        "điều gì xảy ra sau khi {vi_event}?",
        "sau khi {vi_event}, chuyện gì xảy ra?",
    ),
    "then": ("sau đó chuyện gì xảy ra?", "chuyện gì xảy ra sau đó?", "rồi sao nữa?", "sau đó thì sao?"),
    "do_then": ("sau đó anh ta làm gì?", "anh ấy làm gì sau đó?", "sau đó người đó làm gì?"),
    "other": ("tổng thống pháp là ai?", "tổng thống nước pháp là ai?"),
    "capital": ("thủ đô của pháp là gì?", "thủ đô nước pháp là gì?"),
    "hello": ("xin chào.", "chào bạn."),
    "thanks": ("cảm ơn.", "cảm ơn bạn."),
    "event": ("{vi_event}", "{vi_event}"),
    "deed": ("{vi_one} {vi_did}", "{vi} {vi_did}"),
    "thing": ("{vi_one}", "{vi_one}"),
    "bare": ("{vi_bare}", "{vi_bare}"),
}
ANSWERS: tuple[Pair, ...] = (
    ("có", "yes"),
    ("không có gì", "nothing"),
    ("bên trái", "left"),
    ("bên phải", "right"),
    ("ban ngày", "day"),
    ("ban đêm", "night"),
    ("trời quang", "clear"),
    ("trời mưa", "rain"),
    ("đường phố", "street"),
    ("con đường", "road"),
    ("công viên", "park"),
    ("bãi biển", "beach"),
    ("quảng trường", "square"),
    ("sương mù", "fog"),
    ("một chiếc ô", "an umbrella"),
    ("một ba lô", "a backpack"),
    ("một lá cờ", "a flag"),
    ("tôi không biết", "i don't know"),
    *((vi, number) for number, vi in VI_NUMBERS.items() if number != "zero"),
    *((forms[0], colour) for colour, forms in VI_COLOURS.items()),
)
"""Short answers; `no` and `zero` have the same Vietnamese word, see `_short_answer`."""
_SAID = {verb.present: verb.vi[0] for verb in VERBS}
"""The translation of a predicate that `VERBS` has, too."""
_WEIGHTS = {"sequence": 3, "happened": 2, "event": 3, "thing": 2, "exist": 2, "when": 2, "colour": 1.5, "side": 1.5}
_ABOUT_A_THING = tuple(
    kind for kind, wording in ENGLISH.items() if re.search(r"\{(a|the|many|name|first|ask)\}", wording)
)
_ABOUT_BOTH = ("side", "which_first", "sequence", "happened")
_ENGLISH_WORDING = {"when_happens": 2.0, "after": 2.0, "direction": 1.5}


class Parts(NamedTuple):
    """The things, actions and predicates that fill the blanks of a sentence."""

    thing: Thing
    other: Thing
    first: Action
    second: Action
    predicate: Predicate
    other_predicate: Predicate


def _fill(pattern: str, parts: Parts) -> str:
    thing, other, first, second, predicate, other_predicate = parts
    return pattern.format(
        a=thing.a,
        the=thing.the,
        name=thing.name,
        many=thing.plural_name,
        other=other.the,
        person=Thing("person", thing.colour).the,
        colour=_colour(thing),
        does=predicate.does,
        do=base(predicate.does),
        did=past(predicate.does),
        other_did=past(other_predicate.does),
        ask=first.ask,
        first=first.present,
        second=second.present,
    )


def _colour(thing: Thing) -> str:
    return thing.colour or "red"


def _fill_vi(pattern: str, parts: Parts, rng: random.Random | None) -> str:
    thing, other, first, second, predicate, other_predicate = parts
    colours = VI_COLOURS[_colour(thing)]
    return pattern.format(
        vi=thing.vi(rng),
        vi_bare=thing.vi(rng) if rng and rng.random() < 0.4 else thing.vi(rng, classifier=False),
        vi_one=thing.vi_a(rng),
        vi_other=other.vi(rng),
        vi_person=Thing("person", thing.colour).vi(rng),
        vi_colour=rng.choice(colours) if rng else colours[0],
        vi_did=predicate.vi if rng else _SAID.get(predicate.does, predicate.vi),
        vi_other_did=other_predicate.vi,
        vi_event=first.vi(rng),
        vi_second=second.vi(rng),
    )


def sample_pair(rng: random.Random, *, to_vietnamese: bool = False, held_out: bool = False) -> Pair:
    """Draws a sentence: (Vietnamese, English).

    Args:
        rng: source of randomness.
        to_vietnamese: whether the Vietnamese is the target, in the first wording; else any wording.
        held_out: whether to use the held-out Vietnamese wordings.
    """
    draw = rng.random()
    if not held_out and draw < (0.2 if to_vietnamese else 0.06):
        return _short_answer(rng, to_vietnamese=to_vietnamese)
    if draw < (0.45 if to_vietnamese else 0.12):
        scene = sample_scene(rng)
        return vietnamese.full_caption(scene), full_caption(scene)
    weights = _WEIGHTS | (_ENGLISH_WORDING if to_vietnamese else {})
    kinds = list(HELD_OUT) if held_out and not to_vietnamese else list(ENGLISH)
    kind = rng.choices(kinds, [weights.get(name, 1) for name in kinds])[0]
    things = sample_thing(rng), sample_thing(rng)
    parts = Parts(*things, sample_action(rng), sample_action(rng), sample_predicate(rng), sample_predicate(rng))
    english = _fill(ENGLISH[kind], parts)
    if to_vietnamese:
        return _fill_vi(VI_WORDINGS[kind][0], parts, None), english
    wording = rng.choice(HELD_OUT[kind] if held_out else VI_WORDINGS[kind])
    return _fill_vi(wording, parts, rng), english


def sample_unknown_thing_pair(rng: random.Random) -> Pair:
    """Draws a sentence about an unknown thing, whose name stays Vietnamese, or about no person in particular."""
    if rng.random() < SOMEBODY_SHARE:
        return _about_somebody(rng)
    thing, other = sample_vietnamese_unknown_thing(rng), sample_thing(rng)
    actions = Action(thing, sample_action(rng).verb), sample_action(rng)
    if rng.random() < 0.3:
        thing, other, actions = other, thing, actions[::-1]
    parts = Parts(thing, other, *actions, sample_predicate(rng), sample_predicate(rng))
    kind = rng.choice(_ABOUT_BOTH if thing.vietnamese is None else _ABOUT_A_THING)
    return _fill_vi(rng.choice(VI_WORDINGS[kind]), parts, rng), _fill(ENGLISH[kind], parts)


def _about_somebody(rng: random.Random) -> Pair:
    draw, carries = rng.random(), rng.choice(tuple(VI_CARRIED))
    if draw < 0.2:
        return rng.choice(("có ai không?", "có ai ở đó không?", "có người nào không?")), "is there a person?"
    if draw < 0.5:
        pattern = rng.choice(("có ai {0} không?", "có ai đang {0} không?", "có người nào {0} không?"))
        return pattern.format(rng.choice(VI_CARRIED[carries])), f"is there a person with {article(carries)}?"
    predicate = sample_predicate(rng)
    if draw < 0.75:
        pattern = rng.choice(("khi nào có ai {0}?", "khi nào có người {0}?", "lúc nào có ai đó {0}?"))
        return pattern.format(predicate.vi), f"when does a person {base(predicate.does)}?"
    pattern = rng.choice(("có ai {0} không?", "có người nào {0} không?"))
    return pattern.format(predicate.vi), f"does a person {base(predicate.does)}?"


def _short_answer(rng: random.Random, *, to_vietnamese: bool) -> Pair:
    if to_vietnamese and rng.random() < 0.15:
        return "không", rng.choice(("no", "zero"))
    if not to_vietnamese and rng.random() < 0.1:
        return "không", "no"
    vietnamese, english = rng.choice(ANSWERS)
    if english in VI_NUMBERS and rng.random() < 0.3:
        thing = sample_thing(rng)
        if english != "one":
            return f"{vietnamese} {thing.vi(None if to_vietnamese else rng)}", f"{english} {thing.plural_name}"
    return vietnamese, english


def add_stray_syllables(text: str, rng: random.Random, *, share: float = STRAY_SHARE) -> str:
    """Returns the text; with probability `share`, with one or two meaningless syllables at its start or end.

    Unknown words are tokenized letter by letter, as are out-of-distribution questions: without this noise, a single
    unknown particle made the model take a question about the world for one of those.
    """
    if rng.random() >= share:
        return text
    words = " ".join(vietnamese_syllable(rng) for _ in range(rng.choice((1, 1, 2))))
    if rng.random() < 0.7 or text[-1] not in "?.":
        return f"{words} {text}"
    return f"{text[:-1]} {words}{text[-1]}"


def _example(pair: Pair, *, to_vietnamese: bool) -> Example:
    vietnamese, english = pair
    if to_vietnamese:
        return Example(
            prompts.render("pocket/translate", source="English", target="Vietnamese", text=english), vietnamese
        )
    return Example(prompts.render("pocket/translate", source="Vietnamese", target="English", text=vietnamese), english)


def english_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a translation into English; the Vietnamese is at times typed without accents."""
    vietnamese, english = sample_pair(rng, held_out=held_out)
    unknown = not held_out and rng.random() < UNKNOWN_SHARE
    if unknown:
        vietnamese, english = sample_unknown_thing_pair(rng)
        vietnamese = reword_vietnamese(vietnamese, rng)
    elif not held_out:
        if rng.random() < 0.1:
            vietnamese, english = sample_out_of_distribution_question(rng)[1], OUT_OF_DISTRIBUTION_QUESTION
        vietnamese = add_stray_syllables(reword_vietnamese(vietnamese, rng), rng)
    pair = vietnamese, english
    if rng.random() < 0.15:
        pair = strip_accents(vietnamese), strip_accents(english) if unknown else english
    example = _example(pair, to_vietnamese=False)
    # People often leave out the final mark.
    if rng.random() < 0.2 and example.prompt[-1] in "?.":
        return Example(example.prompt[:-1], example.target)
    return example


def vietnamese_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a translation into Vietnamese; only combinations of words are held out, not wordings."""
    del held_out  # code composes the answers that the product translates, in the wordings that training samples
    return _example(sample_pair(rng, to_vietnamese=True), to_vietnamese=True)
