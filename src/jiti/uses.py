"""What a stub wants its implementation to use: `@jiti(uses=[satisfies, Version])`.

It is read twice, as `allowed` is: from the source, where it is part of what the stub says and is followed to what it
names, and when the decorator runs, so that a mistake is told at once.
"""

from __future__ import annotations

from jiti import keywords
from jiti.errors import StubError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from jiti.stub import Declaration

KEYWORD = "uses"
_LIST = "write a list of the functions and classes themselves: `uses=[satisfies, Version]`"


def require(symbols: object) -> None:
    """Turn down what no `uses=` can be.

    Args:
        symbols: what the decorator was given.

    Raises:
        StubError: it is no list, or there are names in it instead of what they mean.
    """
    if not isinstance(symbols, list | tuple):
        raise StubError(f"@jiti: uses= takes a list of functions and classes, not {symbols!r}", hint=_LIST)
    for each in symbols:
        if isinstance(each, str):
            raise StubError(f"@jiti: uses= takes functions and classes, and {each!r} is a name of one", hint=_LIST)


def of_stub(declaration: Declaration, decorator: ast.expr, tree: ast.Module) -> tuple[ast.expr, ...]:
    """What a stub names in `uses=`, as its decorator's own text has it: names, and attributes of names.

    Args:
        declaration: the stub.
        decorator: the node of its `@jiti`.
        tree: the whole file's.

    Raises:
        StubError: something else stands there, or stands somewhere else.
    """
    import ast

    place, key = declaration.place, declaration.key
    value = keywords.value_of(KEYWORD, declaration, decorator, tree, example="uses=[…]")
    if value is None:
        return ()
    if not isinstance(value, ast.List | ast.Tuple):
        raise StubError(f"{place}: uses= is not a list: {ast.unparse(value)}", key=key, hint=_LIST)
    for each in value.elts:
        if not _is_name(each):
            raise StubError(f"{place}: uses= names no function or class: {ast.unparse(each)}", key=key, hint=_LIST)
    return tuple(value.elts)


def _is_name(node: ast.expr) -> bool:
    import ast

    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
