"""What a target promises: signatures and docstrings, and nothing of its body."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from jiti.agent.interface import interface_of
from jiti.definition import define
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from pathlib import Path


def interface(root: Path, source: str, qualname: str) -> str:
    (root / "pyproject.toml").touch()
    (root / "a.py").write_text("from jiti import jiti\n" + dedent(source), encoding="utf-8")
    return interface_of(define(declaration_for(str(root), f"a.py::{qualname}")))


def test_a_function_comes_with_its_overloads_and_the_names_that_it_speaks_of(tmp_path: Path) -> None:
    source = '''
        import os
        from typing import overload
        from b import Other

        LIMIT = 3
        UNUSED = 4

        class Token(Other):
            """A token."""
            text: str
            def __init__(self, text: str) -> None: self.text = text
            def _hidden(self): return "how it is done"

        @overload
        def f(text: str) -> Token: ...
        @overload
        def f(text: bytes) -> "Other": ...
        @jiti
        def f(text, limit=LIMIT):
            """Find it."""
            # with a regex
    '''
    assert interface(tmp_path, source, "f") == dedent('''\
        from b import Other

        LIMIT = 3

        class Token(Other):
            """A token."""
            text: str

            def __init__(self, text: str) -> None:
                ...

        @overload
        def f(text: str) -> Token:
            ...

        @overload
        def f(text: bytes) -> 'Other':
            ...

        def f(text, limit=LIMIT):
            """Find it."""
            ...''')


def test_a_method_comes_with_its_class_even_if_it_is_private(tmp_path: Path) -> None:
    source = '''
        class Parser:
            strict: bool = False

            def __init__(self) -> None:
                self._rest = "how it is done"

            def _other(self) -> int: ...

            @jiti
            @staticmethod
            def _parse(text: str) -> int:
                """The number."""
    '''
    assert interface(tmp_path, source, "Parser._parse") == dedent('''\
        class Parser:
            strict: bool = False

            def __init__(self) -> None:
                ...

            @staticmethod
            def _parse(text: str) -> int:
                """The number."""
                ...''')


def test_a_function_inside_another_comes_alone(tmp_path: Path) -> None:
    source = '''
        def outer():
            secret = 1
            @jiti
            async def inner(x: int) -> int:
                """One more."""
            return inner
    '''
    assert interface(tmp_path, source, "outer.<locals>.inner") == (
        'async def inner(x: int) -> int:\n    """One more."""\n    ...'
    )
