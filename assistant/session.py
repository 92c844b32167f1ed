"""One open library with its models: what the command line and the screen hold on to."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.dense import LibraryFrames
from assistant.grounding import LibraryGrounder
from assistant.library import Library
from assistant.models.clip import Clip
from assistant.models.glip.grounder import GlipGrounder
from assistant.search import LibrarySearch
from assistant.settings import Profile, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.agent import Assistant
    from assistant.ingest.records import IndexResult, Progress
    from assistant.models.blip import InstructBlip
    from assistant.models.voice import Voice
    from tools.ports import Core, Translator


class Session:
    """Builds each part when it is first asked for; nothing heavy is loaded by opening one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.profile: Profile = settings.chosen
        self._voices: dict[bool, Voice] = {}

    @cached_property
    def clip(self) -> Clip:
        return Clip(self.profile.retrieval)

    @cached_property
    def blip(self) -> InstructBlip:
        from assistant.models.blip import InstructBlip

        return InstructBlip(self.profile.core)

    @cached_property
    def grounder(self) -> LibraryGrounder:
        return LibraryGrounder(self.library, self.glip())

    def glip(self, tuned: Path | None = None) -> GlipGrounder:
        """The grounding model; `tuned` is a file of `tune-prompt`."""
        return GlipGrounder(str(self.settings.grounding or self.profile.grounding), tuned)

    @cached_property
    def library(self) -> Library:
        return Library(self.settings.library, embedder=self.clip.identity)

    @cached_property
    def search(self) -> LibrarySearch:
        return LibrarySearch(self.library, self.clip, self.profile.calibration)

    @cached_property
    def frames(self) -> LibraryFrames:
        return LibraryFrames(self.search)

    def voice(self, *, online: bool | None = None) -> Voice:
        """The voice; `online` overrides the setting."""
        from assistant.models.voice import Voice

        wanted = self.settings.online_voice if online is None else online
        if wanted not in self._voices:
            folder, deadline = self.settings.library / "voice", self.settings.voice_deadline_seconds
            self._voices[wanted] = Voice(folder, online=wanted, deadline_seconds=deadline)
        return self._voices[wanted]

    @cached_property
    def assistant(self) -> Assistant:
        from assistant.agent import Assistant

        core, translator = self._core()
        return Assistant(
            frames=self.search,
            lines=self.search,
            core=core,
            grounder=self.grounder,
            translator=translator,
            checkpoint_path=self.settings.library / "threads.sqlite",
        )

    def _core(self) -> tuple[Core, Translator]:
        """The profile's own core and translator; or the chat model of the settings, with the former as its eyes."""
        from assistant.agent.core import InstructBlipCore
        from assistant.models.translate import T5Translator

        local = InstructBlipCore(self.blip, self.library)
        name = self.settings.core
        if name is None:
            return local, T5Translator(self.blip)
        from assistant.agent.chat_core import ChatModelCore, ChatModelTranslator, open_chat_model, sees

        model = open_chat_model(name)
        sighted = sees(model) if self.settings.core_sees is None else self.settings.core_sees
        return ChatModelCore(model, name, eyes=None if sighted else local), ChatModelTranslator(model, name)

    def index(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        force: bool = False,
    ) -> Iterator[IndexResult]:
        """Adds files and folders to the library, one result for each video."""
        from assistant.ingest.pipeline import index
        from assistant.models.ocr import RapidOcrReader

        return index(
            paths,
            self.library,
            embedder=self.clip,
            extractor=self.blip,
            reader=RapidOcrReader(),
            progress=progress,
            cancelled=cancelled,
            force=force,
        )

    def close(self) -> None:
        if "assistant" in self.__dict__:
            self.assistant.close()
        if "library" in self.__dict__:
            self.library.close()


def open_session(library: Path | None = None, profile: str | None = None) -> Session:
    """A session over the library at `library` (default: the settings')."""
    given: dict[str, object] = {}
    if library is not None:
        given["library"] = library
    if profile is not None:
        given["profile"] = profile
    return Session(Settings(**given))  # type: ignore[arg-type]  # pydantic validates the values
