"""Makes `.venv` from the pinned, hashed lock and installs this checkout into it. Standard library only."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent
VENV = ROOT / ".venv"


def main() -> None:
    """Create or update the environment; a second run with an unchanged lock is quick."""
    if sys.version_info < (3, 11):
        sys.exit(f"Python {sys.version.split()[0]} came, 3.11 or newer is needed: make PYTHON=/path/to/python3.11")
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    # The lock is complete and hashed, so pip resolves nothing: --no-deps turns minutes of resolving into none.
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-build-isolation", "--editable", str(ROOT)], check=True)
    subprocess.run([str(python), "-m", "pip", "check"], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
