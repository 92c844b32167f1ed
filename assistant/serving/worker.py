"""The worker: a core behind HTTP, as an ASGI application that any server can run."""

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
    VisualInput = tuple[Features, str, Sequence[Sequence[int]] | None]
    """Features, instruction and windows."""
    Handler = Callable[[Request], Awaitable[Response]]

Message = TypeVar("Message", bound=BaseModel)

MAX_SIDE_PIXELS = 20_000  # of a picture

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a worker."""

    token: str | None = None  # that every call has to carry; None: no call needs a token
    local_only: bool = True  # whether calls must address this machine by a loopback name


class _MissingError(Exception):
    """A call names features that the worker does not hold; the first argument lists their names."""


class _ScoreJob(NamedTuple):
    prompt: str
    candidates: Sequence[str]
    visual: VisualInput | None


class _WriteJob(NamedTuple):
    prompt: str
    max_new_tokens: int
    visual: VisualInput | None


def build_application(blip: InstructBlip, name: str, *, access: Access, cache_bytes: int) -> Starlette:
    """Builds the worker of a core.

    Args:
        blip: the core; it is loaded now.
        name: of its checkpoint, which clients compare with their own.
        access: who may call the worker.
        cache_bytes: of picture features that are cached for repeated calls.
    """
    return _Worker(blip, name, access, cache_bytes).application


class _Worker:
    def __init__(self, blip: InstructBlip, name: str, access: Access, cache_bytes: int) -> None:
        self._blip, self._access = blip, access
        self._cache = FeatureCache(cache_bytes)
        tokens, width = blip.features([]).shape[1:]
        self._info = wire.CoreInfo(
            protocol=wire.PROTOCOL,
            core=name,
            identity=blip.identity,
            precision=blip.loaded.precision,
            device=str(blip.loaded.language.device),
            prompt_family=blip.prompt_family,
            special_tokens=sorted(blip.special_tokens),
            feature_shape=(tokens, width),
        )
        self._batcher = Batcher(
            {"score": self._answer_scores, "write": self._answer_writes, "features": self._answer_features}
        )
        self.application = Starlette(
            routes=[
                Route("/core", self._guard(self._handle_info)),
                Route("/score", self._guard(self._handle_score, wire.JSON, wire.TENSORS), methods=["POST"]),
                Route("/write", self._guard(self._handle_write, wire.JSON, wire.TENSORS), methods=["POST"]),
                Route("/knows", self._guard(self._handle_in_domain, wire.JSON, wire.TENSORS), methods=["POST"]),
                Route("/features", self._guard(self._handle_features, wire.TENSORS), methods=["POST"]),
            ],
            exception_handlers={
                HTTPException: _reply_refusal,
                _MissingError: _reply_missing,
                Exception: _reply_failure,
            },
            lifespan=self._run_batcher,
        )

    @asynccontextmanager
    async def _run_batcher(self, _: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self._batcher.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def _guard(self, handler: Handler, *media_types: str) -> Handler:
        """Wraps a handler so that it refuses clients without access, other programs and foreign web pages."""

        async def guarded(request: Request) -> Response:
            host = urlsplit(f"//{request.headers.get('host', '')}").hostname
            if self._access.local_only and host not in wire.LOOPBACK:
                raise HTTPException(
                    403, f"host {host!r} is not this machine; start the worker with --address to share it"
                )
            token = request.headers.get("authorization", "").removeprefix("Bearer ").encode("latin-1")
            if self._access.token is not None and not hmac.compare_digest(token, self._access.token.encode()):
                raise HTTPException(401, "the worker asks for its token; put it in VIDEO_ASSISTANT_CORE_TOKEN")
            # A browser asks before it sends these types from a foreign page, and the worker does not allow it.
            media_type = request.headers.get("content-type")
            if media_types and media_type not in media_types:
                raise HTTPException(415, f"content type {media_type!r}; send {' or '.join(media_types)}")
            identity = quote(self._info.identity)
            if request.headers.get(wire.IDENTITY, identity) != identity:
                raise HTTPException(412, f"the worker holds another core now, {self._info.identity}; start again")
            return await handler(request)

        return guarded

    async def _handle_info(self, _: Request) -> Response:
        return _json(self._info.model_dump())

    async def _handle_score(self, request: Request) -> Response:
        call, sent = await self._read_call(request, wire.ScoreCall)
        visual = self._find_visual(call.look, sent)
        scores = await self._queue_job("score", _ScoreJob(call.prompt, call.candidates, visual), _count_rows(visual))
        return _json(scores.tolist())

    async def _handle_write(self, request: Request) -> Response:
        call, sent = await self._read_call(request, wire.WriteCall)
        visual = self._find_visual(call.look, sent)
        job = _WriteJob(call.prompt, call.max_new_tokens, visual)
        texts = await self._queue_job("write", job, _count_rows(visual))
        return _json([[text.text, text.confidence] for text in texts])

    async def _handle_in_domain(self, request: Request) -> Response:
        call, sent = await self._read_call(request, wire.InDomainCall)
        return _json(await asyncio.to_thread(self._blip.in_domain, self._find_features(call.frames, sent)))

    async def _handle_features(self, request: Request) -> Response:
        """Replies with the features of pictures; they are computed only for pictures that are not in the cache."""
        pictures = await self._read_tensors(request)
        for picture in pictures.values():
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
                raise HTTPException(400, f"picture {picture.dtype}{picture.shape}; send HWC uint8 RGB")
            if max(picture.shape) > MAX_SIDE_PIXELS:
                raise HTTPException(400, f"picture {picture.shape}; sides of at most {MAX_SIDE_PIXELS} pixels are read")
        names = {key: wire.digest(picture) for key, picture in pictures.items()}
        missing = self._cache.find_missing(list(names.values()))
        features_by_key = {key: self._cache[name] for key, name in names.items() if name not in missing}
        new_keys = [key for key in pictures if key not in features_by_key]
        if new_keys:
            computed = await self._queue_job("features", [pictures[key] for key in new_keys], len(new_keys))
            for key, features in zip(new_keys, computed, strict=True):
                features_by_key[key] = features
                self._cache.put(names[key], features)
        for features in features_by_key.values():
            self._cache.put(wire.digest(features), features)
        return Response(wire.pack_tensors(features_by_key), media_type=wire.TENSORS)

    async def _read_call(self, request: Request, kind: type[Message]) -> tuple[Message, dict[str, Features]]:
        """A call, and the features that were sent with it, by their name."""
        if request.headers["content-type"] == wire.JSON:
            return _parse_call(await _read_body(request, wire.MAX_CALL_BYTES), kind), {}
        tensors = await self._read_tensors(request)
        words = tensors.pop(wire.CALL, np.zeros(0, np.uint8)).tobytes()
        if len(words) > wire.MAX_CALL_BYTES:
            raise HTTPException(413, f"a call of more than {wire.MAX_CALL_BYTES >> 20} MB")
        call, sent = _parse_call(words, kind), {}
        for features in tensors.values():
            shape = self._info.feature_shape
            if features.dtype != np.float16 or features.shape != shape or not np.isfinite(features).all():
                raise HTTPException(400, f"features {features.dtype}{features.shape}; send finite float16{shape}")
            name = wire.digest(features)
            sent[name] = features
            self._cache.put(name, features)
        return call, sent

    def _find_visual(self, look: wire.VisualInput | None, sent: Mapping[str, Features]) -> VisualInput | None:
        return None if look is None else (self._find_features(look.frames, sent), look.instruction, look.windows)

    def _find_features(self, frames: Sequence[str], sent: Mapping[str, Features]) -> Features:
        """The features `(n, tokens, width)` that a call names, among those sent with it or before.

        Raises:
            _MissingError: some of them were not sent, or are no longer in the cache.
        """
        if missing := self._cache.find_missing([name for name in frames if name not in sent]):
            raise _MissingError(missing)
        return np.stack([sent[name] if name in sent else self._cache[name] for name in frames])

    async def _read_tensors(self, request: Request) -> dict[str, NDArray[Any]]:
        try:
            tensors = wire.unpack_tensors(await _read_body(request, wire.MAX_TENSOR_BYTES))
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        if not 1 <= len(tensors) <= wire.MAX_FRAMES + 1:  # the pictures, and their call
            raise HTTPException(400, f"{len(tensors)} tensors; send 1 to {wire.MAX_FRAMES} pictures")
        return tensors

    async def _queue_job(self, kind: str, job: Any, rows: int) -> Any:
        try:
            return await self._batcher(kind, job, rows)
        except BusyError:
            raise HTTPException(503, "too many calls wait already; try again in a moment") from None

    def _answer_scores(self, jobs: Sequence[_ScoreJob]) -> Sequence[Any]:
        queries = self._compute_queries([job.visual for job in jobs])
        return self._blip.score_batch(
            [Scoring(job.prompt, job.candidates, visual) for job, visual in zip(jobs, queries, strict=True)]
        )

    def _answer_writes(self, jobs: Sequence[_WriteJob]) -> Sequence[Any]:
        queries = self._compute_queries([job.visual for job in jobs])
        return self._blip.write_batch(
            [Writing(job.prompt, visual, job.max_new_tokens) for job, visual in zip(jobs, queries, strict=True)]
        )

    def _answer_features(self, jobs: Sequence[Sequence[NDArray[np.uint8]]]) -> Sequence[Any]:
        rows = iter(self._blip.features([picture for job in jobs for picture in job]))
        return [[next(rows) for _ in job] for job in jobs]

    def _compute_queries(self, inputs: Sequence[VisualInput | None]) -> list[Any]:
        """The queries of each job, all computed in one pass; None for a job without pictures."""
        calls = [visual[:2] for visual in inputs if visual is not None]
        queries = iter(self._blip.queries_batch(calls) if calls else [])
        return [None if visual is None else self._join_windows(next(queries), visual[2]) for visual in inputs]

    def _join_windows(self, queries: Any, windows: Sequence[Sequence[int]] | None) -> Any:
        return queries if windows is None else self._blip.join_windows(queries, windows)


def _count_rows(visual: VisualInput | None) -> int:
    """The number of rows of a job: its windows or its pictures; 1 without pictures."""
    return 1 if visual is None else len(visual[0] if visual[2] is None else visual[2])


async def _read_body(request: Request, max_bytes: int) -> bytes:
    """The body of a request; a longer one than `max_bytes` is not read to its end."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > max_bytes:
            raise HTTPException(413, f"more than {max_bytes >> 20} MB; send smaller parts")
    return bytes(data)


def _parse_call(words: bytes, kind: type[Message]) -> Message:
    try:
        return kind.model_validate_json(words)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the call"
        raise HTTPException(400, f"{where}: {first['msg']}") from None


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, allow_nan=False), status, media_type=wire.JSON)


async def _reply_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette passes no other
    return _json({"error": error.detail}, error.status_code)


async def _reply_missing(_: Request, error: Exception) -> Response:
    """Asks the client to repeat its call with these features."""
    return _json({"missing": error.args[0]}, 409)


async def _reply_failure(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.url.path, error)
    return _json({"error": f"the worker failed ({type(error).__name__}); its own output says why"}, 500)
