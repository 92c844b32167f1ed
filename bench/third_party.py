"""Writes THIRD_PARTY.md from the lock and the installed packages' own metadata; `--check` fails when it is stale."""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "THIRD_PARTY.md"
HEADER = """# Third-party packages

What the lock installs on Linux, with the licence each package states. Made by `python -m bench.third_party`.

| package | version | licence |
|---|---|---|
"""


def _licence(name: str) -> tuple[str, str] | None:
    try:
        data: Any = metadata(name)  # typeshed knows fewer fields than the class has
    except PackageNotFoundError:
        return None  # locked for another platform or Python
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    stated = data.get("License-Expression") or "; ".join(classifiers) or data.get("License") or "see its files"
    return data["Version"], stated.splitlines()[0][:80].replace("|", "/")


def table() -> str:
    """The document's text."""
    names = sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)))
    rows = [(name, found) for name in names if (found := _licence(name))]
    return HEADER + "".join(f"| {name} | {version} | {licence} |\n" for name, (version, licence) in rows)


def main() -> None:
    """Write the file, or check it."""
    if "--check" not in sys.argv:
        TARGET.write_text(table(), encoding="utf-8")
    elif sys.version_info[:2] == (3, 11) and TARGET.read_text(encoding="utf-8") != table():
        sys.exit("THIRD_PARTY.md is stale: run `.venv/bin/python -m bench.third_party`")


if __name__ == "__main__":
    main()
