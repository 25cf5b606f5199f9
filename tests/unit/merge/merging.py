"""What the tests of merging stand on: one call from a source and what an agent sent to the merged file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

import ruff

from jiti import stub
from jiti.definition import define
from jiti.merge.source import Merged, merged_source
from jiti.splice import compose
from jiti.submission import Submission
from tests.unit.stubs import PYPROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jiti.definition import Definition
    from jiti.merge.source import Item

Sent = str | tuple[str, str]
"""What an agent sent for a stub: a body, or helpers and a body."""


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


class Merger:
    """A project with one source file, `app/text.py` unless said otherwise, whose stubs are merged."""

    def __init__(self, root: Path, path: str = "app/text.py") -> None:
        self.root = root
        self.path = path
        self.module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def write(self, source: str, encoding: str = "utf-8") -> None:
        """Write the source file, byte for byte."""
        (self.root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
        file = self.root / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source.encode(encoding))

    def definitions(self) -> dict[str, Definition]:
        """The stubs of the file by qualname."""
        declarations = stub.declarations_in(str(self.root), self.path)
        return {each.qualname: define(each) for each in declarations}

    def item(self, definition: Definition, sent: Sent) -> Item:
        """A stub with its implementation, put together and formatted as when it is generated."""
        helpers, body = sent if isinstance(sent, tuple) else ("", sent)
        code = compose(definition, self.module, Submission(body, helpers))
        return definition, _formatted(code)

    def merge(
        self,
        source: str,
        sent: Mapping[str, Sent],
        encoding: str = "utf-8",
        **options: Any,  # noqa: ANN401 - as they are
    ) -> Merged:
        """The source after a merge of stubs by their qualnames; what was not sent stays a stub."""
        self.write(source, encoding)
        definitions = self.definitions()
        items = [self.item(definitions[qualname], each) for qualname, each in sent.items()]
        return merged_source(source, items, self.module, **options)

    def merge_code(self, source: str, code: Mapping[str, str], **options: Any) -> Merged:  # noqa: ANN401 - as they are
        """The same, for implementations that were edited by hand: their whole code by qualname."""
        self.write(source)
        definitions = self.definitions()
        return merged_source(source, [(definitions[name], each) for name, each in code.items()], self.module, **options)


@cache
def _formatted(code: str) -> str:
    command = [ruff.find_ruff_bin(), "format", "--isolated", "-"]
    return subprocess.run(command, input=code.encode(), capture_output=True, check=True).stdout.decode()


def run(text: str, name: str = "merged") -> Any:  # noqa: ANN401 - whatever it binds
    """A merged file as a module."""
    module = ModuleType(name)
    sys.modules[name] = module  # a dataclass looks there for its module
    try:
        exec(compile(text.removeprefix("\ufeff"), f"<{name}>", "exec", dont_inherit=True), vars(module))  # noqa: S102 - it is tested
    finally:
        del sys.modules[name]
    return module


def keeps_the_rest(before: str, after: str, *qualnames: str) -> bool:
    """Whether all lines of a file stand in its merged form, in order, but for these functions and imports."""
    left = iter(_LINE.findall(after.removeprefix("\ufeff")))
    return all(line in left for line in _outside(before, qualnames))


def _outside(text: str, names: tuple[str, ...]) -> list[str]:
    """The lines that no merge of these functions may change; blank ones beside an import may go with it."""
    tree = ast.parse(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    gone: set[int] = set()
    for node in (each for each in ast.walk(tree) if isinstance(each, ast.stmt)):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in names
        if is_function or isinstance(node, ast.Import | ast.ImportFrom) or _is_about_imports(node):
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            gone |= set(range(first, (node.end_lineno or first) + 1))
    lines = enumerate(_LINE.findall(text.removeprefix("\ufeff")), 1)
    return [line for number, line in lines if number not in gone and line.strip()]


def _is_about_imports(node: ast.AST) -> bool:
    """Whether it is a condition around imports of jiti, and nothing else."""
    if not isinstance(node, ast.If | ast.Try):
        return False
    inner = [each for each in ast.walk(node) if isinstance(each, ast.stmt) and each is not node]
    return all("jiti" in ast.unparse(each) or isinstance(each, ast.Pass | ast.Raise) for each in inner)
