"""Five-line fakes of the tools' ports, over one short video whose keyframes are known exactly."""

from collections.abc import Mapping, Sequence

import numpy as np

from tools.errors import ModelNotFoundError
from tools.events.timing import Timing
from tools.ports import Answer, Background, Calibration, Choice, Peaks, Similarities, Turn
from tools.types import Detection, FrameHit, Keyframe, Line, Video

SEEN = ("red car", "red car", "nothing", "blue bus", "blue bus", "nothing", "dog", "dog")
"""What each keyframe of the fake video shows, a second apart."""


class FakeIndex:
    """A frame index and a text index: a keyframe fits a query that holds a word of what it shows."""

    calibration = Calibration(0.5, 8.0)

    def __init__(self, lines: Sequence[Line] = (), empty: bool = False) -> None:
        self.frames = (
            [] if empty else [Keyframe("v", i * 25, float(i), i // 3, i, f"{i}.jpg") for i in range(len(SEEN))]
        )
        self.all_lines = list(lines)

    def within(self, video_ids):
        return self if "v" in video_ids else FakeIndex(empty=True)

    def videos(self):
        return [Video("v", ("/v.mp4",), 8.0, 640, 360, len(self.frames), len(self.all_lines))] if self.frames else []

    def keyframes(self, video_id, start_seconds=None, end_seconds=None):
        low, high = start_seconds or 0.0, 1e9 if end_seconds is None else end_seconds
        return [k for k in self.frames if low <= k.seconds < high]

    def fit(self, query: str, keyframe: Keyframe) -> float:
        words = SEEN[int(keyframe.seconds)].split()
        return sum(word in query.lower() for word in words) / len(words)

    def vectors(self, video_id):
        names = sorted(set(SEEN))
        return self.frames, np.stack([np.eye(len(names), dtype=np.float32)[names.index(seen)] for seen in SEEN])

    def search(self, query, *, video_id=None, start_seconds=None, end_seconds=None, limit=16, feedback=None):
        rejected = feedback.rejected if feedback else ()
        frames = [k for k in self.keyframes("v", start_seconds, end_seconds) if k not in rejected]
        hits = [FrameHit(k, self.fit(query, k)) for k in frames]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def similarities(self, queries, *, video_id):
        scores = [[self.fit(query, k) for k in self.frames] for query in queries]
        indexes, seconds = np.array([k.frame_index for k in self.frames]), np.array([k.seconds for k in self.frames])
        return Similarities(indexes, seconds, np.array(scores, np.float32))

    def background(self, queries):
        return Background(self.similarities(queries, video_id="v").scores, len(self.frames))

    def peaks(self, queries):
        if not self.frames:
            return Peaks([], np.empty((len(queries), 0), np.float32))
        return Peaks(["v"], self.similarities(queries, video_id="v").scores.max(axis=1, keepdims=True))

    def lines(self, video_id, *, source=None, start_seconds=None, end_seconds=None):
        return [line for line in self.all_lines if source in (None, line.source)]

    def search_lines(self, query, *, video_id=None, source=None, start_seconds=None, end_seconds=None, limit=20):
        return [line for line in self.all_lines if query.lower() in line.text.lower()][:limit]

    def passages(self, question, *, video_id=None, limit=20):
        asked = set(question.lower().strip("?").split())
        return [line for line in self.all_lines if asked & set(line.text.lower().split())][:limit]


class ScriptedCore:
    """Answers what it was told to, and remembers what it was asked."""

    def __init__(
        self,
        tool: str = "find_frames",
        margin: float = 0.9,
        slots: Mapping[str, str] | None = None,
        answer: str = "yes",
        rewrites: Mapping[str, str] | None = None,
        unfamiliar: Sequence[float] = (),
        changes: str = "",
    ) -> None:
        self.tool, self.margin, self.slots, self.said = tool, margin, dict(slots or {}), answer
        self.rewrites = dict(rewrites or {})
        self.unfamiliar, self.changes = unfamiliar, changes
        self.histories: list[list[Turn]] = []
        self.index = FakeIndex()

    def choose(self, question, options):
        return Choice(self.tool, 0.95, self.margin)

    def fill(self, question, tool, slots):
        return {slot: self.slots[slot] for slot in slots if slot in self.slots}

    def rewrite(self, question, history):
        self.histories.append(list(history))
        return self.rewrites.get(question, question)

    def translate(self, text, *, source, target):
        return text

    def in_domain(self, frames):
        return [frame.seconds not in self.unfamiliar for frame in frames]

    def verify(self, statement, frames):
        asked = set(statement.lower().split()) - {"a", "an", "the"}
        visible_words = [set(SEEN[int(frame.seconds)].split()) for frame in frames]
        dry = "rain" not in asked  # it never rains in the fake video
        return [0.95 if asked and dry and (asked <= words or words <= asked) else 0.05 for words in visible_words]

    def answer(self, question, frames, lines=()):
        return Answer(self.said, 0.9)

    def answer_across(self, question, frames):
        seconds = [frame.seconds for frame in frames]
        assert seconds == sorted(seconds)
        return Answer(self.changes, 0.9 if self.changes else 0.0)

    def verify_windows(self, statement, windows):
        return [max(self.verify(statement, window), default=0.0) for window in windows]

    def event_probability(self, words):
        return None

    def locate_events(self, events, frames):
        return None

    def caption(self, frames):
        return [Answer(SEEN[int(frame.seconds)], 0.8) for frame in frames]


class TimingCore(ScriptedCore):
    """Has an event timer that sees an event go on at given seconds, and remembers the frames that it read."""

    def __init__(self, at=(), event=1.0, happens=0.0, **script):
        super().__init__(**script)
        self.at, self.event, self.sure = at, event, happens
        self.read: list[float] = []
        self.windows: list[list[float]] = []

    def locate_events(self, events, frames):
        seconds = np.array([frame.seconds for frame in frames])
        self.read += seconds.tolist()
        going = np.isin(seconds, self.at) * 0.9
        return [Timing(seconds, going, seconds - 0.2, seconds + 0.8)]

    def event_probability(self, words):
        return self.event

    def verify_windows(self, statement, windows):
        self.windows += [[frame.seconds for frame in window] for window in windows]
        return [self.sure] * len(windows)


class WordTranslator:
    """A dictionary of whole sentences."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self.pairs = {**pairs, **{english: vietnamese for vietnamese, english in pairs.items()}}

    def translate(self, text, *, source, target):
        return self.pairs.get(text, text)


class FakeGrounder:
    """A sure box for every asked phrase that a keyframe shows, `boxes_per_phrase` times; a weak one for every other."""

    def __init__(self, boxes_per_phrase: int = 1) -> None:
        self.boxes_per_phrase = boxes_per_phrase

    def ground(self, keyframe, phrases):
        visible = SEEN[int(keyframe.seconds)]
        detections = []
        for phrase in phrases.split(" . "):
            sure = visible in phrase or phrase in visible
            boxes = [(10.0 * i, 5.0, 10.0 * i + 8, 25.0) for i in range(self.boxes_per_phrase if sure else 1)]
            detections += [Detection(phrase, 0.9 if sure else 0.2, box) for box in boxes]
        return sorted(detections, key=lambda detection: -detection.score)


class NoGrounder:
    """No checkpoint lies where the grounding model's belongs."""

    def ground(self, keyframe, phrases):
        raise ModelNotFoundError("no grounding model yet in /models/glip; put a GLIP there")


class WritingPlanner:
    """A planner whose every text is written by a function, and whose choices have the margin that another gives."""

    def __init__(self, write, margin=lambda: 0.0) -> None:
        self.write, self.margin = write, margin

    def choose(self, question, options):
        margin = self.margin()
        return Choice(self.write() if margin is None else list(options)[-1], 0.5, margin or 0.0)

    def fill(self, question, tool, slots):
        return {slot: self.write() for slot in slots}

    def rewrite(self, question, history):
        return self.write()

    def translate(self, text, *, source, target):
        return self.write()
