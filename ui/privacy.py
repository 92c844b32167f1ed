"""What leaves this machine, said as it is set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.serving.wire import LOOPBACK
from ui.strings import Language, text

if TYPE_CHECKING:
    from assistant.settings import Settings

SIGN = "shield"
LOCAL_PROVIDERS = {"ollama": "OLLAMA_HOST"}
"""Providers that run on this machine, unless the variable of the environment names another."""
HERE = {*LOOPBACK, "", "0.0.0.0"}  # noqa: S104 - compared, not bound


def find_hosted_provider(settings: Settings) -> str | None:
    """The provider that questions are sent to; None where reasoning stays on this machine."""
    if settings.chat_model is None:
        return None
    provider = settings.chat_model.partition(":")[0]
    if provider not in LOCAL_PROVIDERS:
        return provider
    given = os.environ.get(LOCAL_PROVIDERS[provider], "")
    host = urlsplit(given if "//" in given else f"//{given}").hostname or ""
    return None if host in HERE else f"{provider} ({host})"


def find_remote_worker(settings: Settings) -> str | None:
    """The machine that runs the core; None where it is this one."""
    if not settings.core_url:
        return None
    host = urlsplit(settings.core_url).hostname or ""
    return None if host in HERE else host


def list_outgoing_data(settings: Settings, language: Language, *, online_voice: bool) -> list[str]:
    """One sentence for each thing that leaves this machine; none where nothing does."""
    found = []
    provider, worker = find_hosted_provider(settings), find_remote_worker(settings)
    if provider is not None:
        blind = "leaves_questions" if worker is None else "leaves_words"
        found.append(text(blind if settings.core_sees is False else "leaves_pictures", language, provider=provider))
    if worker is not None:
        found.append(text("leaves_worker", language, host=worker))
    if online_voice:
        found.append(text("leaves_voice", language))
    return found


def summarise_outgoing_data(settings: Settings, language: Language, *, online_voice: bool) -> str:
    """The same in one line, for the side bar."""
    return " ".join(list_outgoing_data(settings, language, online_voice=online_voice)) or text(
        "leaves_nothing", language
    )
