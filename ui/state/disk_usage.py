"""What a folder takes on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st


@st.cache_data(show_spinner=False, max_entries=4, ttl=600)
def measure_disk_usage(folder: Path, revision: int) -> int:  # noqa: ARG001 - counted anew when the library changed
    """Bytes of all files under `folder`."""
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:  # removed while it was counted
            continue
    return total
