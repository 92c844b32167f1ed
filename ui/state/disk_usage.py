"""How much disk space a folder takes."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st


@st.cache_data(show_spinner=False, max_entries=4, ttl=600)
def measure_disk_usage(folder: Path, revision: int) -> int:  # noqa: ARG001 - measures again when the library changed
    """Returns the bytes of all files under `folder`; remembered per `revision` of the library for ten minutes."""
    total_bytes, folders = 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total_bytes += entry.stat(follow_symlinks=False).st_size
        except OSError:  # removed meanwhile
            continue
    return total_bytes
