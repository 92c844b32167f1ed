"""The timeline of a video: its shots, the results, the text and speech, and where the player is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.text.display import format_clock
from ui.texts import Language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.session import Session
    from tools.types import Keyframe

HEIGHT = 64  # pixels
MAX_LINES = 400  # marked; more would run into one bar
COLOURS = {"hit": "#0f766e", "event": "#c2410c", "line": "#7c5cd6"}
LEGEND = {"hit": "green", "event": "orange", "line": "violet"}  # the nearest colours that Markdown has
SHOT_COLOURS = ("rgba(124, 138, 147, .28)", "rgba(124, 138, 147, .5)")
PLAYER_COLOUR = "#dc2626"
CLOCK = "floor(datum.value / 60) + ':' + (datum.value % 60 < 10 ? '0' : '') + floor(datum.value % 60)"


def shot_starts(keyframes: Sequence[Keyframe]) -> list[float]:
    """Returns the seconds of the first keyframe of each shot; `keyframes` are in time order."""
    return [k.seconds for n, k in enumerate(keyframes) if n == 0 or keyframes[n - 1].shot != k.shot]


def build_shot_rows(keyframes: Sequence[Keyframe], duration: float) -> list[dict[str, Any]]:
    """Returns a row of the chart for each shot: its start and end in seconds, in two alternating colours."""
    starts = shot_starts(keyframes)
    ends = [*starts[1:], max([duration, *starts[-1:]])]
    return [
        {
            "seconds": start,
            "end": end,
            "colour": SHOT_COLOURS[number % 2],
            "what": f"{format_clock(start)}-{format_clock(end)}",
        }
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _build_mark(seconds: float, kind: str, words: str) -> dict[str, Any]:
    """Returns a row of the chart for a mark: a result (`hit` or `event`) or a line (`line`)."""
    return {"seconds": seconds, "colour": COLOURS[kind], "what": f"{format_clock(seconds)} {words}"}


def show(
    session: Session, video_id: str, now: float, key: str, language: Language, *, hits: Iterable[tuple[float, str, str]]
) -> float | None:
    """Shows the timeline; returns the second that was clicked, once for each click.

    Args:
        session: the page's session.
        video_id: whose timeline it is.
        now: the second at which the player is.
        key: unique on the page.
        language: of the page.
        hits: results, as (second, `hit` or `event`, what it shows).
    """
    import altair as alt

    video = session.library.video(video_id)
    shots = build_shot_rows(session.library.keyframes(video_id), video.duration_seconds)
    results = list(hits)
    lines = [line for line in session.library.lines(video_id) if line.source != "caption"]
    every_nth = -(-len(lines) // MAX_LINES) or 1
    marks = [_build_mark(*result) for result in results]
    marks += [_build_mark(line.start_seconds, "line", line.text[:80]) for line in lines[::every_nth]]
    x = alt.X(
        "seconds:Q",
        scale=alt.Scale(domain=[0, video.duration_seconds], nice=False),
        axis=alt.Axis(labelExpr=CLOCK, title=None, grid=False, tickCount=6, tickMinStep=1, domain=False),
    )
    colour, tooltip = alt.Color("colour:N", scale=None), alt.Tooltip("what:N")
    picked = alt.selection_point(name="picked", fields=["seconds"], on="click", toggle=False)
    bands = alt.Chart({"values": shots}).mark_rect(cursor="pointer")
    bands = bands.encode(x=x, x2="end:Q", color=colour, tooltip=tooltip).add_params(picked)
    ticks = alt.Chart({"values": marks}).mark_rule(strokeWidth=4, cursor="pointer")
    ticks = ticks.encode(x=x, color=colour, tooltip=tooltip)
    cursor = alt.Chart({"values": [{"seconds": now}]}).mark_rule(strokeWidth=2, color=PLAYER_COLOUR).encode(x=x)
    chart = alt.layer(bands, ticks, cursor).properties(height=HEIGHT).configure_view(strokeWidth=0)
    state = st.altair_chart(
        chart,
        key=f"{key}-timeline",
        on_select="rerun",
        selection_mode="picked",
        alt=text("timeline_alt", language, shots=len(shots), marks=len(marks)),
    )
    kinds = [*dict.fromkeys(kind for _, kind, _ in results), *(["line"] if lines else [])]
    if kinds:
        st.caption("  ".join(f":{LEGEND[kind]}[■] {text(f'mark_{kind}', language)}" for kind in kinds))
    clicked = [row["seconds"] for row in state.get("selection", {}).get("picked", []) if "seconds" in row]
    # The selection stays until another click: it counts once.
    if not clicked or st.session_state.get(f"{key}-picked") == clicked[0]:
        return None
    st.session_state[f"{key}-picked"] = clicked[0]
    return float(clicked[0])
