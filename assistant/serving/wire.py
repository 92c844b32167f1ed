"""What a worker and its clients say to each other: JSON for calls, safetensors for pictures and their features.

Neither can carry code, and both are checked before they are used. Features are named by their hash: a call names the
pictures that it is about, and only those that the worker does not hold are sent, with the call made again.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from safetensors import SafetensorError
from safetensors import numpy as tensors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

PROTOCOL = 1
DEFAULT_PORT = 8470
IDENTITY = "x-core-identity"
"""Header of each call: the checkpoint that the client means, URL-quoted. A worker may be started anew with another."""
CALL = "call"
"""What the JSON of a call is named among the features that are sent with it."""
JSON, TENSORS = "application/json", "application/octet-stream"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

MOST_FRAMES = 32  # of one call
MOST_CALL_BYTES = 1 << 20
MOST_TENSOR_BYTES = 256 << 20  # a picture of 89 megapixels
PART_BYTES = 32 << 20  # of pictures or features that a client sends at once

Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
Words = Annotated[str, StringConstraints(max_length=20_000)]
Frames = Annotated[list[Digest], Field(min_length=1, max_length=MOST_FRAMES)]
Window = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=MOST_FRAMES)]
Windows = Annotated[list[Window], Field(min_length=1, max_length=MOST_FRAMES)]


class Message(BaseModel):
    """One line of the conversation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class About(Message):
    """Which core a worker holds."""

    protocol: int
    core: str  # name of the checkpoint: its folder's or its hub id
    identity: str  # changes when the weights do
    precision: str
    device: str
    special_tokens: list[str]  # what no text may hold
    feature_shape: tuple[int, int]  # tokens and width of one picture's features


class Look(Message):
    """Pictures, and what is asked of them: one by one, or of windows of them in order."""

    frames: Frames
    instruction: Words
    windows: Windows | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.windows is not None:
            if len({len(window) for window in self.windows}) > 1:
                raise ValueError("windows of different lengths; send those of one length together")
            if max(map(max, self.windows)) >= len(self.frames):
                raise ValueError(f"a window names a frame beyond the {len(self.frames)} of the call")
        return self


class Score(Message):
    """A call of `CoreModel.score`."""

    prompt: Words
    candidates: Annotated[list[Words], Field(min_length=1, max_length=64)]
    look: Look | None = None


class Write(Message):
    """A call of `CoreModel.write`."""

    prompt: Words
    max_new_tokens: Annotated[int, Field(ge=1, le=256)]
    look: Look | None = None


class Known(Message):
    """A call of `CoreModel.in_domain`."""

    frames: Frames


def digest(array: NDArray[Any]) -> str:
    """The name of a picture or of its features."""
    head = f"{array.dtype.str} {array.shape} ".encode()
    return blake2b(head + np.ascontiguousarray(array).tobytes(), digest_size=16).hexdigest()


def pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Named arrays as safetensors."""
    packed: bytes = tensors.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return packed


def pack_call(call: Message, features: Sequence[NDArray[np.float16]]) -> bytes:
    """A call with features that it names."""
    words = np.frombuffer(call.model_dump_json().encode(), np.uint8)
    return pack({CALL: words, **{str(place): one for place, one in enumerate(features)}})


def unpack(data: bytes) -> dict[str, NDArray[Any]]:
    """Named arrays.

    Raises:
        ValueError: the bytes are no safetensors of numbers that numpy knows.
    """
    try:
        found: dict[str, NDArray[Any]] = tensors.load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no safetensors ({str(error).splitlines()[0][:100] or type(error).__name__})") from None
    return found
