"""Writes THIRD_PARTY.md from the lock and the installed packages' metadata: `python -m scripts.third_party`.

With `--check` it only compares, and fails if the file is stale (on Python 3.11, whose set of packages the file states).
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from assistant.models.packaged import PACKAGED

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "THIRD_PARTY.md"
HEADER = """# Third-party packages

What the lock installs on Linux, with the licence each package states. Made by `python -m scripts.third_party`.

| package | version | licence |
|---|---|---|
"""
WEIGHTS_HEADER = """
## Weights that packages carry

| package | weights | licence | SHA-256 |
|---|---|---|---|
"""


def _version_and_licence(name: str) -> tuple[str, str] | None:
    """The installed version of a package and the licence it states; None if it is not installed."""
    try:
        data: Any = metadata(name)  # typeshed knows fewer fields than the class has
    except PackageNotFoundError:
        return None  # the lock holds it for another platform or Python
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    stated = data.get("License-Expression") or "; ".join(classifiers) or data.get("License") or "see its files"
    if stated == "UNKNOWN":
        stated = "see its files"
    return data["Version"], stated.splitlines()[0][:80].replace("|", "/")


def table() -> str:
    """The text of THIRD_PARTY.md."""
    names = sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)))
    stated = [(name, _version_and_licence(name)) for name in names]
    weights = "".join(f"| {f.module} | {f.origin} | {f.licence} | `{f.sha256}` |\n" for f in PACKAGED)
    packages = "".join(f"| {name} | {row[0]} | {row[1]} |\n" for name, row in stated if row)
    return HEADER + packages + WEIGHTS_HEADER + weights


def main() -> None:
    """Write the file, or check it."""
    if "--check" not in sys.argv:
        TARGET.write_text(table(), encoding="utf-8")
    elif sys.version_info[:2] == (3, 11) and TARGET.read_text(encoding="utf-8") != table():
        sys.exit("THIRD_PARTY.md is stale: run `.venv/bin/python -m scripts.third_party`")


if __name__ == "__main__":
    main()
