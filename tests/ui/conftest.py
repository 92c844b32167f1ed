from importlib.resources import files
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds the first demo clip."""
    from assistant.session import open_session

    root = tmp_path_factory.mktemp("demo") / "library"
    session = open_session(root)
    (result,) = session.index([Path(str(files("assistant") / "demo" / "morning-street.mp4"))])
    assert result.status == "indexed", result.error
    session.close()
    return root
