"""One open library with its models: what the command line and the screen hold on to."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.library import Library
from assistant.models.clip.factory import retrieval_model
from assistant.models.glip.grounder import GlipGrounder
from assistant.models.hub.store import Store
from assistant.retrieval.features import KeyframeFeatures
from assistant.retrieval.frame_reader import LibraryFrames
from assistant.retrieval.grounding import LibraryGrounder
from assistant.retrieval.search import LibrarySearch
from assistant.settings import Profile, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from assistant.agent import Assistant
    from assistant.agent.calibration import AnswerCalibration
    from assistant.agent.cores.instructblip import InstructBlipCore
    from assistant.agent.records import AgentOptions, Reply
    from assistant.ingest.captions import Captioned
    from assistant.ingest.records import IndexResult, Progress
    from assistant.models.blip.core_model import CoreModel
    from assistant.models.blip.instructblip import InstructBlip
    from assistant.models.blip.matching import Matcher
    from assistant.models.clip.open_clip import OpenClip
    from assistant.models.clip.transformers_clip import Clip
    from assistant.models.speech import Whisper
    from assistant.models.voice import Voice
    from assistant.retrieval.rerank import Reranker
    from assistant.serving.remote import RemoteCore
    from assistant.text.language import Language
    from tools.ports import Core, Translator


class Session:
    """Builds each part when it is first asked for; nothing heavy is loaded by opening one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.profile: Profile = settings.chosen
        self.store = Store(settings.models)
        self._voices: dict[tuple[bool, str, str], Voice] = {}
        self._closing = ExitStack()

    @cached_property
    def clip(self) -> Clip | OpenClip:
        return retrieval_model(self.store.locate(self.profile.retrieval))

    @cached_property
    def blip(self) -> CoreModel:
        """The core's model: of the worker that the settings name, else this machine's own."""
        return self.remote if self.settings.core_url else self.own_blip

    @cached_property
    def remote(self) -> RemoteCore:
        """The core's model of the worker that the settings name."""
        from assistant.serving.remote import RemoteCore

        remote = RemoteCore(
            self.settings.core_url or "",
            self.checkpoint_name,
            identity=self._own_identity,
            token=self.settings.token,
        )
        self._closing.callback(remote.close)
        return remote

    @cached_property
    def own_blip(self) -> InstructBlip:
        """The core's model on this machine, whatever the settings name."""
        from assistant.models.blip.instructblip import InstructBlip

        return InstructBlip(self.store.locate(self.profile.core), self.profile.precision)

    def _own_identity(self) -> str | None:
        """Of the core's weights; None where they are not here."""
        there = any(Path(self.own_blip.checkpoint).glob("*.safetensors"))
        return self.own_blip.identity if there else None

    @cached_property
    def grounder(self) -> LibraryGrounder:
        return LibraryGrounder(self.library, self.glip())

    def glip(self, tuned: Path | None = None) -> GlipGrounder:
        """The grounding model; `tuned` is a file of `tune-prompt`."""
        checkpoint = self.settings.grounding or self.store.locate(self.profile.grounding)
        return GlipGrounder(str(checkpoint), tuned)

    @cached_property
    def library(self) -> Library:
        return Library(self.settings.library, embedder=self.clip.identity)

    @cached_property
    def search(self) -> LibrarySearch:
        return LibrarySearch(self.library, self.clip, self.profile.calibration, self._reranker())

    def matcher(self) -> Matcher | None:
        """None for a profile without a matching model, or whose matching model is not here (`models` says so)."""
        from assistant.models.blip.matching import Matcher

        if self.profile.matching is None:
            return None
        folder = Path(self.store.locate(self.profile.matching))
        return Matcher(str(folder)) if any(folder.glob("*.safetensors")) else None

    def _reranker(self) -> Reranker | None:
        from assistant.retrieval.rerank import Reranker, RerankOptions

        matcher, seconds = self.matcher(), self.settings.rerank_seconds
        if matcher is None or not seconds:
            return None
        features = KeyframeFeatures(self.library, matcher, shared=self._shares_vision(matcher))
        return Reranker(matcher, features, RerankOptions(seconds=seconds), english=self.in_english)

    def _shares_vision(self, matcher: Matcher) -> bool:
        return matcher.shares_features_with(self.store.locate(self.profile.core))

    @cached_property
    def frames(self) -> LibraryFrames:
        return LibraryFrames(self.search, self.blip)

    def voice(self, *, online: bool | None = None, accents: Mapping[Language, str] | None = None) -> Voice:
        """The voice; `online` and `accents` (one for each language) override the settings."""
        from assistant.models.voice import Voice

        wanted = self.settings.online_voice if online is None else online
        usual: dict[Language, str] = {"en": self.settings.accent_en, "vi": self.settings.accent_vi}
        spoken = {**usual, **(accents or {})}
        key = wanted, spoken["en"], spoken["vi"]
        if key not in self._voices:
            folder, deadline = self.settings.library / "voice", self.settings.voice_deadline_seconds
            self._voices[key] = Voice(folder, online=wanted, deadline_seconds=deadline, accents=spoken)
        return self._voices[key]

    @cached_property
    def listener(self) -> Whisper | None:
        """What understands speech; None where no checkpoint is set."""
        from assistant.models.speech import Whisper

        speech = self.settings.speech or self.profile.speech
        return None if speech is None else Whisper(self.store.locate(speech))

    @cached_property
    def core(self) -> InstructBlipCore:
        from assistant.agent.cores.instructblip import InstructBlipCore

        return InstructBlipCore(self.blip, self.library)

    @cached_property
    def translator(self) -> Translator:
        from assistant.models.translate import MarianTranslator, T5Translator

        if self.profile.translation is None:
            return T5Translator(self.blip)
        return MarianTranslator(*map(self.store.locate, self.profile.translation))

    @cached_property
    def assistant(self) -> Assistant:
        return self.assistant_with(calibration=self.calibration)

    def in_english(self, text: str) -> str:
        """`text` as the core and GLIP read it."""
        from assistant.text.language import detect_language

        language = detect_language(text)
        return text if language == "en" else self.translator.translate(text, source=language, target="en")

    def for_retrieval(self, text: str) -> str:
        """`text` in a language that the retrieval model reads."""
        from assistant.text.language import detect_language

        return text if detect_language(text) in self.profile.languages else self.in_english(text)

    @property
    def calibration_path(self) -> Path:
        """Where the calibration of this library's answers lies, or would."""
        return self.settings.calibration or self.settings.library / f"calibration-{self.profile.name}.json"

    @property
    def calibration(self) -> AnswerCalibration | None:
        """What the confidence of answers means; None where nobody measured it for the core in use."""
        from assistant.agent.calibration import AnswerCalibration

        if not self.calibration_path.is_file() and self.settings.calibration is None:
            return None
        found = AnswerCalibration.load(self.calibration_path)
        return found if found.core == self.core_name else None

    @property
    def core_name(self) -> str:
        """The chat model of the settings, else the profile's core."""
        return self.settings.chat_model or self.checkpoint_name

    @property
    def checkpoint_name(self) -> str:
        """The profile's core by its folder's name or hub id."""
        checkpoint = self.profile.core
        return Path(checkpoint).name if Path(checkpoint).is_dir() else checkpoint

    def beyond(self, reply: Reply) -> str:
        """What to add to a reply that could not tell from pictures: where the profile's world ends. Mostly nothing."""
        if reply.short or not reply.evidence or self.settings.chat_model:
            return ""
        return self.profile.beyond_vi if reply.language == "vi" else self.profile.beyond_en

    def assistant_with(
        self,
        *,
        calibration: AnswerCalibration | None = None,
        options: AgentOptions | None = None,
        remembers: bool = True,
    ) -> Assistant:
        """An assistant of its own over this session's library and models; it may keep its conversations to itself."""
        from assistant.agent import Assistant
        from assistant.agent.records import AgentOptions

        core, translator = self.minds()
        if self.settings.chat_model:  # it is asked once for each window of each video, and may be paid for it
            options = replace(options or AgentOptions(), placed=1)
        return Assistant(
            frames=self.search,
            lines=self.search,
            core=core,
            grounder=self.grounder,
            translator=translator,
            checkpoint_path=self.settings.library / "threads.sqlite" if remembers else None,
            options=options,
            calibration=calibration,
        )

    def minds(self) -> tuple[Core, Translator]:
        """The profile's own core and translator, or the chat model of the settings with the former as its eyes."""
        name = self.settings.chat_model
        if name is None:
            return self.core, self.translator
        from assistant.agent.cores.chat import ChatModelCore, ChatModelTranslator, open_chat_model, sees

        model = open_chat_model(name)
        sighted = sees(model) if self.settings.core_sees is None else self.settings.core_sees
        return ChatModelCore(model, name, eyes=None if sighted else self.core), ChatModelTranslator(model, name)

    def index(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        force: bool = False,
        read_text: bool = True,
    ) -> Iterator[IndexResult]:
        """Adds files and folders to the library, one result for each video; text on screen only with `read_text`."""
        from assistant.ingest.pipeline import index
        from assistant.ingest.records import IngestOptions
        from assistant.models.ocr.easyocr import EasyOcrReader
        from assistant.models.ocr.rapidocr import screen_reader

        easyocr = self.settings.easyocr
        if easyocr is None and self.profile.screen_text is not None:
            easyocr = self.store.folder(self.profile.screen_text)
        reader = screen_reader() if easyocr is None else EasyOcrReader(easyocr)
        return index(
            paths,
            self.library,
            embedder=self.clip,
            extractor=self.blip,
            reader=reader if read_text else None,
            options=IngestOptions(feature_bytes=int(self.settings.features_gb * 1e9)),
            listener=self.listener,
            progress=progress,
            cancelled=cancelled,
            force=force,
        )

    def caption(
        self, video_ids: Sequence[str], *, progress: Callable[[str, int, int], None] | None = None
    ) -> Iterator[Captioned]:
        """Gives the keyframes of indexed videos their captions; those that have one keep it."""
        from assistant.ingest.captions import caption

        return caption(self.library, self.core.caption, video_ids, progress=progress)

    def close(self) -> None:
        if "assistant" in self.__dict__:
            self.assistant.close()
        self._closing.close()
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
