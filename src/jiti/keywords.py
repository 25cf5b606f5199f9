"""Keywords of a stub's decorator, as its own text has them: nothing is run."""

from __future__ import annotations

from jiti.errors import StubError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

    from jiti.stub import Declaration


def value_of(
    keyword: str, declaration: Declaration, decorator: ast.expr, tree: ast.Module, *, example: str
) -> ast.expr | None:
    """What a keyword is given in a call of the decorator; None where it does not stand there.

    Args:
        keyword: `allow`, `uses`.
        declaration: the stub.
        decorator: the node of its `@jiti`.
        tree: the whole file's.
        example: how it is written, for the error.

    Raises:
        StubError: it stands in `my = jiti(…)`, where it would speak for more than one stub.
    """
    import ast

    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(called, ast.Name) and _says_something(_of(_assigned(called.id, tree), keyword)):
        message = f"{declaration.place}: {keyword}= stands in `{called.id} = …`, and not above {declaration.qualname}"
        hint = f"each stub says it for itself: `@{called.id}({example})`"
        raise StubError(message, key=declaration.key, hint=hint)
    return _of(decorator, keyword)


def _says_something(value: ast.expr | None) -> bool:
    return value is not None and getattr(value, "elts", None) != []


def _assigned(name: str, tree: ast.Module) -> ast.expr | None:
    """What a name of the module was given last."""
    import ast

    assigned = None
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(getattr(each, "id", "") == name for each in statement.targets):
            assigned = statement.value
    return assigned


def _of(decorator: ast.expr | None, keyword: str) -> ast.expr | None:
    keywords = getattr(decorator, "keywords", ())
    return next((each.value for each in keywords if each.arg == keyword), None)
