"""Which classes and functions a judge takes from an answer: by exact name, from its own modules, and not all of these.

A class with an obliging `__eq__`, as libraries for tests have them, is as good as a forged verdict. So only the
project's own classes are taken, but for those of its tests, and those of packages that the project's code names.
"""

from __future__ import annotations

import os
import sys
import unittest
from functools import cached_property
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

TEST_TOOLS = frozenset(
    {
        *("pytest", "_pytest", "pluggy", "unittest", "mock", "doctest", "hypothesis", "dirty_equals", "pytest_mock"),
        *("jiti", "_jiti"),
    }
)
"""Packages of which nothing is taken: what they offer is there to decide on tests."""
_OF_THE_SYSTEM = frozenset({"builtins", "typing", "types", "abc", "__future__", "__main__", "__mp_main__"})
_OF_PLAIN_FUNCTIONS = frozenset({"builtins", "operator", "math", "_operator"})

_NEVER_PASSES = (unittest.SkipTest,)


class UntrustedError(Exception):
    """Something that a judge does not take; the message names it."""


class Trusted:
    """Looks names up for one job.

    Args:
        root: the project root.
        module: the stub's module.
        tests: names of the modules that hold tests.
    """

    def __init__(self, root: str, module: ModuleType, tests: Collection[str]) -> None:
        self._root = os.path.join(os.path.realpath(root), "")
        self._module = module
        self._tests = frozenset(tests)
        self._own: dict[str, tuple[ModuleType | None, bool]] = {}
        self._known: dict[tuple[str, str], type] = {}

    def class_(self, module: str, qualname: str) -> type:
        """A class whose instances are taken.

        Raises:
            UntrustedError: there is none, or it is not the project's and no package's that this names.
        """
        found = self._known.get((module, qualname))
        if found is None:
            found = self._class(module, qualname)
            if not self.names(module):
                raise UntrustedError(f"{module}.{qualname}")
            self._known[module, qualname] = found
        return found

    def exception(self, module: str, qualname: str) -> type[BaseException]:
        """A class of exceptions: any but those that decide on tests.

        Raises:
            UntrustedError: there is none.
        """
        found = self._class(module, qualname)
        decides = module.partition(".")[0] in TEST_TOOLS or module in self._tests
        if not issubclass(found, BaseException) or (decides and found not in _NEVER_PASSES):
            raise UntrustedError(f"{module}.{qualname}")
        return found

    def named(self, module: str, qualname: str) -> Any:  # noqa: ANN401 - whatever is there
        """A class or function as a value, or a value that the project's code has under a name.

        Raises:
            UntrustedError: there is none that is taken.
        """
        found = self._find(module, qualname)
        is_function = isinstance(found, FunctionType | BuiltinFunctionType)
        if self.is_own(module) or (isinstance(found, type) and (module == "builtins" or self.names(module))):
            return found
        if is_function and module in _OF_PLAIN_FUNCTIONS and found not in _REFUSED:
            return found
        raise UntrustedError(f"{module}.{qualname}")

    def names(self, module: str) -> bool:
        """Whether a module is the project's, or of a package that the project's code names."""
        top = module.partition(".")[0]
        return top not in TEST_TOOLS and (self.is_own(module) or top in self._packages)

    def is_test(self, name: str) -> bool:
        """Whether a module holds tests."""
        return name in self._tests

    def is_own(self, name: str) -> bool:
        """Whether a module is the project's, and holds no tests."""
        module = sys.modules.get(name)
        if name not in self._own or self._own[name][0] is not module:
            self._own[name] = module, module is not None and self._is_own(name, module)
        return self._own[name][1]

    def _is_own(self, name: str, module: ModuleType) -> bool:
        if name.partition(".")[0] in TEST_TOOLS or name in self._tests:
            return False
        if module is self._module:
            return True
        file = getattr(module, "__file__", None)
        path = os.path.realpath(file) if isinstance(file, str) else ""
        if not path.startswith(self._root) or "site-packages" in path:
            return False
        base = os.path.basename(path)
        return not (base.startswith(("test_", "conftest.")) or base.endswith("_test.py"))

    @cached_property
    def _packages(self) -> frozenset[str]:
        """Top-level names of what the project's modules import."""
        found = set()
        for name in list(sys.modules):
            if self.is_own(name):
                found |= {_top(value) for value in list(vars(sys.modules[name]).values())}
        of_tests = {name.partition(".")[0] for name in self._tests}  # a test may have put something of its own there
        return frozenset(found) - _OF_THE_SYSTEM - TEST_TOOLS - of_tests - {""}

    def _class(self, module: str, qualname: str) -> type:
        found = self._find(module, qualname)
        if not isinstance(found, type) or (found.__module__, found.__qualname__) != (module, qualname):
            raise UntrustedError(f"{module}.{qualname}")
        return found

    @staticmethod
    def _find(module: str, qualname: str) -> Any:  # noqa: ANN401 - whatever is there
        found: Any = sys.modules.get(module)
        for name in qualname.split("."):
            if not isinstance(found, type | ModuleType) or name not in vars(found):
                raise UntrustedError(f"{module}.{qualname}")
            found = vars(found)[name]
        return found


_REFUSED = (eval, exec, compile, __import__, open, getattr, setattr, delattr)


def _top(value: object) -> str:
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0]
    if isinstance(value, type | FunctionType):
        return str(value.__module__).partition(".")[0]
    return ""
