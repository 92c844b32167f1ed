"""What every test shares: real media, honest skips, and a library of its own."""

import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

MEDIA = Path(__file__).parents[2] / "shared" / "data" / "media"


def _has_vietnamese_tesseract() -> bool:
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    return "vie" in listed.stdout.split()


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "shared": (MEDIA.is_dir, f"needs the real media in {MEDIA}"),
    "chromium": (lambda: shutil.which("chromium") is not None, "needs the program chromium"),
    "tesseract": (_has_vietnamese_tesseract, "needs the program tesseract with Vietnamese (vie)"),
    "gpu": (_has_gpu, "needs a CUDA device"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", help="Folder in which the browser tests keep pictures of the page.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the machine cannot run; on CI only a GPU may be missing."""
    absent: dict[str, bool] = {}
    for item in items:
        for name, (present, reason) in NEEDS.items():
            if item.get_closest_marker(name) is None:
                continue
            if name not in absent:
                absent[name] = not present()
            if absent[name] and (name == "gpu" or os.environ.get("CI") != "true"):
                item.add_marker(pytest.mark.skip(reason=reason))
            elif absent[name]:
                item.add_marker(pytest.mark.usefixtures("_missing_on_ci"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test during which something was printed to stdout, which belongs to the results of commands alone."""
    report = yield
    printed = "".join(text for name, text in report.sections if name == "Captured stdout call")
    if call.when == "call" and report.passed and printed.strip():
        report.outcome = "failed"
        report.longrepr = f"the test printed to stdout:\n{printed}"
    return report


class _Errors(logging.Handler):
    """Keeps the records of level ERROR and above."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_error_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test during which an ERROR is logged, unless it carries the marker `logs_errors`."""
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    yield
    logging.getLogger().removeHandler(errors)
    if errors.records and request.node.get_closest_marker("logs_errors") is None:
        pytest.fail("the test logged: " + "; ".join(record.getMessage() for record in errors.records))


@pytest.fixture
def _missing_on_ci(request: pytest.FixtureRequest) -> None:
    reasons = [reason for name, (_, reason) in NEEDS.items() if request.node.get_closest_marker(name)]
    pytest.fail("CI must have what this test needs: " + "; ".join(reasons))


@pytest.fixture
def media() -> Path:
    """The shared folder of real media; tests that use it carry the marker `shared`."""
    return MEDIA


@pytest.fixture(autouse=True)
def _own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's library or settings."""
    for name in [name for name in os.environ if name.startswith("VIDEO_ASSISTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("VIDEO_ASSISTANT_ONLINE_VOICE", "false")


@pytest.fixture(scope="session")
def untrained_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An InstructBLIP of the pocket's shape with random weights: what holds for it holds whatever the weights."""
    from training.common.models import instructblip_processor, new_instructblip, new_t5

    folder = tmp_path_factory.mktemp("untrained")
    new_instructblip(new_t5()).save_pretrained(folder)
    instructblip_processor().save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds the first demo clip."""
    from importlib.resources import files

    from assistant.session import open_session

    root = tmp_path_factory.mktemp("demo") / "library"
    session = open_session(root)
    (result,) = session.index([Path(str(files("assistant") / "demo" / "morning-street.mp4"))])
    assert result.status == "indexed", result.error
    session.close()
    return root
