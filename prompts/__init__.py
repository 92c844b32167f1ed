"""Every text that a model reads, one file per prompt, with strict variables.

`render("choose_tool", question=...)` fills `choose_tool.txt`. A missing or an unknown variable is an error before any
model runs, so a prompt and its caller cannot drift apart. The pocket models are trained on these very files.
"""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template, meta

# Models read the text, no browser does: escaping would garble it.
_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701


class PromptError(ValueError):
    """A prompt that does not exist, or variables that are not its own."""


@cache
def _load(name: str) -> tuple[Template, frozenset[str]]:
    path = files(__name__) / f"{name}.txt"
    if not path.is_file():
        raise PromptError(f"no prompt {name!r}; there are: {', '.join(names())}")
    source = path.read_text(encoding="utf-8").rstrip("\n")
    return _ENVIRONMENT.from_string(source), frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source)))


def names() -> list[str]:
    """Every prompt's name, sorted."""
    return sorted(p.name.removesuffix(".txt") for p in files(__name__).iterdir() if p.name.endswith(".txt"))


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
