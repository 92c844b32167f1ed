"""The worker: one core behind HTTP, as an ASGI application that any host can run."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

import numpy as np
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from assistant.models.blip.instructblip import InstructBlip, Scoring, Writing
from assistant.serving import wire
from assistant.serving.batching import Batcher, BusyError
from assistant.serving.feature_cache import FeatureCache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from starlette.requests import Request

    Features = NDArray[np.float16]
    Looked = tuple[Features, str, Sequence[Sequence[int]] | None]
    Handler = Callable[[Request], Awaitable[Response]]

Message = TypeVar("Message", bound=BaseModel)

MOST_SIDE = 20_000  # pixels of a picture

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask."""

    token: str | None = None  # to be shown with every call
    local: bool = True  # only pages and programs that call this machine by a loopback name


class _MissingError(Exception):
    """A call names features that are not here."""


class _Score(NamedTuple):
    prompt: str
    candidates: Sequence[str]
    look: Looked | None


class _Write(NamedTuple):
    prompt: str
    max_new_tokens: int
    look: Looked | None


def application(blip: InstructBlip, name: str, *, access: Access, cache_bytes: int) -> Starlette:
    """The worker of a core.

    Args:
        blip: the core; loaded now.
        name: of its checkpoint, which clients compare with their own.
        access: who may ask.
        cache_bytes: of picture features held for those who ask again.
    """
    return _Worker(blip, name, access, cache_bytes).application


class _Worker:
    def __init__(self, blip: InstructBlip, name: str, access: Access, cache_bytes: int) -> None:
        self._blip, self._access = blip, access
        self._cache = FeatureCache(cache_bytes)
        tokens, width = blip.features([]).shape[1:]
        self._about = wire.About(
            protocol=wire.PROTOCOL,
            core=name,
            identity=blip.identity,
            precision=blip.loaded.precision,
            device=str(blip.loaded.language.device),
            special_tokens=sorted(blip.special_tokens),
            feature_shape=(tokens, width),
        )
        self._batch = Batcher({"score": self._score_all, "write": self._write_all, "features": self._features_all})
        self.application = Starlette(
            routes=[
                Route("/core", self._guarded(self._tell)),
                Route("/score", self._guarded(self._score, wire.JSON, wire.TENSORS), methods=["POST"]),
                Route("/write", self._guarded(self._write, wire.JSON, wire.TENSORS), methods=["POST"]),
                Route("/knows", self._guarded(self._knows, wire.JSON, wire.TENSORS), methods=["POST"]),
                Route("/features", self._guarded(self._features, wire.TENSORS), methods=["POST"]),
            ],
            exception_handlers={HTTPException: _refuse, _MissingError: _want, Exception: _fail},
            lifespan=self._working,
        )

    @asynccontextmanager
    async def _working(self, _: Starlette) -> AsyncIterator[None]:
        answering = asyncio.create_task(self._batch.run())
        yield
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering

    def _guarded(self, handler: Handler, *media_types: str) -> Handler:
        """Turns away who may not ask, and what another program or a foreign web page sent."""

        async def guarded(request: Request) -> Response:
            host = urlsplit(f"//{request.headers.get('host', '')}").hostname
            if self._access.local and host not in wire.LOOPBACK:
                raise HTTPException(
                    403, f"host {host!r} is not this machine; start the worker with --address to share it"
                )
            shown = request.headers.get("authorization", "").removeprefix("Bearer ").encode("latin-1")
            if self._access.token is not None and not hmac.compare_digest(shown, self._access.token.encode()):
                raise HTTPException(401, "the worker asks for its token; put it in VIDEO_ASSISTANT_CORE_TOKEN")
            # A web page cannot send these types to another address without asking first, and it is never answered.
            given = request.headers.get("content-type")
            if media_types and given not in media_types:
                raise HTTPException(415, f"content type {given!r}; send {' or '.join(media_types)}")
            own = quote(self._about.identity)
            if request.headers.get(wire.IDENTITY, own) != own:
                raise HTTPException(412, f"the worker holds another core now, {self._about.identity}; start again")
            return await handler(request)

        return guarded

    async def _tell(self, _: Request) -> Response:
        return _json(self._about.model_dump())

    async def _score(self, request: Request) -> Response:
        asked, sent = await self._message(request, wire.Score)
        look = self._look(asked.look, sent)
        scores = await self._answered("score", _Score(asked.prompt, asked.candidates, look), _rows(look))
        return _json(scores.tolist())

    async def _write(self, request: Request) -> Response:
        asked, sent = await self._message(request, wire.Write)
        look = self._look(asked.look, sent)
        texts = await self._answered("write", _Write(asked.prompt, asked.max_new_tokens, look), _rows(look))
        return _json([[text.text, text.confidence] for text in texts])

    async def _knows(self, request: Request) -> Response:
        asked, sent = await self._message(request, wire.Known)
        return _json(await asyncio.to_thread(self._blip.in_domain, self._held(asked.frames, sent)))

    async def _features(self, request: Request) -> Response:
        """Features of pictures; those of a picture that was sent before are not made again."""
        pictures = await self._tensors(request)
        for picture in pictures.values():
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
                raise HTTPException(400, f"picture {picture.dtype}{picture.shape}; send HWC uint8 RGB")
            if max(picture.shape) > MOST_SIDE:
                raise HTTPException(400, f"picture {picture.shape}; sides of at most {MOST_SIDE} pixels are read")
        names = {key: wire.digest(picture) for key, picture in pictures.items()}
        missing = self._cache.missing(list(names.values()))
        found = {key: self._cache[name] for key, name in names.items() if name not in missing}
        new = [key for key in pictures if key not in found]
        if new:
            made = await self._answered("features", [pictures[key] for key in new], len(new))
            for key, features in zip(new, made, strict=True):
                found[key] = features
                self._cache.put(names[key], features)
        for features in found.values():
            self._cache.put(wire.digest(features), features)
        return Response(wire.pack(found), media_type=wire.TENSORS)

    async def _message(self, request: Request, kind: type[Message]) -> tuple[Message, dict[str, Features]]:
        """A call, and the features that came with it by their hash."""
        if request.headers["content-type"] == wire.JSON:
            return _checked(await _body(request, wire.MOST_CALL_BYTES), kind), {}
        tensors = await self._tensors(request)
        words = tensors.pop(wire.CALL, np.zeros(0, np.uint8)).tobytes()
        if len(words) > wire.MOST_CALL_BYTES:
            raise HTTPException(413, f"a call of more than {wire.MOST_CALL_BYTES >> 20} MB")
        asked, sent = _checked(words, kind), {}
        for features in tensors.values():
            wanted = self._about.feature_shape
            if features.dtype != np.float16 or features.shape != wanted or not np.isfinite(features).all():
                raise HTTPException(400, f"features {features.dtype}{features.shape}; send finite float16{wanted}")
            name = wire.digest(features)
            sent[name] = features
            self._cache.put(name, features)
        return asked, sent

    def _look(self, look: wire.Look | None, sent: Mapping[str, Features]) -> Looked | None:
        return None if look is None else (self._held(look.frames, sent), look.instruction, look.windows)

    def _held(self, frames: Sequence[str], sent: Mapping[str, Features]) -> Features:
        """Features `(n, tokens, width)` that a call names, out of those sent with it or before."""
        if missing := self._cache.missing([name for name in frames if name not in sent]):
            raise _MissingError(missing)
        return np.stack([sent[name] if name in sent else self._cache[name] for name in frames])

    async def _tensors(self, request: Request) -> dict[str, NDArray[Any]]:
        try:
            found = wire.unpack(await _body(request, wire.MOST_TENSOR_BYTES))
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        if not 1 <= len(found) <= wire.MOST_FRAMES + 1:  # a call, and its pictures
            raise HTTPException(400, f"{len(found)} tensors; send 1 to {wire.MOST_FRAMES} pictures")
        return found

    async def _answered(self, kind: str, job: Any, rows: int) -> Any:
        try:
            return await self._batch(kind, job, rows)
        except BusyError:
            raise HTTPException(503, "too many calls wait already; try again in a moment") from None

    def _score_all(self, jobs: Sequence[_Score]) -> Sequence[Any]:
        visual = self._queries([job.look for job in jobs])
        return self._blip.score_batch(
            [Scoring(job.prompt, job.candidates, one) for job, one in zip(jobs, visual, strict=True)]
        )

    def _write_all(self, jobs: Sequence[_Write]) -> Sequence[Any]:
        visual = self._queries([job.look for job in jobs])
        return self._blip.write_batch(
            [Writing(job.prompt, one, job.max_new_tokens) for job, one in zip(jobs, visual, strict=True)]
        )

    def _features_all(self, jobs: Sequence[Sequence[NDArray[np.uint8]]]) -> Sequence[Any]:
        rows = iter(self._blip.features([picture for job in jobs for picture in job]))
        return [[next(rows) for _ in job] for job in jobs]

    def _queries(self, looks: Sequence[Looked | None]) -> list[Any]:
        """Of all pictures in one pass, those of windows then joined; None where there are none."""
        given = [look[:2] for look in looks if look is not None]
        made = iter(self._blip.queries_batch(given) if given else [])
        return [None if look is None else self._joined(next(made), look[2]) for look in looks]

    def _joined(self, queries: Any, windows: Sequence[Sequence[int]] | None) -> Any:
        return queries if windows is None else self._blip.join_windows(queries, windows)


def _rows(look: Looked | None) -> int:
    return 1 if look is None else len(look[0] if look[2] is None else look[2])


async def _body(request: Request, most: int) -> bytes:
    """All of it; what is too long is not read to its end."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise HTTPException(413, f"more than {most >> 20} MB; send smaller parts")
    return bytes(data)


def _checked(words: bytes, kind: type[Message]) -> Message:
    try:
        return kind.model_validate_json(words)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the call"
        raise HTTPException(400, f"{where}: {first['msg']}") from None


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, allow_nan=False), status, media_type=wire.JSON)


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what Starlette hands to it
    return _json({"error": error.detail}, error.status_code)


async def _want(_: Request, error: Exception) -> Response:
    """Tells a client to make its call again, with these features."""
    return _json({"missing": error.args[0]}, 409)


async def _fail(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.url.path, error)
    return _json({"error": f"the worker failed ({type(error).__name__}); its own output says why"}, 500)
