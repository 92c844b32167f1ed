"""The timeline of a video: its shots, with what was found, what is written or said, and where the player is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.text.display import format_clock
from ui.strings import Language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.session import Session
    from tools.types import Keyframe

HEIGHT = 64  # pixels
MOST_LINES = 400  # marked; more would run into one bar
COLOURS = {"hit": "#0f766e", "event": "#c2410c", "line": "#7c5cd6"}
LEGEND = {"hit": "green", "event": "orange", "line": "violet"}  # the nearest colours that Markdown has
SHOTS, NOW = ("rgba(124, 138, 147, .28)", "rgba(124, 138, 147, .5)"), "#dc2626"
CLOCK = "floor(datum.value / 60) + ':' + (datum.value % 60 < 10 ? '0' : '') + floor(datum.value % 60)"


def build_shot_rows(keyframes: Sequence[Keyframe], duration: float) -> list[dict[str, Any]]:
    """One row for each shot: where it begins and ends, in two colours by turns."""
    starts = [k.seconds for n, k in enumerate(keyframes) if n == 0 or keyframes[n - 1].shot != k.shot]
    ends = [*starts[1:], max([duration, *starts[-1:]])]
    return [
        {
            "seconds": start,
            "end": end,
            "colour": SHOTS[number % 2],
            "what": f"{format_clock(start)}-{format_clock(end)}",
        }
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def show(
    session: Session, video_id: str, now: float, key: str, language: Language, *, hits: Iterable[tuple[float, str, str]]
) -> float | None:
    """Draws it; the second that was clicked, once.

    Args:
        now: where the player is.
        hits: (second, `hit` or `event`, what it shows).
    """
    import altair as alt

    video = session.library.video(video_id)
    rows = build_shot_rows(session.library.keyframes(video_id), video.duration_seconds)
    found = list(hits)
    marks = [{"seconds": at, "colour": COLOURS[kind], "what": f"{format_clock(at)} {what}"} for at, kind, what in found]
    lines = [line for line in session.library.lines(video_id) if line.source != "caption"]
    marks += [
        {
            "seconds": one.start_seconds,
            "colour": COLOURS["line"],
            "what": f"{format_clock(one.start_seconds)} {one.text[:80]}",
        }
        for one in lines[:: -(-len(lines) // MOST_LINES) or 1]
    ]
    x = alt.X(
        "seconds:Q",
        scale=alt.Scale(domain=[0, video.duration_seconds], nice=False),
        axis=alt.Axis(labelExpr=CLOCK, title=None, grid=False, tickCount=6, domain=False),
    )
    colour, tooltip = alt.Color("colour:N", scale=None), alt.Tooltip("what:N")
    picked = alt.selection_point(name="picked", fields=["seconds"], on="click", toggle=False)
    bands = alt.Chart({"values": rows}).mark_rect(cursor="pointer")
    bands = bands.encode(x=x, x2="end:Q", color=colour, tooltip=tooltip).add_params(picked)
    ticks = alt.Chart({"values": marks}).mark_rule(strokeWidth=4, cursor="pointer")
    ticks = ticks.encode(x=x, color=colour, tooltip=tooltip)
    place = alt.Chart({"values": [{"seconds": now}]}).mark_rule(strokeWidth=2, color=NOW).encode(x=x)
    chart = alt.layer(bands, ticks, place).properties(height=HEIGHT).configure_view(strokeWidth=0)
    state = st.altair_chart(
        chart,
        key=f"{key}-timeline",
        on_select="rerun",
        selection_mode="picked",
        alt=text("timeline_alt", language, shots=len(rows), marks=len(marks)),
    )
    kinds = [*dict.fromkeys(kind for _, kind, _ in found), *(["line"] if lines else [])]
    if kinds:
        st.caption("  ".join(f":{LEGEND[kind]}[■] {text(f'mark_{kind}', language)}" for kind in kinds))
    chosen = [row["seconds"] for row in state.get("selection", {}).get("picked", []) if "seconds" in row]
    # The selection stays until another click: it counts once.
    if not chosen or st.session_state.get(f"{key}-picked") == chosen[0]:
        return None
    st.session_state[f"{key}-picked"] = chosen[0]
    return float(chosen[0])
