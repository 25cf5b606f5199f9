"""The policy: what no implementation may do, under whatever name, and what only looks like it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from jiti.checks import policy


def broken(code: str) -> list[tuple[str, int | None]]:
    """Rule and line of each thing that a candidate breaks."""
    found = policy.check(dedent(code).strip("\n"))
    assert {(each.check, each.path) for each in found} <= {("policy", "candidate")}
    return [(each.code, each.line) for each in found]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("eval('1')", "no-dynamic-code"),
        ("exec('x = 1')", "no-dynamic-code"),
        ("compile('1', '', 'eval')", "no-dynamic-code"),
        ("e = eval", "no-dynamic-code"),
        ("sorted([], key=eval)", "no-dynamic-code"),
        ("import marshal", "no-dynamic-code"),
        ("from types import CodeType", "no-dynamic-code"),
        ("import runpy", "no-dynamic-code"),
        ("from timeit import timeit", "no-dynamic-code"),
        ("import cProfile; cProfile.run('x')", "no-dynamic-code"),
        ("import pdb", "no-dynamic-code"),
        ("import typing; typing.ForwardRef(x)", "no-dynamic-code"),
        ("__import__('os')", "no-dynamic-import"),
        ("import inspect; inspect.importlib.import_module('os')", "no-dynamic-import"),
        ("import posix; posix.fork()", "no-process-control"),
        ("import random; random._os.fork()", "no-process-control"),
        ("import os; os.sys.modules['x']", "no-interpreter-state"),
        ("connection.load_extension('x')", "no-memory-access"),
        ("import importlib; importlib.import_module('os')", "no-dynamic-import"),
        ("from importlib import import_module", "no-dynamic-import"),
        ("import importlib.util", "no-dynamic-import"),
        ("import ctypes.util", "no-memory-access"),
        ("from cffi import FFI", "no-memory-access"),
        ("import gc", "no-interpreter-state"),
        ("globals()['x'] = 1", "no-interpreter-state"),
        ("import sys; sys.modules['x']", "no-interpreter-state"),
        ("import sys; sys.settrace(None)", "no-interpreter-state"),
        ("from sys import setprofile as s", "no-interpreter-state"),
        ("import threading; threading.settrace(None)", "no-interpreter-state"),
        ("x.addaudithook(y)", "no-interpreter-state"),
        ("import sys; sys._getframe()", "no-frames"),
        ("from sys import _current_frames", "no-frames"),
        ("import inspect; inspect.stack()", "no-frames"),
        ("from inspect import currentframe as c", "no-frames"),
        ("error.__traceback__.tb_frame", "no-frames"),
        ("generator.gi_frame", "no-frames"),
        ("frame.f_back", "no-frames"),
        ("frame.f_locals", "no-frames"),
        ("f.__globals__", "no-internals"),
        ("f.__code__ = g", "no-internals"),
        ("f.__closure__[0]", "no-internals"),
        ("().__class__.__bases__", "no-internals"),
        ("object.__subclasses__()", "no-internals"),
        ("__builtins__['eval']", "no-internals"),
        ("getattr(f, '__globals__')", "no-internals"),
        ("import operator; operator.attrgetter('a.__globals__')", "no-internals"),
        ("import sys; sys.exit(1)", "no-exit"),
        ("exit()", "no-exit"),
        ("quit()", "no-exit"),
        ("import os; os._exit(0)", "no-process-control"),
        ("import os; os.fork()", "no-process-control"),
        ("from os import execv", "no-process-control"),
        ("import pytest", "no-testing-tools"),
        ("from _pytest import runner", "no-testing-tools"),
        ("from unittest import mock", "no-testing-tools"),
        ("import unittest.mock as m", "no-testing-tools"),
        ("import jiti", "no-jiti"),
        ("from jiti.engine import Engine", "no-jiti"),
        ("from app import text; text.LIMIT = 3", "no-foreign-assignment"),
        ("from app import text; text.LIMIT += 3", "no-foreign-assignment"),
        ("from app import text; del text.LIMIT", "no-foreign-assignment"),
        ("from app import text; setattr(text, 'LIMIT', 3)", "no-foreign-assignment"),
        ("from app import text; delattr(text, 'LIMIT')", "no-foreign-assignment"),
        ("from app.text import Token; Token.__eq__ = None", "no-foreign-assignment"),
        ("from app.text import Token; type.__setattr__(Token, 'x', 1)", "no-foreign-assignment"),
        ("import app.text; app.text.LIMIT: int = 3", "no-foreign-assignment"),
        ("import builtins; builtins.len = None", "no-foreign-assignment"),
        ("from app import text; text.__dict__['LIMIT']", "no-namespace-write"),
        ("from app import text; vars(text)['LIMIT']", "no-namespace-write"),
        ("vars()['x'] = 1", "no-namespace-write"),
        ("vars(self).update(x=1)", "no-namespace-write"),
        ("from app import text; getattr(text, name)", "no-computed-attribute"),
        ("import builtins; getattr(builtins, 'ev' + 'al')", "no-computed-attribute"),
        ("value.__class__ = Other", "no-class-change"),
    ],
)
def test_it_turns_down(code: str, rule: str) -> None:
    assert broken(code) == [(rule, 1)]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("import builtins\nbuiltins.eval('1')", "no-dynamic-code"),
        ("import builtins as b\ngetattr(b, 'eval')('1')", "no-dynamic-code"),
        ("import os as o\no._exit(1)", "no-process-control"),
        ("import os\nx = y = os\ny.fork()", "no-process-control"),
        ("import os, sys\na, b = os, sys\nb.modules", "no-interpreter-state"),
        ("import os\nif x := os:\n    x.fork()", "no-process-control"),
        ("import sys\ndef f():\n    return sys.modules", "no-interpreter-state"),
        ("import sys\nclass _A:\n    s = sys\n    m = s.modules", "no-interpreter-state"),
        ("import os\nx = None\nx = os\nx.fork()", "no-process-control"),
        ("import os\nx = os\nos = x\nos.fork()", "no-process-control"),
    ],
)
def test_it_sees_through_another_name(code: str, rule: str) -> None:
    assert broken(code) == [(rule, code.count("\n") + 1)]


@pytest.mark.parametrize(
    "code",
    [
        "import re\nre.compile('a')",
        "def f(eval, exit, compile):\n    return eval(compile(exit))",
        "def f():\n    quit = 1\n    return quit",
        "(lambda globals: globals())(x)",
        "[eval for eval in x]",
        "for exec in x:\n    print(exec)",
        "class _A:\n    def f(self):\n        self.x = 1\n        object.__setattr__(self, 'y', 2)",
        "def f(self):\n    return vars(self)",
        "getattr(value, name)",
        "from app import Color\ngetattr(Color, name)",
        "from app import text\ngetattr(text, 'LIMIT')",
        "from importlib import resources",
        "import importlib.metadata",
        "import os\nos.path.join('a')",
        "import sys\nsys.maxsize",
        "import os\ndef f(os):\n    os.fork()",
        "type(x).__name__\nx.__class__.__name__",
        "error.__traceback__",
        "from app.text import Token\nt = Token()\nt.x = 1",
        "import codecs",
        "raise SystemExit(2)",
        "import operator\noperator.attrgetter('a.b')",
    ],
)
def test_it_lets_pass(code: str) -> None:
    assert broken(code) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            """
            from __future__ import annotations
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                import pytest
            def f(request: pytest.FixtureRequest) -> pytest.Item: ...
            """,
            [],
            id="where annotations are not evaluated",
        ),
        pytest.param(
            """
            from __future__ import annotations
            import typing
            if typing.TYPE_CHECKING:
                import gc
            def f(): return gc.get_objects()
            """,
            [("no-interpreter-state", 5)],
            id="but not where it is used",
        ),
        pytest.param(
            """
            from typing import TYPE_CHECKING
            TYPE_CHECKING = True
            if TYPE_CHECKING:
                import gc
            """,
            [("no-interpreter-state", 4)],
            id="nor where the block runs",
        ),
        pytest.param(
            """
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                pass
            else:
                import gc
            """,
            [("no-interpreter-state", 5)],
            id="nor beside the block",
        ),
    ],
)
def test_what_type_checkers_alone_read_is_free(code: str, expected: list[tuple[str, int]]) -> None:
    assert broken(code) == expected


def test_each_rule_is_told_once_a_line_with_what_to_do_instead() -> None:
    [first, second] = policy.check("x = eval('1') + eval('2')\nimport gc")
    assert str(first) == (
        "policy no-dynamic-code candidate:1: `eval` is not allowed: write the code itself; for data there are "
        "`ast.literal_eval`, `json` and `re`\n    x = eval('1') + eval('2')"
    )
    assert second.code == "no-interpreter-state"


def test_what_is_too_deep_to_be_read_is_turned_down() -> None:
    [found] = policy.check("x = " + "-" * 900 + "1")
    assert found.code == "too-deep"
