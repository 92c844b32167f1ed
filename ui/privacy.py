"""What leaves this machine under the current settings, in whole sentences."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.serving.wire import LOOPBACK
from ui.texts import Language, text

if TYPE_CHECKING:
    from assistant.settings import Settings

ICON = "shield"
LOCAL_PROVIDERS = {"ollama": "OLLAMA_HOST"}
"""Providers that run on this machine, unless their environment variable names another host."""
THIS_MACHINE = {*LOOPBACK, "", "0.0.0.0"}  # noqa: S104 - compared, not bound


def find_hosted_provider(settings: Settings) -> str | None:
    """Returns the provider that questions are sent to; None if the core runs on this machine."""
    if settings.chat_model is None:
        return None
    provider = settings.chat_model.partition(":")[0]
    if provider not in LOCAL_PROVIDERS:
        return provider
    address = os.environ.get(LOCAL_PROVIDERS[provider], "")
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    return None if host in THIS_MACHINE else f"{provider} ({host})"


def find_remote_worker(settings: Settings) -> str | None:
    """Returns the host of the worker that runs the core; None if there is none, or if it is this machine."""
    if not settings.core_url:
        return None
    host = urlsplit(settings.core_url).hostname or ""
    return None if host in THIS_MACHINE else host


def list_outgoing_data(settings: Settings, language: Language, *, online_voice: bool) -> list[str]:
    """Returns one sentence for each kind of data that leaves this machine; empty if none does."""
    sentences = []
    provider, worker = find_hosted_provider(settings), find_remote_worker(settings)
    if provider is not None:
        # A worker receives the frames even if the chat model does not see any.
        words_only = "leaves_questions" if worker is None else "leaves_words"
        key = words_only if settings.core_sees is False else "leaves_pictures"
        sentences.append(text(key, language, provider=provider))
    if worker is not None:
        sentences.append(text("leaves_worker", language, host=worker))
    if online_voice:
        sentences.append(text("leaves_voice", language))
    return sentences


def summarise_outgoing_data(settings: Settings, language: Language, *, online_voice: bool) -> str:
    """Returns the sentences of `list_outgoing_data` in one line, or the sentence that nothing leaves this machine."""
    sentences = list_outgoing_data(settings, language, online_voice=online_voice)
    return " ".join(sentences) or text("leaves_nothing", language)
