"""Every threshold and limit by which the agent plans, looks and answers.

`tools.events.options.VerificationOptions` decides whether an event happens, and when; the limits of the cores are in
`assistant.agent.cores.options`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.events.options import DEFAULT_OPTIONS


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Thresholds and limits of the agent.

    Fields that begin with `min_`, and the two degrees of confidence at the end, are numbers in [0, 1]; fields that end
    in `_seconds` are seconds; all others are counts.
    """

    # --- Reading the question
    # Earlier turns from which a follow-up is rewritten. A turn is kept as a question that stands alone, so the last one
    # holds what "it" means; an older one beside it makes the pocket core mix the two up.
    history_turns: int = 1
    # Things that the turns before named and that a pronoun may mean.
    remembered_mentions: int = 8
    # How long "at the start" and "at the end" are.
    edge_seconds: float = 3.0
    # Before and after a time that the question names: "at 1:20" is two seconds long.
    named_time_seconds: float = 1.0
    # Least length of the stretch that is looked at if the question points at an earlier result.
    min_result_seconds: float = 1.0

    # --- Choosing a tool and what it looks at
    # Probability by which the likeliest tool leads the second; below it, the default tool runs.
    min_margin: float = 0.15
    # Videos that are looked at if the question names none.
    sampled_videos: int = 8
    # Frames, the likeliest first, that are looked at in each video if the question is which videos show something.
    checked_frames: int = 12
    # Frames, the likeliest first, in which a thing is looked for again: to count it, or to tell what came first.
    reviewed_frames: int = 32
    # How much beside a moment is looked at for what explains it.
    around_seconds: float = 6.0
    # Videos in which a sequence was found and which the core looks at. Each takes seconds.
    verified_videos: int = 4
    # How much beside a moment is described for "what happened next?" and "before that?".
    beside_seconds: float = 8.0
    # Length of a moment that is compared with another: less than the distance of two keyframes.
    compared_seconds: float = 0.5

    # --- What counts as seen
    # P(yes) from which a frame shows what was searched.
    min_verified: float = 0.5
    # P(yes) from which a condition was seen. Up to 1 - min_seen it was not seen; between the two, nobody can tell.
    min_seen: float = DEFAULT_OPTIONS.min_verified_probability
    # Frames, the likeliest first, in which the circumstances of the question are looked for.
    condition_frames: int = 8
    # How sure an answer is that rests on names of a classifier: a little less than the share of its names that are
    # right (`assistant.models.naming.sure_names`).
    named_confidence: float = 0.8
    # Things that are named of a video, those that are seen longest.
    named_things: int = 6
    # Share of the question's words that a line must hold, to answer in place of the pictures.
    min_passage: float = 0.6
    # After a line ends: a keyframe there still belongs to it, since keyframes lie at most a second apart.
    line_tail_seconds: float = 1.0

    # --- Answering
    # Confidence below which the answer is "I don't know". A measured calibration replaces it.
    min_confidence: float = 0.35
    # Frames that an answer is read from, and moments that are asked about one by one.
    answer_frames: int = 4
    # Confidence of an answer from several moments below which each moment is asked about by itself.
    min_agreed: float = 0.8
    # Share of the best answer's confidence from which another moment's answer is as likely: the agent then asks back.
    min_rival_share: float = 0.6
    # Moments that a reply rests on, and that are shown.
    shown_moments: int = 8

    # --- Showing
    # Confidence from which the page calls an answer sure, and fairly sure; below both, unsure.
    sure: float = 0.85
    fairly_sure: float = 0.6
