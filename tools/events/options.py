"""Every window and threshold by which it is decided whether an event happens, and when.

A *window* is a stretch of a video whose keyframes the core sees together, in time order. An event is *verified* where
the core says that it happens, and *located* where the core's event timer says from when to when. Each time that it
happens is an *occurrence*.

A value that differs by use has a field for each use: in a search nobody minds a few seconds more, in the chat somebody
waits.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class VerificationOptions:
    """Windows and thresholds of verification and of location.

    Fields that end in `_seconds` are seconds, those that begin with `min_` are probabilities in [0, 1], both above 0;
    all others are counts or factors.

    Raises:
        ValueError: a value is out of its range.
    """

    # --- Single frames, where the library itself says how unlikely a match is by chance (`tools.odds`).
    # Share of the frames looked at from which the core's word stands: what most of them show is no rarity, and that it
    # does not stand out from the library says nothing against it.
    min_usual_share: float = 0.5
    # Frames that must have been looked at for that. In a stretch of no more pictures the core alone decides: where all
    # are looked at, none was chosen for standing out.
    usual_frames: int = 8

    # --- A search for a sequence of events, of which each is verified (`tools.events.verified_search`).
    # Videos that are looked at, the most promising first. More videos cost time; fewer leave more results uncertified.
    search_videos: int = 8
    # Length of a window. An act takes a few seconds: a shorter window cuts it, a longer one is thinned too much, since
    # a core reads eight frames of a window.
    search_window_seconds: float = 6.0
    # From the start of a window to that of the next. Keyframes lie at most a second apart, so every second is a start;
    # windows two seconds apart hardly covered a clip (docs/experiments/events.md).
    search_step_seconds: float = 1.0
    # Windows verified for one event in one video, the most promising of all.
    search_windows: int = 16
    # The same while somebody waits for an answer in the chat.
    chat_search_windows: int = 10
    # Times as many windows as are verified are located first: the event timer costs a fraction of the core.
    located_windows_factor: int = 3
    # What remains of a window's promise where the event timer sees nothing: it is unsure of some events, so that a
    # window which it denies comes last and is not left out.
    unlocated_weight: float = 0.05
    # Probability from which a window counts as showing the event, when its start and end are read from the windows.
    # As likely as not.
    min_window_probability: float = 0.5

    # --- One event in the chat (`tools.events.verification`).
    # Probability from which words name an event ("a red car stops") and not a thing that is there. As likely as not.
    min_event_probability: float = 0.5
    # Before and after a frame that seems to show an event: where the event timer locates it. What a frame shows of
    # an act can lie at either end of it.
    locate_around_seconds: float = 4.0
    # Length of a window, and from the start of one to that of the next: half as many as in a search.
    chat_window_seconds: float = 6.0
    chat_step_seconds: float = 2.0
    # Probability, around some frame of a moment, from which the moment is believed. Above one half, because the frames
    # were chosen for looking like the event.
    min_verified_probability: float = 0.65

    # --- Each event of a sequence that the chat shows as the answer (`assistant.agent.verify`).
    # Length of its windows, which begin a whole, one half and no length before the event, and one half after it. One
    # frame of a bus that had stopped got 0.11, the five seconds around it 0.94 (docs/experiments/events.md).
    sequence_window_seconds: float = 5.0
    # Before and after a moment, for a question that single frames leave open: what changes from frame to frame there.
    answer_around_seconds: float = 2.0

    # --- What the event timer says (`tools.events.timing`).
    # Probability from which an event goes on at a frame near which it is known to happen.
    min_ongoing_near_probability: float = 0.2
    # Probability from which an event goes on at a frame if nothing else says that it happens.
    min_ongoing_probability: float = 0.5
    # Before and after the place where an event is known to happen: where frames are asked for it. Half of
    # `search_window_seconds`, in whose middle it lies.
    ongoing_near_seconds: float = 3.0
    # Before and after an occurrence: frames there still count towards its start and end, because a frame beside it may
    # say more exactly when it begins.
    ongoing_edge_seconds: float = 0.5

    # --- Start and end of an event, read again from single frames around it (`tools.events.refinement`).
    # Frames a second at most, where retrieval reads them: most videos have fewer, so that every frame is read.
    refine_frames_per_second: float = 60.0
    # After the last keyframe, which is where its video ends.
    refine_tail_seconds: float = 1.5
    # Frames a second at most, where the event timer reads them: it averages over frames, and needs no more.
    relocate_frames_per_second: float = 4.0
    # Before and after an event.
    relocate_around_seconds: float = 3.0
    # Read for one event at most.
    relocate_max_seconds: float = 20.0

    # --- Labels of shots (`tools.classify`).
    # A longer shot is labelled in parts of this length.
    label_part_seconds: float = 10.0
    # Length of a window, and from the start of one to that of the next.
    label_window_seconds: float = 6.0
    label_step_seconds: float = 2.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            highest = 1.0 if field.name.startswith("min_") else float("inf")
            if not 0 < value <= highest:
                raise ValueError(f"{field.name} is {value:g}; it must be above 0 and at most {highest:g}")


DEFAULT_OPTIONS = VerificationOptions()
"""The values that every command, the chat and the evaluations use."""
