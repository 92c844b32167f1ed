"""The indexing job on the page: a bar for each video while it runs, and the result of each afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import escape_markdown
from ui.texts import TEXTS, Language, text

if TYPE_CHECKING:
    from ui.state.indexing import Indexer, Job

MAX_SHOWN = 12  # videos of one job, one line each


def show(indexer: Indexer, language: Language) -> None:
    """Shows the job; looks again each second while it runs, and draws the whole page anew when it has ended."""
    if indexer.job is None:
        return
    was_running = indexer.running

    @st.fragment(run_every=1.0 if was_running else None)
    def draw() -> None:
        job = indexer.job
        if job is None:
            return
        if job.running:
            _show_bars(job, language)
            st.button(text("cancel", language), key="cancel", on_click=indexer.cancel, icon=":material/close:")
        elif was_running:
            st.rerun()
        else:
            _show_results(job, language)

    draw()


def _show_bars(job: Job, language: Language) -> None:
    """Shows a progress bar for each video that has begun, the latest first."""
    if not job.progress:
        st.progress(0.0, text("starting", language))
    for path, progress in list(job.progress.items())[: -MAX_SHOWN - 1 : -1]:
        done_seconds = progress["done_seconds"]
        total_seconds = max(progress["total_seconds"] or 0.0, done_seconds, 0.1)
        label = text(
            "indexing",
            language,
            name=escape_markdown(Path(path).name),
            stage=escape_markdown(stage_name(progress["stage"], language)),
            done=round(done_seconds),
            total=round(total_seconds),
        )
        st.progress(done_seconds / total_seconds, label)


def stage_name(stage: str, language: Language) -> str:
    """Returns the name of a stage that `index --progress-json` reports; a stage without a text stays as it is."""
    key = f"stage_{stage}"
    return text(key, language) if key in TEXTS else stage


def _show_results(job: Job, language: Language) -> None:
    """Shows what became of each video, and the last message if the job ended without results."""
    if job.cancelled:
        st.info(text("cancelled", language))
    for row in job.results[:MAX_SHOWN]:
        name, error = escape_markdown(Path(row["path"]).name), escape_markdown(row["error"] or "")
        show_result = st.error if row["status"] == "failed" else st.success
        show_result(text(row["status"], language, name=name, error=error))
    if len(job.results) > MAX_SHOWN:
        st.caption(text("and_more", language, count=len(job.results) - MAX_SHOWN))
    if not job.results and not job.cancelled:
        for message in job.messages[-1:]:
            st.error(escape_markdown(message))
