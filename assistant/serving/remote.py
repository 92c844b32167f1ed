"""A core that runs on a worker: its calls are sent to another process or another machine."""

from __future__ import annotations

import threading
from functools import cached_property
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx
import numpy as np
from pydantic import ValidationError

from assistant.models.blip.core_model import CoreModel, PromptFamily, Text, remove_special_tokens
from assistant.serving import wire
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

HELLO_SECONDS = 8.0  # for a worker to describe its core
CALL_SECONDS = 600.0  # a full-size core on a CPU takes minutes for an answer, and other calls may come first


class RemoteCoreError(VideoAssistantError):
    """The worker cannot be reached, holds another core, or refused a call."""


class _VisualInput(NamedTuple):
    """The features whose queries the worker computes when it answers the call that they belong to."""

    features: NDArray[np.float16]
    instruction: str
    windows: Sequence[Sequence[int]] | None = None


class RemoteCore(CoreModel):
    """The client of a worker (`serve-core`). It connects at the first call.

    Args:
        url: of the worker, `http://host:port`.
        name: of the checkpoint that the worker has to hold, since stored features fit a single core.
        identity: returns the identity of the checkpoint on this machine, which the worker's must equal; None if the
            checkpoint is not here, and then only the names are compared.
        token: of the worker.
    """

    def __init__(
        self, url: str, name: str, *, identity: Callable[[], str | None] = lambda: None, token: str | None = None
    ) -> None:
        self._url, self._name, self._local_identity, self._token = url.rstrip("/"), name, identity, token
        self._lock = threading.Lock()
        self._info: wire.CoreInfo | None = None

    @property
    def info(self) -> wire.CoreInfo:
        """The core that the worker holds; the worker is asked once.

        Raises:
            RemoteCoreError: it cannot be reached, or holds another core than `name`.
        """
        with self._lock:
            if self._info is None:
                self._info = self._fetch_info()
            return self._info

    @property
    def prompt_family(self) -> PromptFamily:
        return self.info.prompt_family

    def clean(self, text: str) -> str:
        return remove_special_tokens(text, self.info.special_tokens)

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        features = [np.zeros((0, *self.info.feature_shape), np.float16)]
        for part in _split_parts(images):
            pictures = {str(number): image for number, image in enumerate(part)}
            reply = wire.unpack_tensors(self._post("/features", wire.TENSORS, wire.pack_tensors(pictures)).content)
            features.append(np.stack([reply[key] for key in pictures]))
        return np.concatenate(features)

    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        verdicts: list[bool] = []
        for part in _split_parts(list(features)):
            verdicts += self._send_call("/knows", lambda frames: wire.InDomainCall(frames=frames), part)
        return verdicts

    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        return _VisualInput(features, instruction)

    def window_queries(self, features: NDArray[np.float16], instruction: str, windows: Sequence[Sequence[int]]) -> Any:
        return _VisualInput(features, instruction, windows)

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        rows = self._send_visual_call(
            "/score", lambda look: wire.ScoreCall(prompt=prompt, candidates=list(candidates), look=look), visual
        )
        return np.array(rows, np.float64).reshape(-1, len(candidates))

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        rows = self._send_visual_call(
            "/write", lambda look: wire.WriteCall(prompt=prompt, max_new_tokens=max_new_tokens, look=look), visual
        )
        return [Text(text, confidence) for text, confidence in rows]

    def close(self) -> None:
        """Closes the connections to the worker."""
        if "_client" in self.__dict__:
            self._client.close()

    def _send_visual_call(
        self, path: str, build_call: Callable[[wire.VisualInput | None], wire.Message], visual: _VisualInput | None
    ) -> list[Any]:
        """The rows of a call; a call about too many pictures is split into several."""
        if visual is None:
            return list(self._send_call(path, lambda _: build_call(None), ()))
        rows: list[Any] = []
        for part, windows in _split_visual_input(visual):

            def build(frames: list[str], windows: list[list[int]] | None = windows) -> wire.Message:
                return build_call(wire.VisualInput(frames=frames, instruction=visual.instruction, windows=windows))

            rows += self._send_call(path, build, part)
        return rows

    def _send_call(
        self, path: str, build_call: Callable[[list[str]], wire.Message], features: Sequence[NDArray[np.float16]]
    ) -> Any:
        """The reply to a call that names pictures; it is repeated with the features that the worker does not hold."""
        names = [wire.digest(array) for array in features]
        features_by_name = dict(zip(names, features, strict=True))
        try:
            call = build_call(names)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise RemoteCoreError(f"the core worker takes no such call ({where}: {first['msg']})") from None
        reply = self._post(path, wire.JSON, call.model_dump_json().encode())
        if reply.status_code == httpx.codes.CONFLICT:
            missing = set(reply.json()["missing"])
            sent = [array for name, array in features_by_name.items() if name in missing]
            reply = self._post(path, wire.TENSORS, wire.pack_call(call, sent))
        if reply.status_code == httpx.codes.CONFLICT:  # another replica answered, or its cache is full
            reply = self._post(path, wire.TENSORS, wire.pack_call(call, list(features_by_name.values())))
        return reply.json()

    def _post(self, path: str, media_type: str, body: bytes) -> httpx.Response:
        headers = {"content-type": media_type, wire.IDENTITY: quote(self.info.identity)}
        try:
            return self._check_reply(self._client.post(path, content=body, headers=headers))
        except httpx.HTTPError as error:
            raise self._unreachable_error(error) from error

    def _check_reply(self, reply: httpx.Response) -> httpx.Response:
        """Returns the reply of a worker unless the worker refused the call."""
        if reply.is_success or reply.status_code == httpx.codes.CONFLICT:
            return reply
        try:
            reason = str(reply.json()["error"])
        except (ValueError, KeyError, TypeError):
            raise self._no_worker_error() from None
        raise RemoteCoreError(
            f"core worker {self._url}: {reason.splitlines()[0][:300] if reason else reply.status_code}"
        )

    @cached_property
    def _client(self) -> httpx.Client:
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RemoteCoreError(
                f"VIDEO_ASSISTANT_CORE_URL={self._url!r} is no address of a worker; write it as http://host:port"
            )
        return httpx.Client(
            base_url=self._url,
            headers={} if self._token is None else {b"authorization": f"Bearer {self._token}".encode()},
            timeout=httpx.Timeout(CALL_SECONDS, connect=HELLO_SECONDS),
            # A proxy of the network cannot reach the loopback addresses of this machine.
            trust_env=parts.hostname not in wire.LOOPBACK,
        )

    def _fetch_info(self) -> wire.CoreInfo:
        """The core of the worker, asked in a thread, since timeouts do not cover the resolution of a host's name."""
        client, replies = self._client, Queue[httpx.Response | Exception]()

        def fetch() -> None:
            try:
                replies.put(client.get("/core", timeout=HELLO_SECONDS))
            except Exception as error:  # noqa: BLE001 - raised again below
                replies.put(error)

        threading.Thread(target=fetch, daemon=True).start()
        try:
            reply = replies.get(timeout=HELLO_SECONDS)
        except Empty:
            reply = httpx.ConnectTimeout(f"no answer within {HELLO_SECONDS:.0f} s")
        if isinstance(reply, Exception):
            raise self._unreachable_error(reply) from reply
        try:
            info = wire.CoreInfo.model_validate_json(self._check_reply(reply).content)
        except ValidationError:
            raise self._no_worker_error() from None
        self._check_core(info)
        return info

    def _check_core(self, info: wire.CoreInfo) -> None:
        if info.protocol != wire.PROTOCOL:
            raise RemoteCoreError(
                f"core worker {self._url} speaks version {info.protocol} of the protocol, and this program "
                f"{wire.PROTOCOL}; use the same release on both sides"
            )
        if info.core != self._name:
            raise RemoteCoreError(
                f"core worker {self._url} holds {info.core!r}, and the profile here wants {self._name!r}; start the "
                "worker with the same --profile and VIDEO_ASSISTANT_CORE, or ask another"
            )
        identity = self._local_identity()
        if identity is not None and identity != info.identity:
            raise RemoteCoreError(
                f"core worker {self._url} holds {info.identity}, and this machine {identity}: stored features do not "
                "fit; use the same release, or the same files, on both sides"
            )

    def _unreachable_error(self, error: Exception) -> RemoteCoreError:
        reason = (str(error).splitlines() or [""])[0][:160] or type(error).__name__
        return RemoteCoreError(
            f"core worker {self._url} cannot be reached ({reason}); start `video-assistant serve-core` there, or "
            "unset VIDEO_ASSISTANT_CORE_URL to use the core of this machine"
        )

    def _no_worker_error(self) -> RemoteCoreError:
        return RemoteCoreError(f"what answers at {self._url} is no core worker; check VIDEO_ASSISTANT_CORE_URL")


def _split_visual_input(
    visual: _VisualInput,
) -> Iterator[tuple[Sequence[NDArray[np.float16]], list[list[int]] | None]]:
    """For each call the features of its frames, and its windows as indexes of these; None without windows."""
    if visual.windows is None:
        yield from ((part, None) for part in _split_parts(list(visual.features)))
        return
    remaining = [list(window) for window in visual.windows]
    while remaining:
        count = 1
        while count < len(remaining) and len(set().union(*remaining[: count + 1])) <= wire.MAX_FRAMES:
            count += 1
        windows, remaining = remaining[:count], remaining[count:]
        frames = sorted(set().union(*windows))
        indexes = [[frames.index(frame) for frame in window] for window in windows]
        yield [visual.features[frame] for frame in frames], indexes


def _split_parts(arrays: Sequence[NDArray[Any]]) -> Iterator[Sequence[NDArray[Any]]]:
    """Splits arrays into parts of at most `MAX_FRAMES` arrays and, but for a single larger one, `MAX_PART_BYTES`."""
    start, size = 0, 0
    for index, array in enumerate(arrays):
        if index > start and (index - start == wire.MAX_FRAMES or size + array.nbytes > wire.MAX_PART_BYTES):
            yield arrays[start:index]
            start, size = index, 0
        size += array.nbytes
    if len(arrays) > start:
        yield arrays[start:]
