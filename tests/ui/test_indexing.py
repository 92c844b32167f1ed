import time
from pathlib import Path

import av
import numpy as np
import pytest

from ui.state.indexing import Indexer
from ui.texts import text
from ui.widgets.indexing_progress import stage_name

STAGES = {text(f"stage_{stage}", "vi") for stage in ("pictures", "text on screen", "meaning")}


def _clip(path: Path, frames: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number in range(frames):
            picture = np.full((90, 160, 3), number % 200, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def _wait(indexer: Indexer) -> None:
    assert indexer.job is not None
    indexer.job.process.wait(timeout=240)
    deadline = time.monotonic() + 20
    while not indexer.job.results and not indexer.job.cancelled and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.slow
def test_a_child_process_indexes_and_tells_how_far_it_is(tmp_path: Path) -> None:
    indexer = Indexer(tmp_path / "library", "pocket")
    assert indexer.start([_clip(tmp_path / "-a.mp4", 20), tmp_path / "missing.mp4"])
    assert not indexer.start([tmp_path]), "one job at a time"
    _wait(indexer)
    assert indexer.job is not None
    assert [row["status"] for row in indexer.job.results] == ["indexed", "failed"]
    assert all(progress["total_seconds"] > 0 for progress in indexer.job.progress.values())
    assert {stage_name(progress["stage"], "vi") for progress in indexer.job.progress.values()} <= STAGES


def test_a_cancelled_job_leaves_a_library_in_order(tmp_path: Path) -> None:
    from assistant.session import open_session

    indexer = Indexer(tmp_path / "library", "pocket")
    indexer.start([_clip(tmp_path / "long.mp4", 900)])
    indexer.cancel()
    _wait(indexer)
    session = open_session(tmp_path / "library")
    assert session.library.videos() == []
    assert session.library.check() == []
    session.close()
