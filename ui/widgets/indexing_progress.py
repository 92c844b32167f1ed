"""How the indexing job goes: a bar for each video while it runs, and what came of each afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import escape_markdown
from ui.strings import Language, text

if TYPE_CHECKING:
    from ui.state.indexing import Indexer, Job

MOST_SHOWN = 12  # results of one job, one line each


def show(indexer: Indexer, language: Language) -> None:
    """How the job goes; looks again each second while it runs, and draws the whole page anew when it has ended."""
    if indexer.job is None:
        return
    running = indexer.running

    @st.fragment(run_every=1.0 if running else None)
    def draw() -> None:
        job = indexer.job
        if job is None:
            return
        if job.running:
            _bars(job, language)
            st.button(text("cancel", language), key="cancel", on_click=indexer.cancel, icon=":material/close:")
        elif running:
            st.rerun()
        else:
            _outcome(job, language)

    draw()


def _bars(job: Job, language: Language) -> None:
    """One bar for each video that has begun, the latest first."""
    if not job.progress:
        st.progress(0.0, text("starting", language))
    for path, now in list(job.progress.items())[: -MOST_SHOWN - 1 : -1]:
        total = max(now["total_seconds"] or 0.0, now["done_seconds"], 0.1)
        told = {"name": escape_markdown(Path(path).name), "done": round(now["done_seconds"]), "total": round(total)}
        st.progress(
            now["done_seconds"] / total, text("indexing", language, stage=escape_markdown(now["stage"]), **told)
        )


def _outcome(job: Job, language: Language) -> None:
    if job.cancelled:
        st.info(text("cancelled", language))
    for row in job.results[:MOST_SHOWN]:
        say = text(
            row["status"],
            language,
            name=escape_markdown(Path(row["path"]).name),
            error=escape_markdown(row["error"] or ""),
        )
        (st.error if row["status"] == "failed" else st.success)(say)
    if len(job.results) > MOST_SHOWN:
        st.caption(text("and_more", language, count=len(job.results) - MOST_SHOWN))
    if not job.results and not job.cancelled:
        for message in job.messages[-1:]:
            st.error(escape_markdown(message))
