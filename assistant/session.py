"""A session: one open library with its models, shared by the command line and the page."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.library import Library
from assistant.models.clip.factory import build_retrieval_model
from assistant.models.glip.grounder import GlipGrounder
from assistant.models.hub.store import Store
from assistant.retrieval.features import KeyframeFeatures
from assistant.retrieval.frame_reader import LibraryFrames
from assistant.retrieval.grounding import LibraryGrounder
from assistant.retrieval.named_pictures import NamedPictures
from assistant.retrieval.rewording import RewordedTexts
from assistant.retrieval.search import LibrarySearch, TextEncoder
from assistant.settings import Profile, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from assistant.agent import Assistant
    from assistant.agent.calibration import AnswerCalibration
    from assistant.agent.cores.instructblip import InstructBlipCore
    from assistant.agent.options import AgentOptions
    from assistant.agent.records import Reply
    from assistant.ingest.captions import CaptionResult
    from assistant.ingest.names import KeyframeNamer
    from assistant.ingest.records import IndexResult, Progress
    from assistant.models.blip.core_model import CoreModel
    from assistant.models.blip.instructblip import InstructBlip
    from assistant.models.blip.matching import Matcher
    from assistant.models.clip.embedder import ImageTextEmbedder
    from assistant.models.meaning import SentenceEncoder
    from assistant.models.naming.namer import PictureNamer
    from assistant.models.speech.ctranslate_whisper import CTranslateWhisper
    from assistant.models.speech.transformers_whisper import TransformersWhisper
    from assistant.models.voice import Voice
    from assistant.retrieval.meaning import MeaningSearch
    from assistant.retrieval.rerank import Reranker
    from assistant.serving.remote import RemoteCore
    from assistant.text.language import Language
    from tools.ports import Core, Translator


MAX_UNKNOWN_SHARE = 0.5  # of a question's words: with more the lexicon's English is not searched


class Session:
    """Builds each part on first use; opening a session loads nothing heavy."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.profile: Profile = settings.chosen
        self.store = Store(settings.models)
        self._voices: dict[tuple[bool, str, str], Voice] = {}
        self._closing = ExitStack()

    @cached_property
    def clip(self) -> ImageTextEmbedder[Any]:
        return build_retrieval_model(self.store.locate(self.profile.retrieval))

    @cached_property
    def blip(self) -> CoreModel:
        """The model of the core: on the worker that the settings name, else on this machine."""
        return self.remote if self.settings.core_url else self.local_blip

    @cached_property
    def remote(self) -> RemoteCore:
        """The model of the core on the worker that the settings name."""
        from assistant.serving.remote import RemoteCore

        remote = RemoteCore(
            self.settings.core_url or "",
            self.checkpoint_name,
            identity=self._local_identity,
            token=self.settings.token,
        )
        self._closing.callback(remote.close)
        return remote

    @cached_property
    def local_blip(self) -> InstructBlip:
        """The model of the core on this machine, even if the settings name a worker."""
        from assistant.models.blip.instructblip import InstructBlip

        return InstructBlip(self.store.locate(self.profile.core), self.profile.precision)

    def _local_identity(self) -> str | None:
        """The identity of the core's weights; None if they are not on this machine."""
        is_here = any(Path(self.local_blip.checkpoint).glob("*.safetensors"))
        return self.local_blip.identity if is_here else None

    @cached_property
    def grounder(self) -> LibraryGrounder:
        return LibraryGrounder(self.library, self.glip())

    def glip(self, tuned: Path | None = None) -> GlipGrounder:
        """The grounding model, with the learned prompt in the file `tuned` if given."""
        checkpoint = self.settings.grounding or self.store.locate(self.profile.grounding)
        return GlipGrounder(str(checkpoint), tuned)

    @cached_property
    def library(self) -> Library:
        return Library(self.settings.library, embedder=self.clip.identity)

    @cached_property
    def search(self) -> LibrarySearch:
        encoder: TextEncoder = self.clip
        if Path(self.profile.retrieval).parent.name == "pocket":  # it knows the words of its small world only
            from assistant.agent.cores.pocket_guards import to_pocket_words

            encoder = RewordedTexts(self.clip, to_pocket_words)
        return LibrarySearch(
            self.library,
            encoder,
            self.profile.calibration,
            self._reranker(),
            trained_curve=lambda: self.clip.trained_curve,
            # A curve that was measured holds for pictures of the kind that it was measured on, which the core knows.
            in_domain=lambda keyframes: self.core.in_domain(keyframes),
            names=self.names,
            meaning=self.meaning_search,
        )

    @cached_property
    def meaning_search(self) -> MeaningSearch | None:
        """The search of lines by their meaning; None without a sentence encoder."""
        from assistant.retrieval.meaning import MeaningSearch

        return None if self.meaning is None else MeaningSearch(self.library, self.meaning, self._for_meaning)

    def matcher(self) -> Matcher | None:
        """The matching model; None if the profile has none or it is not installed (`models` says so)."""
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
        """The voice; `online` and `accents` (one per language) override the settings."""
        from assistant.models.voice import Voice

        use_online = self.settings.online_voice if online is None else online
        defaults: dict[Language, str] = {"en": self.settings.accent_en, "vi": self.settings.accent_vi}
        chosen = {**defaults, **(accents or {})}
        key = use_online, chosen["en"], chosen["vi"]
        if key not in self._voices:
            folder, deadline = self.settings.library / "voice", self.settings.voice_deadline_seconds
            self._voices[key] = Voice(folder, online=use_online, deadline_seconds=deadline, accents=chosen)
        return self._voices[key]

    @cached_property
    def listener(self) -> CTranslateWhisper | TransformersWhisper:
        """The speech recogniser: by CTranslate2 if the checkpoint is in its format, else by transformers."""
        from assistant.models.speech.ctranslate_whisper import PACKAGED_CHECKPOINTS, CTranslateWhisper, is_converted
        from assistant.models.speech.transformers_whisper import TransformersWhisper

        speech = self.settings.speech or self.profile.speech
        if speech in PACKAGED_CHECKPOINTS:
            return CTranslateWhisper(speech)
        folder = self.store.locate(speech)
        return CTranslateWhisper(folder) if is_converted(Path(folder)) else TransformersWhisper(folder)

    @cached_property
    def meaning(self) -> SentenceEncoder | None:
        """The sentence encoder; None if the profile has none or it is not on this machine (`doctor` says so)."""
        from assistant.models.meaning import SentenceEncoder

        checkpoint = self.profile.meaning
        if not checkpoint.startswith("packaged:"):
            checkpoint = self.store.locate(checkpoint)
        encoder = SentenceEncoder(checkpoint)
        return encoder if encoder.is_installed else None

    @cached_property
    def namer(self) -> PictureNamer | None:
        """Names pictures; None if the profile needs none, or a package is missing (`models` says so)."""
        from assistant.models.naming.classifier import ThingClassifier
        from assistant.models.naming.namer import PictureNamer

        classifier = ThingClassifier()
        if not self.profile.names_things or self.meaning is None or not classifier.is_installed:
            return None
        return PictureNamer(classifier, self.meaning)

    def _keyframe_namer(self) -> KeyframeNamer | None:
        from assistant.ingest.names import KeyframeNamer

        return None if self.namer is None else KeyframeNamer(self.namer, self.core.in_domain)

    @cached_property
    def names(self) -> NamedPictures | None:
        """What was named in the library's pictures; None for a profile whose own models know the world."""
        if not self.profile.names_things:
            return None
        return NamedPictures(self.library, self.meaning, self._for_meaning)

    def _for_meaning(self, text: str) -> str | None:
        """`text` in English as far as the lexicon knows its words; None if it knows less than half of them."""
        from assistant.agent.question.glossary import to_english

        glossed = to_english(text)
        if glossed is None or len(glossed.unknown) > MAX_UNKNOWN_SHARE * len(text.split()):
            return None
        return " ".join(word for word in glossed.text.split() if word not in glossed.unknown) or None

    @property
    def can_hear(self) -> bool:
        """Whether the speech recogniser's checkpoint is on this machine; nothing is loaded."""
        from assistant.models.base import weight_files
        from assistant.models.speech.ctranslate_whisper import PACKAGED_CHECKPOINTS, is_converted

        speech = self.settings.speech or self.profile.speech
        if speech in PACKAGED_CHECKPOINTS:
            return PACKAGED_CHECKPOINTS[speech].location is not None
        folder = Path(self.store.locate(speech))
        return is_converted(folder) or bool(weight_files(folder))

    @cached_property
    def core(self) -> InstructBlipCore:
        from assistant.agent.cores.instructblip import InstructBlipCore

        return InstructBlipCore(self.blip, self.library, translator=self.translator)

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
        """`text` translated into English, the language of the core and of GLIP."""
        from assistant.text.language import detect_language

        language = detect_language(text)
        return text if language == "en" else self.translator.translate(text, source=language, target="en")

    def for_retrieval(self, text: str) -> str:
        """`text` in a language of the retrieval model, translated if need be."""
        from assistant.text.language import detect_language

        return text if detect_language(text) in self.profile.languages else self.in_english(text)

    @property
    def calibration_path(self) -> Path:
        """The path of the calibration of this library's answers, whether it exists or not."""
        return self.settings.calibration or self.settings.library / f"calibration-{self.profile.name}.json"

    @property
    def calibration(self) -> AnswerCalibration | None:
        """The calibration of confidences; None if it was not measured for the core in use."""
        from assistant.agent.calibration import AnswerCalibration

        if not self.calibration_path.is_file() and self.settings.calibration is None:
            return None
        calibration = AnswerCalibration.load(self.calibration_path)
        return calibration if calibration.core == self.core_name else None

    @property
    def core_name(self) -> str:
        """The chat model of the settings, else the profile's core."""
        return self.settings.chat_model or self.checkpoint_name

    @property
    def checkpoint_name(self) -> str:
        """The name of the profile's core: the name of its folder, or its hub id."""
        checkpoint = self.profile.core
        return Path(checkpoint).name if Path(checkpoint).is_dir() else checkpoint

    def domain_notice(self, reply: Reply) -> str:
        """What to show with a reply that could not tell: what the models know and how to get others; else empty."""
        if reply.short or not reply.evidence or self.settings.chat_model:
            return ""
        return self.profile.domain_notice_vi if reply.language == "vi" else self.profile.domain_notice_en

    def assistant_with(
        self,
        *,
        calibration: AnswerCalibration | None = None,
        options: AgentOptions | None = None,
        remembers: bool = True,
    ) -> Assistant:
        """A new assistant over this session's library and models.

        Args:
            calibration: makes its confidences probabilities.
            options: its thresholds; default: `AgentOptions()`.
            remembers: whether conversations are stored in the library.
        """
        from assistant.agent import Assistant
        from assistant.agent.options import AgentOptions

        core, _ = self.reasoning()
        if self.settings.chat_model:  # one call per window and video, which may cost money
            options = replace(options or AgentOptions(), verified_videos=1)
        return Assistant(
            frames=self.search,
            lines=self.search,
            core=core,
            grounder=self.grounder,
            checkpoint_path=self.settings.library / "threads.sqlite" if remembers else None,
            options=options,
            calibration=calibration,
            names=self.names,
        )

    def reasoning(self) -> tuple[Core, Translator]:
        """Core and translator: the chat model of the settings, else the profile's.

        A chat model that takes no images only plans and translates; the profile's core looks.
        """
        name = self.settings.chat_model
        if name is None:
            return self.core, self.translator
        from assistant.agent.cores.chat import open_chat_model, takes_images
        from assistant.agent.cores.chat_looker import ChatModelLooker
        from assistant.agent.cores.chat_planner import ChatModelPlanner
        from assistant.agent.cores.paired import PairedCore

        model = open_chat_model(name)
        sees = takes_images(model) if self.settings.core_sees is None else self.settings.core_sees
        planner = ChatModelPlanner(model, name)
        return PairedCore(ChatModelLooker(model, name) if sees else self.core, planner), planner

    def index(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        force: bool = False,
        read_text: bool = True,
        hear_speech: bool = True,
        name_things: bool = True,
    ) -> Iterator[IndexResult]:
        """Adds files and folders to the library, one result per video.

        Args:
            paths: files, or folders that are searched for media files.
            progress: called with the progress of each video.
            cancelled: asked between frames; True ends the run.
            force: indexes unchanged files again.
            read_text: whether text on screen is read.
            hear_speech: whether speech is recognised.
            name_things: whether the things in pictures are named.
        """
        from assistant.ingest.options import IngestOptions
        from assistant.ingest.pipeline import index_files
        from assistant.models.ocr.easyocr import EasyOcrReader
        from assistant.models.ocr.rapidocr import build_screen_reader

        easyocr = self.settings.easyocr
        if easyocr is None and self.profile.screen_text is not None:
            easyocr = self.store.folder(self.profile.screen_text)
        reader = build_screen_reader() if easyocr is None else EasyOcrReader(easyocr)
        return index_files(
            paths,
            self.library,
            embedder=self.clip,
            extractor=self.blip,
            reader=reader if read_text else None,
            options=IngestOptions(feature_bytes=int(self.settings.features_gb * 1e9)),
            recogniser=self.listener if hear_speech else None,
            encoder=self.meaning,
            namer=self._keyframe_namer() if name_things else None,
            progress=progress,
            cancelled=cancelled,
            force=force,
        )

    def caption(
        self, video_ids: Sequence[str], *, progress: Callable[[str, int, int], None] | None = None
    ) -> Iterator[CaptionResult]:
        """Writes a caption for each keyframe of indexed videos that has none yet."""
        from assistant.ingest.captions import caption_videos

        return caption_videos(self.library, self.core.caption, video_ids, encoder=self.meaning, progress=progress)

    def close(self) -> None:
        if "assistant" in self.__dict__:
            self.assistant.close()
        self._closing.close()
        if "library" in self.__dict__:
            self.library.close()


def open_session(library: Path | None = None, profile: str | None = None) -> Session:
    """Opens a session over the library in the folder `library` (default: the folder of the settings)."""
    overrides: dict[str, object] = {}
    if library is not None:
        overrides["library"] = library
    if profile is not None:
        overrides["profile"] = profile
    return Session(Settings(**overrides))  # type: ignore[arg-type]  # pydantic validates the values
