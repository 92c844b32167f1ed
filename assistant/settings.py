"""Every option of the program, documented once; profiles as data.

Options come from the command line, else from `VIDEO_ASSISTANT_*` in the environment, else from here. A profile
names one checkpoint for each role; no other module knows a profile's name.
"""

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from tools.errors import VideoAssistantError
from tools.ports import Calibration

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One checkpoint for each role, with what it can do."""

    name: str
    retrieval: str  # CLIP: folder or hub id
    calibration: Calibration  # of the retrieval model's cosines
    core: str  # InstructBLIP: folder or hub id
    grounding: str  # GLIP: folder, or official .pth
    languages: tuple[Language, ...]  # what the retrieval model reads
    note_en: str  # one sentence for the screen: what it knows
    note_vi: str


def _pocket(name: str) -> str:
    return str(files("assistant.models") / "pocket" / name)


PROFILES: dict[str, Profile] = {
    "pocket": Profile(
        name="pocket",
        retrieval=_pocket("clip"),
        calibration=Calibration(midpoint=0.37, slope=50.0),
        core=_pocket("instructblip"),
        grounding=_pocket("glip"),
        languages=("en",),
        note_en="Pocket models: they know only the rendered street world of the demo clips. "
        "Text on screen, subtitles, shots and playback work on any video.",
        note_vi="Mô hình bỏ túi: chỉ biết thế giới đường phố dựng sẵn của các clip mẫu. "
        "Chữ trên màn hình, phụ đề, cảnh quay và phát lại dùng được với mọi video.",
    ),
}


class Settings(BaseSettings):
    """The options that are not one command's own."""

    model_config = SettingsConfigDict(env_prefix="VIDEO_ASSISTANT_", extra="forbid", frozen=True)

    library: Path = Field(default_factory=lambda: default_library(), description="folder that holds what is indexed")
    profile: str = Field(default="pocket", description="which checkpoints fill the roles")
    core: str | None = Field(
        default=None,
        description="a chat model with tool calls, `provider:model`, that reasons instead of the profile's core; "
        "unless it runs on this machine, questions and, if it sees, pictures are sent to its provider",
    )
    core_sees: bool | None = Field(default=None, description="whether that model takes pictures; unset: what it says")
    grounding: Path | None = Field(default=None, description="folder or .pth of a GLIP in place of the profile's")
    calibration: Path | None = Field(
        default=None, description="file of `calibrate`; unset: the library's own for this profile, where there is one"
    )
    speech: str | None = Field(default=None, description="Whisper checkpoint, a folder or hub id; none: subtitles only")
    easyocr: Path | None = Field(default=None, description="folder of EasyOCR's models; none: RapidOCR reads")
    online_voice: bool = Field(default=True, description="speak through gTTS, which sends the sentence to its service")
    voice_deadline_seconds: float = Field(default=6.0, gt=0, description="how long the online voice may take")
    lock_timeout_seconds: float = Field(default=5.0, ge=0, description="how long a second writer waits")

    @cached_property
    def chosen(self) -> Profile:
        """The profile's data.

        Raises:
            VideoAssistantError: there is no profile of that name.
        """
        try:
            return PROFILES[self.profile]
        except KeyError:
            raise VideoAssistantError(
                f"profile {self.profile!r} is unknown; profiles: {', '.join(PROFILES)}; choose one with --profile"
            ) from None


def default_library() -> Path:
    """The platform's data folder for this program."""
    from platformdirs import user_data_path

    return user_data_path("video-assistant", appauthor=False) / "library"
