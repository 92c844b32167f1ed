"""What is there and what is missing: the models of a profile, and the machine under them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.models.glip.grounder import GlipGrounder

if TYPE_CHECKING:
    from assistant.settings import Settings

Row = dict[str, Any]


def inventory(settings: Settings) -> list[Row]:
    """For each role: what it uses, its licence, whether it is there. Loads nothing."""
    ours = "Apache-2.0, trained here"

    def there(checkpoint: str) -> bool:
        return any(Path(checkpoint).glob("*.safetensors"))

    from assistant.models.easyocr import FILES
    from assistant.models.tesseract import find_tesseract

    profile = settings.chosen
    grounding = str(settings.grounding or profile.grounding)
    tesseract, easyocr = find_tesseract(), settings.easyocr
    return [
        {
            "role": "core",
            "uses": settings.core or profile.core,
            "licence": "the provider's own" if settings.core else ours,
            "there": settings.core is not None or there(profile.core),
        },
        {"role": "retrieval", "uses": profile.retrieval, "licence": ours, "there": there(profile.retrieval)},
        {
            "role": "grounding",
            "uses": grounding,
            "licence": "the checkpoint's own" if settings.grounding else ours,
            "there": GlipGrounder(grounding).is_there,
        },
        {"role": "translation", "uses": profile.core, "licence": ours, "there": there(profile.core)},
        {
            "role": "on-screen text",
            "uses": "RapidOCR" if easyocr is None else f"EasyOCR vi+en ({easyocr})",
            "licence": "Apache-2.0",
            "there": _installed("rapidocr") if easyocr is None else all((easyocr / name).is_file() for name in FILES),
        },
        {
            "role": "Vietnamese text",
            "uses": f"tesseract vie ({tesseract.path if tesseract else 'not installed'})",
            "licence": "Apache-2.0",
            "there": tesseract is not None,
        },
        {
            "role": "speech",
            "uses": settings.speech or "subtitles only; VIDEO_ASSISTANT_SPEECH names a Whisper folder or hub id",
            "licence": "Apache-2.0",
            "there": settings.speech is None or there(settings.speech),
        },
        {"role": "voice, online", "uses": "gTTS", "licence": "MIT", "there": _installed("gtts")},
        {
            "role": "voice, offline",
            "uses": "espeak-ng (a process of its own)",
            "licence": "GPL-3.0",
            "there": _installed("espeakng_loader"),
        },
    ]


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def diagnose(settings: Settings) -> list[Row]:
    """Device, codecs, text reader, voice, disk: what was found, whether it will do, and what to do if not."""
    return [_device(), _codecs(), _tesseract(), _voice(settings), _disk(settings.library)]


def _device() -> Row:
    import torch

    if torch.cuda.is_available():
        name, memory = torch.cuda.get_device_name(0), torch.cuda.get_device_properties(0).total_memory
        return _row("device", f"{name}, {memory / 2**30:.0f} GiB")
    return _row("device", f"CPU, {torch.get_num_threads()} threads; enough for the pocket profile")


def _codecs() -> Row:
    import av

    wanted = ("h264", "hevc", "vp9", "av1", "aac")
    missing = [name for name in wanted if name not in av.codecs_available and f"lib{name}" not in av.codecs_available]
    found = f"PyAV {av.__version__} decodes {', '.join(name for name in wanted if name not in missing)}"
    return _row("codecs", found, f"reinstall av: it lacks {', '.join(missing)}" if missing else "")


def _tesseract() -> Row:
    from assistant.models.tesseract import find_tesseract

    program = find_tesseract()
    if program is None:
        advice = "for accented Vietnamese on screen, install tesseract-ocr and tesseract-ocr-vie"
        return _row("tesseract", "not installed with Vietnamese; RapidOCR alone reads", advice, ok=True)
    return _row("tesseract", program.path)


def _voice(settings: Settings) -> Row:
    if not _installed("espeakng_loader"):
        return _row("voice", "no offline voice", "install the package espeakng-loader")
    if settings.online_voice:
        advice = "VIDEO_ASSISTANT_ONLINE_VOICE=false keeps every sentence on this machine"
        return _row("voice", "gTTS, which sends the sentence to its service; offline espeak-ng", advice, ok=True)
    return _row("voice", "espeak-ng on this machine; nothing is sent")


def _disk(library: Path) -> Row:
    folder = next(p for p in (library, *library.parents) if p.exists())
    free = shutil.disk_usage(folder).free / 2**30
    advice = "" if free >= 1 else "free some space, or choose another place with --library"
    return _row("disk", f"{free:.1f} GiB free for {library}", advice)


def _row(what: str, found: str, do: str = "", *, ok: bool | None = None) -> Row:
    return {"what": what, "found": found, "ok": not do if ok is None else ok, "do": do}
