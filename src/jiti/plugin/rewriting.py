"""pytest's introspection for tests that an agent wrote: their bodies lie where pytest rewrites no asserts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

    import pytest


def compiled(text: str, path: str, config: pytest.Config) -> CodeType | None:
    """A test's code, with its asserts rewritten as pytest does in test files; None where that cannot be.

    Args:
        text: the whole file.
        path: where it lies.
        config: of the run.
    """
    if config.getoption("assertmode", "plain") != "rewrite":
        return None
    try:
        # pytest has no public way to rewrite what its own import hook does not find.
        from _pytest.assertion.rewrite import rewrite_asserts

        tree = ast.parse(text, path)
        rewrite_asserts(tree, text.encode(), path, config)
    except (ImportError, TypeError, SyntaxError):  # another pytest; or the loader says what is wrong with the text
        return None
    return compile(tree, path, "exec", dont_inherit=True)
