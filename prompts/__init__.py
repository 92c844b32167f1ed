"""Every text that a model reads, by family of models, with strict variables.

| folder | read by |
|---|---|
| `pocket/` | the pocket InstructBLIP, which was trained on these very texts |
| `flan/` | every official InstructBLIP and BLIP-2: instructions, lists of options and examples |
| `chat/` | a chat model with tool calls; `chat/replies/` describes the schemas of its replies |
| `tools/` | whatever model chooses a tool and fills its slots |
| `selfcheck/` | a quantised core, compared with the same core in bfloat16 |
| `video_qa/` | a core whose answers are compared with published ones |

A text is a Jinja template, one `.txt` file: `render("pocket/verify", statement=...)` fills it. A missing or an unknown
variable is an error before any model runs, so a prompt and its caller cannot drift apart. The descriptions of a JSON
schema, which a model reads beside the prompt, are one `.toml` file: see `schema_text`.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import Environment, StrictUndefined, Template, meta

# Models read the text, no browser does: escaping would garble it.
_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
_TEMPLATE, _SCHEMA = ".txt", ".toml"


class PromptError(ValueError):
    """A prompt that does not exist, or variables that are not its own."""


@dataclass(frozen=True, slots=True)
class SchemaText:
    """The descriptions of a JSON schema."""

    name: str
    description: str
    fields: Mapping[str, str]  # only of the fields whose name does not say it all

    def field(self, name: str) -> str:
        """The description of a field.

        Raises:
            PromptError: the file describes no such field.
        """
        if name not in self.fields:
            raise PromptError(f"prompt {self.name!r} describes no field {name!r}; it does: {', '.join(self.fields)}")
        return self.fields[name]


def names() -> list[str]:
    """The names of all templates, such as `pocket/verify`, sorted."""
    return sorted(_names(files(__name__), "", _TEMPLATE))


def schema_names() -> list[str]:
    """The names of all descriptions of schemas, such as `tools/count`, sorted."""
    return sorted(_names(files(__name__), "", _SCHEMA))


def variables(name: str) -> frozenset[str]:
    """The variables that `name` wants: all of them, and no others."""
    return _load(name)[1]


def render(name: str, **values: object) -> str:
    """The text of a prompt with its variables filled.

    Raises:
        PromptError: there is no such prompt, or `values` are not exactly its variables.
    """
    template, wanted = _load(name)
    if values.keys() != wanted:
        raise PromptError(f"prompt {name!r} takes {sorted(wanted)}, got {sorted(values)}")
    return template.render(**values)


@cache
def schema_text(name: str) -> SchemaText:
    """The descriptions of a JSON schema: of the whole, and of its fields.

    Raises:
        PromptError: there is no such file, or it holds something else.
    """
    content = tomllib.loads(_read(name, _SCHEMA, schema_names))
    description, fields = content.pop("description", None), content.pop("fields", {})
    texts = [description, *fields.values()]
    if content or not all(isinstance(text, str) and text for text in texts):
        raise PromptError(f"prompt {name!r} is no schema's text; write `description` and, under [fields], a text each")
    return SchemaText(name, description, fields)


@cache
def _load(name: str) -> tuple[Template, frozenset[str]]:
    source = _read(name, _TEMPLATE, names).rstrip("\n")
    return _ENVIRONMENT.from_string(source), frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source)))


def _read(name: str, suffix: str, known: Callable[[], list[str]]) -> str:
    path = files(__name__).joinpath(f"{name}{suffix}")
    if not path.is_file():
        raise PromptError(f"no prompt {name!r}; there are: {', '.join(known())}")
    return path.read_text(encoding="utf-8")


def _names(folder: Traversable, prefix: str, suffix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _names(entry, f"{prefix}{entry.name}/", suffix)
        elif entry.name.endswith(suffix):
            yield prefix + entry.name.removesuffix(suffix)
