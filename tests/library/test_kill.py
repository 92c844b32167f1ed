"""kill -9 at random moments of writing: each video is whole or absent, and nothing acknowledged is lost."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from assistant.library import Library

pytestmark = pytest.mark.slow

KILLS = 20
WRITER = """
import sys
from pathlib import Path
import numpy as np
from assistant.library import KeyframeRow, Library, VideoRecord
from tools.types import Line

root, first = Path(sys.argv[1]), int(sys.argv[2])
library = Library(root / "library", embedder="test")
with library.writer(timeout_seconds=30) as writer:
    print("ready", flush=True)
    for number in range(first, first + 1000):
        path = root / f"video {number}.mp4"
        path.write_bytes(str(number).encode())
        draft = writer.begin(path)
        rng = np.random.default_rng(number)
        for batch in range(3):
            vectors = rng.normal(size=(6, 8)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            rows = [KeyframeRow(batch * 6 + i, batch * 6.0 + i, i, batch, i) for i in range(6)]
            draft.add_keyframes(rows, vectors, vectors.astype(np.float16)[:, None])
        draft.add_lines([Line(draft.video_id, 0.0, 1.0, "ocr", f"number {number}")])
        draft.commit(VideoRecord(18.0, 64, 36, "1/25", 450))
        print(draft.video_id, flush=True)
"""


def test_twenty_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    rng = random.Random(7)
    acknowledged: list[str] = []
    for attempt in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(attempt * 1000)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.0, 0.5))
        child.send_signal(signal.SIGKILL)
        # A line that was cut off in the middle was not acknowledged.
        acknowledged += [line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        child.wait()
        child.stdout.close()

    library = Library(tmp_path / "library", embedder="test")
    assert library.check() == []
    ready = {video.video_id for video in library.videos()}
    assert acknowledged, "the children were killed before they could commit anything; slow machine?"
    assert set(acknowledged) <= ready
    for name in ready:
        keyframes, vectors = library.vectors(name)
        assert len(keyframes) == 18
        assert library.features(name, [keyframes[0].frame_index]).shape == (1, 1, 8)
        hit, score = library.search_vectors(np.array(vectors[7:8]), limit=1)[0][0]
        assert (hit.video_id, hit.frame_index) == (name, keyframes[7].frame_index)
        assert score > 0.999
        assert library.search_lines(f"number {library.lines(name)[0].text.split()[-1]}", video_id=name)
    library.close()
