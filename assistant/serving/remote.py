"""The core on another machine, or in another process: what the program asks of a core's model, sent to a worker."""

from __future__ import annotations

import threading
from functools import cached_property
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx
import numpy as np
from pydantic import ValidationError

from assistant.models.blip.core_model import CoreModel, Text, remove_special_tokens
from assistant.serving import wire
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

HELLO_SECONDS = 8.0  # for a worker to say who it is
CALL_SECONDS = 600.0  # a full-size core without a GPU takes minutes over an answer, and others may come first


class RemoteCoreError(VideoAssistantError):
    """The worker cannot be reached, holds another core, or refused a call."""


class _Looked(NamedTuple):
    """Pictures to be looked at; the worker does so with the call that they are for."""

    features: NDArray[np.float16]
    instruction: str
    windows: Sequence[Sequence[int]] | None = None


class RemoteCore(CoreModel):
    """A core behind `serve-core`. Nothing is asked of the worker before the first call.

    Args:
        url: of the worker, `http://host:port`.
        name: the checkpoint that it has to hold: features stored for one core are of no use to another.
        identity: tells its weights where this machine has them too, else None; the name has to do then.
        token: of the worker.
    """

    def __init__(
        self, url: str, name: str, *, identity: Callable[[], str | None] = lambda: None, token: str | None = None
    ) -> None:
        self._url, self._name, self._own_identity, self._token = url.rstrip("/"), name, identity, token
        self._lock = threading.Lock()
        self._known: wire.About | None = None

    @property
    def about(self) -> wire.About:
        """What the worker says of itself, asked once.

        Raises:
            RemoteCoreError: it cannot be reached, or holds another core than is wanted.
        """
        with self._lock:
            if self._known is None:
                self._known = self._greet()
            return self._known

    def clean(self, text: str) -> str:
        return remove_special_tokens(text, self.about.special_tokens)

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        found = [np.zeros((0, *self.about.feature_shape), np.float16)]
        for part in _parts(images):
            sent = {str(place): image for place, image in enumerate(part)}
            made = wire.unpack(self._call("/features", wire.TENSORS, wire.pack(sent)).content)
            found.append(np.stack([made[place] for place in sent]))
        return np.concatenate(found)

    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        found: list[bool] = []
        for part in _parts(list(features)):
            found += self._ask("/knows", lambda frames: wire.Known(frames=frames), part)
        return found

    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        return _Looked(features, instruction)

    def window_queries(self, features: NDArray[np.float16], instruction: str, windows: Sequence[Sequence[int]]) -> Any:
        return _Looked(features, instruction, windows)

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        rows = self._asked(
            "/score", lambda look: wire.Score(prompt=prompt, candidates=list(candidates), look=look), visual
        )
        return np.array(rows, np.float64).reshape(-1, len(candidates))

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        rows = self._asked(
            "/write", lambda look: wire.Write(prompt=prompt, max_new_tokens=max_new_tokens, look=look), visual
        )
        return [Text(text, confidence) for text, confidence in rows]

    def close(self) -> None:
        """Ends the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    def _asked(self, path: str, call: Callable[[wire.Look | None], wire.Message], visual: _Looked | None) -> list[Any]:
        """The rows of a call; about many pictures it becomes several."""
        if visual is None:
            return list(self._ask(path, lambda _: call(None), ()))
        rows: list[Any] = []
        for part, windows in _looks(visual):

            def about(frames: list[str], windows: list[list[int]] | None = windows) -> wire.Message:
                return call(wire.Look(frames=frames, instruction=visual.instruction, windows=windows))

            rows += self._ask(path, about, part)
        return rows

    def _ask(
        self, path: str, call: Callable[[list[str]], wire.Message], features: Sequence[NDArray[np.float16]]
    ) -> Any:
        """The reply to a call that names pictures. Those that the worker does not hold come with it the second time."""
        names = [wire.digest(one) for one in features]
        own = dict(zip(names, features, strict=True))
        try:
            asked = call(names)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise RemoteCoreError(f"the core worker takes no such call ({where}: {first['msg']})") from None
        reply = self._call(path, wire.JSON, asked.model_dump_json().encode())
        if reply.status_code == httpx.codes.CONFLICT:
            missing = set(reply.json()["missing"])
            sent = [one for name, one in own.items() if name in missing]
            reply = self._call(path, wire.TENSORS, wire.pack_call(asked, sent))
        if reply.status_code == httpx.codes.CONFLICT:  # another replica, or a full cache: now with all of them
            reply = self._call(path, wire.TENSORS, wire.pack_call(asked, list(own.values())))
        return reply.json()

    def _call(self, path: str, media_type: str, body: bytes) -> httpx.Response:
        headers = {"content-type": media_type, wire.IDENTITY: quote(self.about.identity)}
        try:
            return self._understood(self._client.post(path, content=body, headers=headers))
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _understood(self, reply: httpx.Response) -> httpx.Response:
        """A reply of a worker, but for those that refuse."""
        if reply.is_success or reply.status_code == httpx.codes.CONFLICT:
            return reply
        try:
            why = str(reply.json()["error"])
        except (ValueError, KeyError, TypeError):
            raise self._stranger() from None
        raise RemoteCoreError(f"core worker {self._url}: {why.splitlines()[0][:300] if why else reply.status_code}")

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
            # A proxy of the network does not know this machine.
            trust_env=parts.hostname not in wire.LOOPBACK,
        )

    def _greet(self) -> wire.About:
        """Who the worker is. In a thread, since a name that never resolves obeys no timeout."""
        client, told = self._client, Queue[httpx.Response | Exception]()

        def ask() -> None:
            try:
                told.put(client.get("/core", timeout=HELLO_SECONDS))
            except Exception as error:  # noqa: BLE001 - handed to who waits for it
                told.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            reply = told.get(timeout=HELLO_SECONDS)
        except Empty:
            reply = httpx.ConnectTimeout(f"no answer within {HELLO_SECONDS:.0f} s")
        if isinstance(reply, Exception):
            raise self._unreachable(reply) from reply
        try:
            about = wire.About.model_validate_json(self._understood(reply).content)
        except ValidationError:
            raise self._stranger() from None
        return self._fitting(about)

    def _fitting(self, about: wire.About) -> wire.About:
        if about.protocol != wire.PROTOCOL:
            raise RemoteCoreError(
                f"core worker {self._url} speaks version {about.protocol} of the protocol, and this program "
                f"{wire.PROTOCOL}; use the same release on both sides"
            )
        if about.core != self._name:
            raise RemoteCoreError(
                f"core worker {self._url} holds {about.core!r}, and the profile here wants {self._name!r}; start the "
                "worker with the same --profile and VIDEO_ASSISTANT_CORE, or ask another"
            )
        own = self._own_identity()
        if own is not None and own != about.identity:
            raise RemoteCoreError(
                f"core worker {self._url} holds {about.identity}, and this machine {own}: stored features do not fit; "
                "use the same release, or the same files, on both sides"
            )
        return about

    def _unreachable(self, error: Exception) -> RemoteCoreError:
        first = (str(error).splitlines() or [""])[0][:160] or type(error).__name__
        return RemoteCoreError(
            f"core worker {self._url} cannot be reached ({first}); start `video-assistant serve-core` there, or "
            "unset VIDEO_ASSISTANT_CORE_URL to use the core of this machine"
        )

    def _stranger(self) -> RemoteCoreError:
        return RemoteCoreError(f"what answers at {self._url} is no core worker; check VIDEO_ASSISTANT_CORE_URL")


def _looks(visual: _Looked) -> Iterator[tuple[Sequence[NDArray[np.float16]], list[list[int]] | None]]:
    """The pictures of each call, and its windows as places among them."""
    if visual.windows is None:
        yield from ((part, None) for part in _parts(list(visual.features)))
        return
    waiting = [list(window) for window in visual.windows]
    while waiting:
        many = 1
        while many < len(waiting) and len(set().union(*waiting[: many + 1])) <= wire.MOST_FRAMES:
            many += 1
        places = sorted(set().union(*waiting[:many]))
        yield [visual.features[at] for at in places], [[places.index(at) for at in one] for one in waiting[:many]]
        waiting = waiting[many:]


def _parts(arrays: Sequence[NDArray[Any]]) -> Iterator[Sequence[NDArray[Any]]]:
    """As many at once as a call may name, and not many megabytes."""
    start, size = 0, 0
    for place, array in enumerate(arrays):
        if place > start and (place - start == wire.MOST_FRAMES or size + array.nbytes > wire.PART_BYTES):
            yield arrays[start:place]
            start, size = place, 0
        size += array.nbytes
    if len(arrays) > start:
        yield arrays[start:]
