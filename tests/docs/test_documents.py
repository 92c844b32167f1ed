"""The documents are short enough and name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_FOLDERS = ("assistant", "bench", "docs", "prompts", "scripts", "tests", "tools", "training", "ui")
MAP = ("ARCHITECTURE.md", "CONTRIBUTING.md", "docs/pocket-models.md")
REGISTERS = {
    "READS": "assistant/agent/intents/usual.py",
    "compose_usual": "assistant/agent/intents/usual.py",
    "enough": "assistant/agent/graph.py",
    "reflect": "assistant/agent/graph.py",
    "_compose": "assistant/agent/graph.py",
    "Intent": "assistant/agent/intents/base.py",
    "Answering": "assistant/agent/answer.py",
    "State": "assistant/agent/state.py",
    "Channel": "assistant/retrieval/fusion.py",
    "LibrarySearch": "assistant/retrieval/search.py",
    "Source": "tools/types.py",
    "SOURCES": "tools/types.py",
    "COMMANDS": "assistant/commands/search.py",
    "SCREENS": "ui/app.py",
    "SAMPLES": "tests/prompts/test_prompts.py",
    "TOOLS": "training/language/tool_calls.py",
    "Settings": "assistant/settings.py",
    "AgentOptions": "assistant/agent/options.py",
    "VerificationOptions": "tools/events/options.py",
    "IngestOptions": "assistant/ingest/options.py",
    "ScreenTextOptions": "assistant/ingest/options.py",
}
"""What a newcomer is asked to change, by the file that defines it."""


def test_the_architecture_is_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split()) <= 1500


@pytest.mark.parametrize("document", MAP)
def test_a_document_names_files_that_exist(document: str) -> None:
    named = re.findall(r"`((?:" + "|".join(TOP_FOLDERS) + r")/[\w./]+)`", (ROOT / document).read_text(encoding="utf-8"))
    missing = sorted({path for path in named if "NAME" not in path and not (ROOT / path).exists()})
    assert named
    assert not missing, f"{document} names what is not there: {missing}"


@pytest.mark.parametrize("document", MAP)
def test_a_module_that_a_document_runs_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    modules = re.findall(r"\b((?:training|scripts|bench|assistant)(?:\.\w+)+)`", text)
    missing = sorted({name for name in modules if not _is_module(name)})
    assert not missing, f"{document} names what is not there: {missing}"


@pytest.mark.parametrize("name", REGISTERS)
def test_what_the_map_names_is_defined_where_it_says(name: str) -> None:
    source = (ROOT / REGISTERS[name]).read_text(encoding="utf-8")
    assert re.search(rf"^\s*(?:class|def) {name}\b|^{name}\b.* = ", source, re.MULTILINE)


def test_the_changelog_is_dated_and_one_line_a_change() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    releases = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert releases[0] == "Unreleased"
    assert releases[1:] == sorted(releases[1:], reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", release) for release in releases[1:])
    assert {line for line in lines if line.startswith("### ")} <= {"### Added", "### Changed", "### Fixed"}
    assert [line for line in lines if line.startswith("  ")] == [], "a change takes one line"


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()
