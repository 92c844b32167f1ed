"""Writes the keys and shapes of the official models, as a release of the time names them.

Run as `write.py` is, from the repository's root, with the names of those to write: under transformers 4.46.3, and
`clip-rn*` under open_clip_torch 2.24.0, with which they were put on the hub. A line is a key, `#` for its first number;
where that number stands; and the shape.
"""

import json
import re
import sys
from itertools import pairwise
from pathlib import Path

from assistant.models.hub.official import empty_model


def lines(keys: dict[str, list[int]]) -> list[str]:
    groups: dict[tuple[str, str], list[int]] = {}
    for key, shape in keys.items():
        number = re.search(r"\.(\d+)\.", key)
        pattern = key if number is None else f"{key[: number.start(1)]}#{key[number.end(1) :]}"
        places = groups.setdefault((pattern, str(shape)), [])
        if number is not None:
            places.append(int(number[1]))
    return [f"{pattern} {_span(at)} {shape}" for (pattern, shape), at in sorted(groups.items())]


def _span(at: list[int]) -> str:
    at = sorted(at)
    if len(at) > 2 and len({b - a for a, b in pairwise(at)}) == 1:
        return f"{at[0]}-{at[-1]}/{at[1] - at[0]}"
    return ",".join(map(str, at)) or "-"


if __name__ == "__main__":
    path = Path(__file__).parent / "official_keys.json"
    keys_by_name = json.loads(path.read_text())
    for name in sys.argv[1:]:
        model = empty_model(name)
        state = {key: list(t.shape) for key, t in model.state_dict().items() if "position_ids" not in key}
        # A T5's three names for one table share their memory: safetensors writes it once.
        once = {key: s for key, s in state.items() if not key.endswith("coder.embed_tokens.weight") or "t5" not in name}
        keys_by_name[name] = lines(once)
    path.write_text(json.dumps(keys_by_name, indent=0) + "\n")
