"""What a stub lets its implementation do besides computing: `@jiti(allow=["files"])`.

It is read twice: from the source, where it is part of what the stub says, and when the decorator runs, so that a
mistake is told at once.
"""

from __future__ import annotations

from jiti import keywords
from jiti.errors import StubError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from jiti.stub import Declaration

EFFECTS = ("env", "files", "network", "output", "process", "random", "state", "time")
"""All that can be allowed."""
_KEYWORD = "allow"
_LITERAL = 'write a literal list, which can be read without running anything: `allow=["files"]`'


def require(names: object, place: str = "@jiti", *, key: str | None = None) -> frozenset[str]:
    """The effects that `allow=` names.

    Args:
        names: what it was given.
        place: where it stands, for the error.
        key: the stub.

    Raises:
        StubError: it is no list of names of effects.
    """
    if not isinstance(names, list | tuple) or not all(isinstance(each, str) for each in names):
        raise StubError(f"{place}: allow= takes a list of names of effects, not {names!r}", key=key, hint=_LITERAL)
    for name in names:
        if name not in EFFECTS:
            raise StubError(f"{place}: allow= names no effect: {name!r}", key=key, hint=_nearest(name))
    return frozenset(names)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), EFFECTS, n=1)
    return f'did you mean "{near[0]}"?' if near else f"the effects are {', '.join(EFFECTS)}"


def of_stub(declaration: Declaration, decorator: ast.expr, tree: ast.Module) -> frozenset[str]:
    """The effects that a stub allows, as its decorator's own text says.

    Args:
        declaration: the stub.
        decorator: the node of its `@jiti`.
        tree: the whole file's.

    Raises:
        StubError: what stands there is no literal list of names, or stands somewhere else.
    """
    import ast

    place, key = declaration.place, declaration.key
    value = keywords.value_of(_KEYWORD, declaration, decorator, tree, example='allow=["files"]')
    if value is None:
        return frozenset()
    try:
        names = ast.literal_eval(value)
    except ValueError:
        shown = ast.unparse(value)
        raise StubError(f"{place}: allow= is not a literal list: {shown}", key=key, hint=_LITERAL) from None
    return require(names, place, key=key)
