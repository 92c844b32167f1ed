"""The README is true: its example prints what it says, its tables are current, its links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from scripts.readme_tables import README, with_tables

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_python_example_prints_what_the_readme_shows(demo_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example, output = re.findall(r"```python\n(.*?)```\n```\n(.*?)```", TEXT, re.DOTALL)[0]
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(demo_library))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, str(README), "exec"), {})
    assert printed.getvalue() == output


@pytest.mark.slow
def test_the_example_command_prints_what_the_readme_shows(
    demo_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from assistant.cli import main

    question, output = re.findall(r'\$ \.venv/bin/video-assistant ask "([^"]+)"\n(.*?)```', TEXT, re.DOTALL)[0]
    main(["--library", str(demo_library), "ask", question, "--thread", "readme"], standalone_mode=False)
    assert capsys.readouterr().out == output


def test_the_tables_are_current() -> None:
    assert with_tables(TEXT) == TEXT, "run `.venv/bin/python -m scripts.readme_tables`"


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no markers for the table 'commands'"):
        with_tables("# video-assistant\n")


def test_every_environment_variable_of_the_program_stands_in_the_readme() -> None:
    sources = [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
    named = {name for path in sources for name in re.findall(r"VIDEO_ASSISTANT_[A-Z]\w*", path.read_text("utf-8"))}
    assert "VIDEO_ASSISTANT_PASSWORD" in named
    missing = sorted(name for name in named if f"`{name}" not in TEXT)
    assert not missing, f"name them in README.md: {missing}"


@pytest.mark.parametrize("document", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda p: p.name)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8"))
    broken = [target for target in targets if not (document.parent / target).exists()]
    assert not broken
