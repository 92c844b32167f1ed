"""What the thousand kinds of ImageNet-1k are called, by timm's copy of its list."""

from __future__ import annotations

import functools

from assistant.text.things import load_things


@functools.cache
def load_kind_names() -> tuple[tuple[str, ...], ...]:
    """Returns the names of each kind, the usual one first, in ImageNet's order."""
    from timm.data import ImageNetInfo

    info = ImageNetInfo("imagenet-1k")
    return tuple(
        tuple(name.strip() for name in info.index_to_description(position).split(","))
        for position in range(info.num_classes())
    )


def describe_kinds() -> tuple[list[str], list[str], list[str]]:
    """Returns three texts for each kind: its names, its names with everyday ones, its names with their definition.

    They are what places a kind among sentences.
    """
    from timm.data import ImageNetInfo

    info = ImageNetInfo("imagenet-1k")
    names = [", ".join(kind) for kind in load_kind_names()]
    everyday = [
        ", ".join([text, *(thing.name for thing in load_things() if position in thing.kinds)])
        for position, text in enumerate(names)
    ]
    definitions = [info.index_to_description(position, detailed=True) for position in range(len(names))]
    return names, everyday, definitions
