"""Every option of the program, documented once; profiles as data.

Options come from the command line, else from `VIDEO_ASSISTANT_*` in the environment, else from here. A profile
names one checkpoint for each role; no other module knows a profile's name.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.models.blip.precision import Precision
from assistant.models.hub.catalogue import BY_NAME, CATALOGUE
from assistant.text.language import Language
from tools.errors import VideoAssistantError
from tools.ports import Calibration


@dataclass(frozen=True, slots=True)
class Profile:
    """One checkpoint per role, with its abilities."""

    name: str
    retrieval: str  # folder or hub id of the retrieval model (CLIP, SigLIP)
    calibration: Calibration  # of the retrieval model's cosines
    core: str  # folder or hub id of the InstructBLIP or BLIP-2
    grounding: str  # folder or official .pth of the GLIP
    languages: tuple[Language, ...]  # languages of the retrieval model
    note_en: str  # what the models know, for the settings screen
    note_vi: str
    domain_notice_en: str = ""  # shown with answers that cannot tell: what the models know, and how to get others
    domain_notice_vi: str = ""
    precision: Precision = "float32"  # of the core's language model
    matching: str | None = None  # folder or hub id of the BLIP-2 that re-ranks search results; None: no re-ranking
    translation: tuple[str, str] | None = None  # models from Vietnamese to English and back; None: the core translates
    screen_text: str | None = None  # hub id of EasyOCR's models; None: RapidOCR
    meaning: str = (
        "packaged:all-MiniLM-L6-v2"  # hub id of the sentence encoder, or the name of one that a package carries
    )
    names_things: bool = False  # whether a classifier of 1,000 kinds names what pictures show; official models see more
    speech: str = "packaged:whisper-tiny.en"  # hub id of the Whisper, or the name of a packaged one


def _pocket(name: str) -> str:
    return str(files("assistant.models") / "pocket" / name)


_GUESSED = Calibration(midpoint=0.22, slope=60.0)  # of a CLIP, by its typical cosines
_ABILITIES: dict[str, tuple[Calibration, tuple[Language, ...]]] = {
    # The calibration curve and the languages of each retrieval model. The pocket model's curve is measured; the curves
    # of the official models are guesses from typical cosines, beside which the library itself decides (`tools.odds`).
    _pocket("clip"): (Calibration(midpoint=0.368, slope=49.6, measured=True), ("en", "vi")),
    "openai/clip-vit-large-patch14": (_GUESSED, ("en",)),
    **{c.hub_id: (_GUESSED, ("en",)) for c in CATALOGUE if c.kind == "open_clip"},
    "google/siglip2-base-patch16-224": (Calibration(midpoint=0.10, slope=60.0), ("en", "vi")),
}


def _profile(name: str, retrieval: str, core: str, grounding: str, **more: Any) -> Profile:
    calibration, languages = _ABILITIES[retrieval]
    return Profile(
        name=name,
        retrieval=retrieval,
        calibration=calibration,
        core=core,
        grounding=grounding,
        languages=languages,
        **more,
    )


_OFFICIAL: dict[str, Any] = {
    "core": "Salesforce/instructblip-flan-t5-xl",
    "precision": "int8",
    "matching": "Salesforce/blip2-itm-vit-g",
    "grounding": "GLIPModel/GLIP",
    "translation": ("Helsinki-NLP/opus-mt-vi-en", "Helsinki-NLP/opus-mt-en-vi"),
    "screen_text": "JaidedAI/EasyOCR",
    "speech": "openai/whisper-small",
    "note_en": "Official models. They see the real world, and err like all models: look at the evidence.",
    "note_vi": "Mô hình chính thức. Chúng nhìn được thế giới thật, và cũng có lúc sai: hãy xem bằng chứng.",
}

PROFILES: dict[str, Profile] = {
    "pocket": _profile(
        "pocket",
        _pocket("clip"),
        _pocket("instructblip"),
        _pocket("glip"),
        matching=_pocket("matching"),
        names_things=True,
        note_en="Pocket models: they know only the rendered street world of the demo clips. In other videos a "
        "classifier names a thousand kinds of things. Text on screen, subtitles, shots and playback work on any video.",
        note_vi="Mô hình bỏ túi: chỉ biết thế giới đường phố dựng sẵn của các clip mẫu. Với video khác, một bộ "
        "nhận dạng gọi tên được một nghìn loại sự vật. Chữ trên màn hình, phụ đề, cảnh quay và phát lại dùng được với "
        "mọi video.",
        domain_notice_en="Pocket models know only the street world of the demo clips. For other videos get the "
        "official ones: video-assistant --profile standard models pull",
        domain_notice_vi="Mô hình bỏ túi chỉ biết thế giới đường phố của các clip mẫu. Với video khác, hãy lấy mô hình "
        "chính thức: video-assistant --profile standard models pull",
    ),
    "standard": _profile("standard", "openai/clip-vit-large-patch14", **_OFFICIAL),
    "multilingual": _profile("multilingual", "google/siglip2-base-patch16-224", **_OFFICIAL),
}


class Settings(BaseSettings):
    """The options that several commands share."""

    model_config = SettingsConfigDict(env_prefix="VIDEO_ASSISTANT_", extra="forbid", frozen=True)

    library: Path = Field(default_factory=lambda: default_library(), description="Folder of the library.")
    profile: str = Field(
        default="pocket",
        description="Which checkpoint fills each role: " + ", ".join(f"`{name}`" for name in PROFILES) + ".",
    )
    models: Path = Field(default_factory=lambda: default_models(), description="Folder of the official checkpoints.")
    core: str | None = Field(
        default=None,
        description="Another core than the profile's: an InstructBLIP or BLIP-2 that `models --all` lists, a folder "
        "that holds one, or a chat model that calls tools, as `provider:model`. Unless that model runs on this "
        "machine, its provider receives the questions and, if it accepts images, the frames in question.",
    )
    precision: Precision | None = Field(
        default=None, description="Number format of the core's language model; unset: the profile's."
    )
    retrieval: str | None = Field(
        default=None,
        description="Another retrieval model than the profile's: one that `models --all` lists, or a folder that "
        "holds one.",
    )
    core_url: str | None = Field(
        default=None,
        description="Address of a worker that runs the core for this machine (`serve-core`, such as "
        "`http://host:8470`). It receives the questions, the frames and the text found in the videos.",
    )
    core_token: SecretStr | None = Field(
        default=None, description="Token that the worker asks for; the same on both sides."
    )
    core_sees: bool | None = Field(
        default=None, description="Whether the chat model accepts images; unset: what the model declares."
    )
    features_gb: float = Field(
        default=50.0,
        ge=0,
        description="Most gigabytes of image features in the library; the videos added first lose theirs first.",
    )
    rerank_seconds: float = Field(
        default=1.0,
        ge=0,
        description="Most seconds that re-ranking a search may take, if the profile has a matching model; 0: off.",
    )
    grounding: Path | None = Field(
        default=None, description="Folder or `.pth` file of another GLIP than the profile's."
    )
    calibration: Path | None = Field(
        default=None, description="File written by `calibrate`; unset: the library's own for this profile, if any."
    )
    speech: str | None = Field(
        default=None,
        description="Whisper checkpoint, a folder or hub id; unset: the profile's. The one of `pocket` knows English "
        "alone.",
    )
    easyocr: Path | None = Field(
        default=None, description="Folder of EasyOCR's models; unset: the profile's, or RapidOCR."
    )
    online_voice: bool = Field(
        default=True, description="Speak through gTTS, which sends each spoken sentence to its service."
    )
    accent_en: Literal["american", "british"] = Field(default="american", description="Accent of spoken English.")
    accent_vi: Literal["north", "central", "south"] = Field(
        default="north",
        description="Accent of spoken Vietnamese. The online voice has only the northern one; the offline voice speaks "
        "the others.",
    )
    voice_deadline_seconds: float = Field(
        default=6.0, gt=0, description="Most seconds that the online voice may take before the offline voice speaks."
    )
    lock_timeout_seconds: float = Field(default=5.0, ge=0, description="Seconds that a second writer waits.")

    @cached_property
    def chosen(self) -> Profile:
        """The data of the chosen profile, with the checkpoints that the settings replace.

        Raises:
            VideoAssistantError: there is no profile of that name.
        """
        try:
            profile = PROFILES[self.profile]
        except KeyError:
            raise VideoAssistantError(
                f"profile {self.profile!r} is unknown; profiles: {', '.join(PROFILES)}; choose one with --profile"
            ) from None
        if self.core is not None and self.chat_model is None:
            # An official checkpoint runs in the precision of the official profiles.
            precision = _OFFICIAL["precision"] if self.core in BY_NAME else profile.precision
            core = _hub_name(self.core, "core")
            profile = replace(profile, core=core, precision=precision, domain_notice_en="", domain_notice_vi="")
        if self.retrieval is not None:
            name = _hub_name(self.retrieval, "retrieval")
            # Of a folder nothing is known; what was measured of another model does not hold for it.
            guess = _GUESSED if profile.calibration.measured else profile.calibration
            calibration, languages = _ABILITIES.get(name, (guess, profile.languages))
            profile = replace(profile, retrieval=name, calibration=calibration, languages=languages)
        return profile if self.precision is None else replace(profile, precision=self.precision)

    @property
    def token(self) -> str | None:
        """The token of the core's worker; None if it is unset or empty."""
        return (self.core_token.get_secret_value() or None) if self.core_token else None

    @property
    def chat_model(self) -> str | None:
        """The chat model that reasons instead of a core, `provider:model`."""
        return self.core if self.core is not None and ":" in self.core else None


def _hub_name(name: str, role: str) -> str:
    """The hub id of a checkpoint in the catalogue, given by its name or id; or the folder itself.

    Raises:
        VideoAssistantError: `name` is neither.
    """
    if name in BY_NAME and BY_NAME[name].role == role:
        return BY_NAME[name].hub_id
    if Path(name).is_dir():
        return name
    names = ", ".join(sorted({checkpoint.name for checkpoint in BY_NAME.values() if checkpoint.role == role}))
    raise VideoAssistantError(
        f"VIDEO_ASSISTANT_{role.upper()}={name!r} is neither a folder nor a checkpoint known here; those are: {names}"
    )


def default_models() -> Path:
    """The platform's data folder for official checkpoints."""
    from platformdirs import user_data_path

    return user_data_path("video-assistant", appauthor=False) / "models"


def default_library() -> Path:
    """The platform's data folder for this program."""
    from platformdirs import user_data_path

    return user_data_path("video-assistant", appauthor=False) / "library"
