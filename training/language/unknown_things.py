"""Things that the world does not have, with which a small model learns to keep a word that it does not know.

Without them, a translation turned an aeroplane into a motorbike, and the answer said that it was there. None of them is
a thing of the evaluation; a test compares them.
"""

from __future__ import annotations

import random

from training.language.names import Action, Thing, Verb, sample_action, sample_predicate, sample_thing
from training.world.episodes import base, past
from training.world.questions import article, plural
from training.world.scene import CARRIED, COLOURS, KINDS
from training.world.wordings import WORDINGS

UNKNOWN_SHARE = 0.14  # share of unknown things among those that the language tasks name
CARRIER_SHARE = 0.04  # share of people of whom only what they carry is named
PREDICATE_SHARE = 0.35  # share of actions whose object has a colour, such as "gets off the red bus"
A_SHARE = 0.3  # share of those objects with the indefinite article, such as "a red bus"
WAYS = ("exist", "exist", "count", "colour", "left", "right", "side", "front", "direction", "carries")
ENGLISH = (
    "plane", "boat", "ship", "train", "elephant", "tiger", "lion", "monkey", "zebra", "bear", "wolf", "fox", "rabbit",
    "mouse", "rat", "snake", "frog", "duck", "goose", "sheep", "goat", "pig", "donkey", "fish", "whale", "shark", "bee",
    "spider", "butterfly", "ant", "crab", "snail", "owl", "parrot", "deer", "dinosaur", "dragon", "unicorn", "ghost",
    "guitar", "drum", "flute", "piccolo", "computer", "laptop", "phone", "camera", "television", "radio", "printer",
    "clock", "chair", "desk", "couch", "bed", "shelf", "carpet", "mirror", "curtain", "pillow", "blanket", "candle",
    "bottle", "cup", "glass", "plate", "fork", "spoon", "knife", "kettle", "fridge", "oven", "pizza", "banana", "apple",
    "juice", "burger", "sandwich", "cake", "cookie", "egg", "carrot", "potato", "tomato", "onion", "lemon", "melon",
    "grape", "cherry", "bread", "cheese", "sausage", "noodle", "soup", "rice", "tower", "bridge", "castle", "church",
    "temple", "stadium", "factory", "airport", "harbour", "hospital", "museum", "tent", "statue", "chimney", "roof",
    "wall", "gate", "fence", "stairs", "lift", "crane", "bulldozer", "scooter", "skateboard", "sled", "canoe", "kayak",
    "wheelchair", "pram", "stroller", "trolley", "cart", "wagon", "rollercoaster", "parachute", "kite", "satellite",
    "telescope", "robot", "rifle", "sword", "shield", "helmet", "hat", "cap", "scarf", "glove", "shoe", "boot", "sock",
    "shirt", "skirt", "dress", "trousers", "jacket", "coat", "belt", "ring", "necklace", "crown", "purse", "wallet",
    "key", "lock", "hammock", "broom", "bucket", "shovel", "rake", "saw", "drill", "screwdriver", "nail", "rope",
    "chain", "net", "basket", "barrel", "crate", "policeman", "nurse", "doctor", "soldier", "astronaut", "clown",
    "dancer", "pirate", "wizard", "king", "queen", "chef", "waiter", "painter", "surgeon", "diver", "mushroom",
    "cactus", "rose", "tulip", "palm", "pine", "bush", "cloud", "rainbow", "river", "lake", "waterfall", "island",
    "cave", "desert", "glacier", "hydrant", "mailbox", "billboard", "skyscraper", "escalator", "elevator", "pyramid",
    "igloo", "barn", "traffic light", "street lamp", "fire engine", "ice cream", "teddy bear", "coconut tree",
    "hot dog", "washing machine",
)  # fmt: skip
VIETNAMESE = (
    "máy bay", "chiếc thuyền", "con tàu", "tàu hoả", "xe lửa", "xe điện", "con voi", "con hổ", "con sư tử", "con khỉ",
    "con gấu", "con sói", "con cáo", "con thỏ", "con chuột", "con rắn", "con ếch", "con vịt", "con ngỗng", "con cừu",
    "con dê", "con heo", "con lợn", "con lừa", "con cá", "cá voi", "cá mập", "con ong", "con nhện", "con bướm",
    "con kiến", "con cua", "con ốc", "con cú", "con vẹt", "con nai", "con khủng long", "con rồng", "con ma",
    "cây đàn ghi-ta", "cái trống", "cây sáo", "máy vi tính", "cái điện thoại", "máy ảnh", "cái ti vi", "máy in",
    "cái đồng hồ", "cái bàn", "cái giường", "cái gương", "tấm thảm", "cái gối", "cái chăn", "cây nến", "cái chai",
    "cái ly", "cái đĩa", "con dao", "cái muỗng", "cái nồi", "tủ lạnh", "bếp ga", "quả chuối", "quả táo", "quả cam",
    "quả trứng", "củ cà rốt", "củ khoai tây", "quả chanh", "quả dưa hấu", "bánh kem", "bát phở", "đĩa cơm",
    "toà tháp", "cây cầu", "lâu đài", "nhà thờ", "ngôi chùa", "sân vận động", "nhà máy", "sân bay", "bệnh viện",
    "cái lều", "bức tượng", "ống khói", "bức tường", "cánh cổng", "hàng rào", "cầu thang", "cần cẩu", "xe ủi",
    "xe trượt", "xe lăn", "xe đẩy", "xe xích lô", "xe cảnh sát", "con diều", "vệ tinh", "người máy", "khẩu súng",
    "thanh kiếm", "mũ bảo hiểm", "cái nón", "khăn quàng", "đôi giày", "đôi dép", "cái quần", "cái váy", "chiếc nhẫn",
    "vương miện", "cái ví", "chìa khoá", "cái chổi", "cái xô", "cái xẻng", "cái cưa", "sợi dây", "cái rổ",
    "cảnh sát", "y tá", "bác sĩ", "bộ đội", "phi hành gia", "chú hề", "vũ công", "cướp biển", "đầu bếp",
    "cây nấm", "cây xương rồng", "hoa hồng", "hoa sen", "cây dừa", "cây thông", "đám mây", "cầu vồng", "thác nước",
    "hòn đảo", "hang động", "đèn giao thông", "đèn đường", "thùng thư", "toà nhà", "thang máy", "nhà sàn", "máy giặt",
    "máy khoan", "máy tính", "người lính", "người mẫu", "cây đa", "ghế tựa", "con trâu", "con hải cẩu", "con ve",
)  # fmt: skip
_ONSETS = (
    "b", "bl", "c", "cl", "d", "dr", "f", "fl", "g", "gl", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r", "s",
    "sk", "st", "str", "t", "th", "tr", "v", "w", "y", "z", "",
)  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ee", "oo", "ou")
_ENDS = ("b", "ck", "d", "ft", "g", "l", "lt", "m", "n", "nd", "ng", "p", "r", "rd", "t", "x", "")
_VI_ONSETS = (
    "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th", "tr",
    "v", "x",
)  # fmt: skip
_VI_NUCLEI = (
    "a", "á", "à", "ả", "ã", "ạ", "ă", "ắ", "ằ", "ặ", "â", "ấ", "ầ", "ậ", "e", "é", "ẻ", "ẹ", "ê", "ế", "ề", "ệ", "i",
    "í", "ì", "ị", "o", "ó", "ò", "ọ", "ô", "ố", "ồ", "ộ", "ơ", "ớ", "ờ", "ợ", "u", "ú", "ù", "ủ", "ụ", "ư", "ứ", "ừ",
    "ự", "ý", "ỳ", "iê", "iế", "ươ", "ướ", "uô", "uố", "oa", "oá",
)  # fmt: skip
_VI_CODAS = ("", "", "c", "ch", "i", "m", "n", "ng", "nh", "o", "p", "t", "u", "y")
_VI_HEADS = ("con", "cái", "chiếc", "cây", "quả", "xe", "máy", "người", "nhà", "tàu", "đèn", "bức", "ngôi")
_CLASSIFIERS = frozenset(("con", "cái", "chiếc", "cây", "quả", "bức", "ngôi", "củ", "đôi", "tấm", "toà"))


def sample_unknown_thing(rng: random.Random, *, coloured: float = 0.4) -> Thing:
    """Draws an unknown thing with an English name, which is a real or a made-up word."""
    name = rng.choice(ENGLISH) if rng.random() < 0.5 else made_up_word(rng)
    return Thing(name, rng.choice(list(COLOURS)) if rng.random() < coloured else None)


def sample_vietnamese_unknown_thing(rng: random.Random, *, coloured: float = 0.4) -> Thing:
    """Draws an unknown thing to translate; its kind, which English keeps, is the Vietnamese word without classifier."""
    name = rng.choice(VIETNAMESE) if rng.random() < 0.5 else _made_up_vietnamese_words(rng)
    head, _, rest = name.partition(" ")
    kind = rest if rest and head in _CLASSIFIERS else name
    return Thing(kind, rng.choice(list(COLOURS)) if rng.random() < coloured else None, vietnamese=name)


def sample_any_thing(rng: random.Random, *, coloured: float = 0.6, kinds: tuple[str, ...] = KINDS) -> Thing:
    """Draws a thing of the world, at times an unknown thing or a person of whom only what they carry is named."""
    draw = rng.random()
    if draw < UNKNOWN_SHARE:
        return sample_unknown_thing(rng, coloured=coloured)
    if draw < UNKNOWN_SHARE + CARRIER_SHARE:
        return Thing("person", None, rng.choice(CARRIED))
    return sample_thing(rng, coloured=coloured, kinds=kinds)


def sample_any_action(rng: random.Random) -> Action:
    """Draws an actor, at times an unknown thing, and an action or a predicate of the stories."""
    action = sample_action(rng)
    if rng.random() < PREDICATE_SHARE:
        predicate = sample_predicate(rng)
        person = Thing("person", rng.choice((None, *COLOURS)) if rng.random() < 0.4 else None)
        who = person if predicate.does.startswith(("gets", "picks", "puts")) else action.who
        does = predicate.does.replace(" the ", " a ", 1) if rng.random() < A_SHARE else predicate.does
        action = Action(who, Verb(does, base(does), (predicate.vi,)))
    if rng.random() < UNKNOWN_SHARE / 2:
        action = Action(sample_unknown_thing(rng), action.verb)
    return action


def made_up_word(rng: random.Random) -> str:
    """Draws a made-up English word, such as `bloopard`."""
    syllables = rng.choice((1, 2, 2, 3))
    word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)) + rng.choice(_ENDS)
    return word if len(word) > 2 else made_up_word(rng)


def vietnamese_syllable(rng: random.Random) -> str:
    """Draws a syllable in Vietnamese spelling; most of them mean nothing."""
    return rng.choice(_VI_ONSETS) + rng.choice(_VI_NUCLEI) + rng.choice(_VI_CODAS)


def _made_up_vietnamese_words(rng: random.Random) -> str:
    words = [vietnamese_syllable(rng) for _ in range(rng.choice((1, 1, 2)))]
    return " ".join([rng.choice(_VI_HEADS), *words])


def unknown_thing_question(rng: random.Random) -> str:
    """Draws a question about an unknown thing, in the wordings of questions about known things."""
    thing, other = sample_unknown_thing(rng), sample_thing(rng)
    way = rng.choice(WAYS)
    name = thing.name if way not in ("colour", "count") else thing.kind
    return rng.choice(WORDINGS[way]).format(
        a=article(name), name=name, kind=thing.kind, many=plural(name), other=other.name
    )


def unknown_thing_statement(rng: random.Random) -> str:
    """Draws words of a search for an unknown thing."""
    thing = sample_unknown_thing(rng)
    draw = rng.random()
    if draw < 0.2:
        return f"a person with {article(thing.kind)}"
    return thing.a


def unknown_thing_claim(rng: random.Random) -> str:
    """Draws a claim with an unknown thing, such as `a zebra gets off the bus`."""
    if rng.random() < 0.7:
        return Action(sample_unknown_thing(rng), sample_any_action(rng).verb).present
    verb = rng.choice(("gets on", "gets off", "picks up", "puts down", "overtakes"))
    unknown = sample_unknown_thing(rng)
    return f"{sample_thing(rng).a} {verb} {rng.choice((unknown.a, unknown.the))}"


def unknown_thing_story_question(rng: random.Random) -> str:
    """Draws a question about what an unknown thing does, or does next."""
    name = sample_unknown_thing(rng).name
    return rng.choice(WORDINGS[rng.choice(("doing", "next"))]).format(name=name, did=past(sample_predicate(rng).does))
