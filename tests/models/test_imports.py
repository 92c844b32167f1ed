import subprocess
import sys

import pytest

ABSENT = (
    "av",
    "chromadb",
    "cv2",
    "easyocr",
    "filelock",
    "langchain_core",
    "open_clip",
    "pysubs2",
    "rapidfuzz",
    "rapidocr",
)
"""What a bare GPU machine lacks."""


@pytest.mark.parametrize(
    "module",
    [
        "ocr.rapidocr",
        "ocr.ctc",
        "ocr.accents",
        "ocr.tesseract",
        "ocr.easyocr",
        "speech",
        "blip.attention",
        "blip.instructblip",
        "blip.selfcheck",
        "blip.matching",
        "clip.factory",
        "translate",
    ],
)
def test_a_model_imports_without_what_only_the_library_needs(module: str) -> None:
    blocked = f"import sys; sys.modules.update(dict.fromkeys({ABSENT!r}))"
    run = subprocess.run(
        [sys.executable, "-c", f"{blocked}; import assistant.models.{module}"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
