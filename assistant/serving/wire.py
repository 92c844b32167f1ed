"""The messages between a worker and its clients: JSON for calls, safetensors for pictures and their features.

Neither format can carry code, and both are validated before they are used. Features are named by their hash: a call
names the pictures that it is about, and the client repeats the call with the features that the worker does not hold.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from safetensors import SafetensorError
from safetensors import numpy as tensors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

PROTOCOL = 2
IDENTITY = "x-core-identity"
"""Header of each call: the checkpoint that the client expects, URL-quoted; a worker may have restarted with another."""
CALL = "call"
"""The name of a call's JSON among the features that are sent with it."""
JSON, TENSORS = "application/json", "application/octet-stream"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

MAX_FRAMES = 32  # of a call
MAX_CALL_BYTES = 1 << 20
MAX_TENSOR_BYTES = 256 << 20  # a picture of 89 megapixels
MAX_PART_BYTES = 32 << 20  # of the pictures or features that a client sends at once

Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
Words = Annotated[str, StringConstraints(max_length=20_000)]
Frames = Annotated[list[Digest], Field(min_length=1, max_length=MAX_FRAMES)]
Window = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=MAX_FRAMES)]
Windows = Annotated[list[Window], Field(min_length=1, max_length=MAX_FRAMES)]


class Message(BaseModel):
    """A message of the protocol."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CoreInfo(Message):
    """The core that a worker holds."""

    protocol: int
    core: str  # name of the checkpoint: its folder's or its hub id
    identity: str  # changes when the weights change
    precision: str
    device: str
    prompt_family: Literal["pocket", "flan"]
    special_tokens: list[str]  # strings that no text may contain
    feature_shape: tuple[int, int]  # tokens and width of the features of a picture


class VisualInput(Message):
    """The pictures of a call, single or in windows, with the instruction for the Q-Former."""

    frames: Frames
    instruction: Words
    windows: Windows | None = None

    @model_validator(mode="after")
    def _check_windows(self) -> Self:
        if self.windows is not None:
            if len({len(window) for window in self.windows}) > 1:
                raise ValueError("windows of different lengths; send those of one length together")
            if max(map(max, self.windows)) >= len(self.frames):
                raise ValueError(f"a window names a frame beyond the {len(self.frames)} of the call")
        return self


class ScoreCall(Message):
    """A call of `CoreModel.score`."""

    prompt: Words
    candidates: Annotated[list[Words], Field(min_length=1, max_length=64)]
    look: VisualInput | None = None


class WriteCall(Message):
    """A call of `CoreModel.write`."""

    prompt: Words
    max_new_tokens: Annotated[int, Field(ge=1, le=256)]
    look: VisualInput | None = None


class InDomainCall(Message):
    """A call of `CoreModel.in_domain`."""

    frames: Frames


def digest(array: NDArray[Any]) -> str:
    """Returns the name of a picture or of its features: a hash of type, shape and contents."""
    head = f"{array.dtype.str} {array.shape} ".encode()
    return blake2b(head + np.ascontiguousarray(array).tobytes(), digest_size=16).hexdigest()


def pack_tensors(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Returns named arrays as the bytes of a safetensors file."""
    packed: bytes = tensors.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return packed


def pack_call(call: Message, features: Sequence[NDArray[np.float16]]) -> bytes:
    """Returns a call and features that it names as the bytes of a safetensors file."""
    words = np.frombuffer(call.model_dump_json().encode(), np.uint8)
    return pack_tensors({CALL: words, **{str(number): array for number, array in enumerate(features)}})


def unpack_tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """Returns the named arrays of a safetensors file.

    Raises:
        ValueError: the bytes are no safetensors file, or hold a type that numpy lacks.
    """
    try:
        arrays: dict[str, NDArray[Any]] = tensors.load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no safetensors ({str(error).splitlines()[0][:100] or type(error).__name__})") from None
    return arrays
