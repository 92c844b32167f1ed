"""The timeline of a video: its shots, with what was found, what is written or said, and where the player is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.agent.sentences import minute
from ui.strings import Language, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.session import Session
    from tools.types import Keyframe

HEIGHT = 74  # pixels
MOST_LINES = 400  # marked; more would run into one bar
COLOURS = {"hit": "#0f766e", "event": "#b45309", "line": "#6d5bd0"}
CLOCK = "floor(datum.value / 60) + ':' + (datum.value % 60 < 10 ? '0' : '') + floor(datum.value % 60)"


def shots(keyframes: Sequence[Keyframe], duration: float) -> list[dict[str, Any]]:
    """One row for each shot: where it begins and ends, and whether it is an odd one."""
    starts = [k.seconds for n, k in enumerate(keyframes) if n == 0 or keyframes[n - 1].shot != k.shot]
    ends = [*starts[1:], max([duration, *starts[-1:]])]
    return [
        {"seconds": start, "end": end, "odd": number % 2, "what": f"{minute(start)}-{minute(end)}"}
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
    rows = shots(session.library.keyframes(video_id), video.duration_seconds)
    marks = [{"seconds": at, "kind": kind, "what": f"{minute(at)} {what}"} for at, kind, what in hits]
    lines = session.library.lines(video_id)
    marks += [
        {"seconds": line.start_seconds, "kind": "line", "what": f"{minute(line.start_seconds)} {line.text[:80]}"}
        for line in lines[:: -(-len(lines) // MOST_LINES) or 1]
        if line.source != "caption"
    ]
    scale = alt.Scale(domain=[0, video.duration_seconds], nice=False)
    axis = alt.Axis(labelExpr=CLOCK, title=None, grid=False, tickCount=6, domain=False)
    x = alt.X("seconds:Q", scale=scale, axis=axis)
    picked = alt.selection_point(name="picked", fields=["seconds"], on="click", toggle=False)
    bands = alt.Chart({"values": rows}).mark_rect(cursor="pointer", cornerRadius=3)
    bands = bands.encode(
        x=x,
        x2="end:Q",
        opacity=alt.Opacity("odd:O", scale=alt.Scale(domain=[0, 1], range=[0.22, 0.4]), legend=None),
        color=alt.value("#7c8a93"),
        tooltip=alt.Tooltip("what:N"),
    ).add_params(picked)
    ticks = alt.Chart({"values": marks}).mark_tick(thickness=3, cursor="pointer", size=HEIGHT * 0.45)
    names = {kind: text(f"mark_{kind}", language) for kind in COLOURS}
    ticks = ticks.transform_calculate(name=f"({names})[datum.kind]").encode(
        x=x,
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=list(names.values()), range=list(COLOURS.values())),
            legend=alt.Legend(orient="bottom", title=None, symbolType="square") if marks else None,
        ),
        tooltip=alt.Tooltip("what:N"),
    )
    place = alt.Chart({"values": [{"seconds": now}]}).mark_rule(strokeWidth=2, color="#dc2626").encode(x=x)
    chart = alt.layer(bands, ticks, place).properties(height=HEIGHT).configure_view(strokeWidth=0)
    state = st.altair_chart(
        chart,
        key=f"{key}-timeline",
        on_select="rerun",
        selection_mode="picked",
        alt=text("timeline_alt", language, shots=len(rows), marks=len(marks)),
    )
    chosen = [row["seconds"] for row in state.get("selection", {}).get("picked", []) if "seconds" in row]
    # The selection stays until another click: it counts once.
    if not chosen or st.session_state.get(f"{key}-picked") == chosen[0]:
        return None
    st.session_state[f"{key}-picked"] = chosen[0]
    return float(chosen[0])
