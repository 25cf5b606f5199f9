"""A project on disk, and benches for its stubs: real child processes, with limits that a test can wait for."""

from __future__ import annotations

import textwrap
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from jiti import filing
from jiti.checks.bench import Bench
from jiti.checks.children import Children
from jiti.checks.execution import Execution
from jiti.checks.limits import Limits
from jiti.definition import define
from jiti.gates import Gate
from jiti.live import LiveCall
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jiti.checks.execution import Result
    from jiti.checks.judging import Judging
    from jiti.definition import Definition
    from jiti.diagnostics import Diagnostic

LIMITS = Limits(memory=256 << 20, output=1 << 20, processes=8)
"""Bounds that a test can reach at once. Those in seconds are lowered by the tests that wait for them."""
SLUGIFY = '''
from jiti import jiti

LIMIT = 3


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug.

    >>> slugify("Hello, World!")
    'hello-world'
    """
    ...
'''


GOOD = """\
import re


def slugify(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
"""


class Workshop:
    """A project.

    Attributes:
        root: its root, which is on the import path.
        needs: the stubs that children needed.
        implementations: what `generate` files for them, by their qualnames.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.needs: list[Mapping[str, object]] = []
        self.implementations: dict[str, str] = {}
        self._judgings: dict[Execution, Judging] = {}
        self._open: list[Bench | Children] = []
        self.write("pyproject.toml", "")

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def stub(self, source: str = SLUGIFY, *, key: str = "text.py::slugify") -> Definition:
        """Write a stub's source file; gives the stub."""
        self.write(key.partition("::")[0], source)
        return define(declaration_for(str(self.root), key))

    def gates(self, source: str, *names: str, path: str = "test_text.py") -> list[Gate]:
        """Write a test file; gives the gates of the names in it."""
        text = self.write(path, source).read_text(encoding="utf-8")
        return [Gate(path, name, _line_of(name, text), "", ("text.py::slugify",), "") for name in names]

    def bench(
        self,
        definition: Definition,
        live: LiveCall | None = None,
        *,
        module: str = "text",
        env: tuple[str, ...] = (),
        limits: Limits = LIMITS,
        fork: bool = True,
        gates: Sequence[Gate] = (),
    ) -> Bench:
        bench = Bench(definition, module, live, env=env, generate=self.generate, limits=limits, fork=fork, gates=gates)
        self._open.append(bench)
        return bench

    def execution(
        self,
        definition: Definition,
        live: LiveCall | None = None,
        *,
        fork: bool = True,
        gates: Sequence[Gate] = (),
        generate: Callable[[Mapping[str, object]], object] | None = None,
        witness: bool = True,
        **limits: float,
    ) -> Execution:
        """What runs candidates, without the checks that only read them."""
        in_force = replace(LIMITS, **limits)
        generate = generate or self.generate
        children = Children(
            definition,
            "text",
            live,
            env=(),
            generate=generate,
            limits=in_force,
            fork=fork,
            gates=gates,
            witness=witness,
        )
        self._open.append(children)
        execution = Execution(definition, live, children, in_force)
        self._judgings[execution] = children.judging
        return execution

    def judged(self, execution: Execution) -> str:
        """How the last candidate was judged."""
        return self._judgings[execution].told()

    def generate(self, need: Mapping[str, object]) -> None:
        """File the implementation of a stub that a child needs, as a generation would."""
        self.needs.append(need)
        definition = define(declaration_for(str(self.root), str(need["key"])))
        if need["qualname"] in self.implementations:
            filing.file(definition, self.implementations[str(need["qualname"])], made="by a test")

    def close(self) -> None:
        for each in self._open:
            each.close()


def call(function: Callable[..., object], *args: object, **kwargs: object) -> LiveCall:
    """The live call of a stub with the parameters of `function`."""
    return LiveCall.of(function, args, kwargs)


def slugify(text: str) -> str:
    """The signature of the stub."""
    return text


def _line_of(name: str, text: str) -> int:
    """The line of a function's `def`, or 1."""
    start = f"def {name.rpartition('.')[2]}("
    return next((number for number, line in enumerate(text.splitlines(), 1) if start in line), 1)


def body(*lines: str) -> str:
    """A candidate for `slugify` whose body has these lines."""
    return "\n".join(["def slugify(text: str) -> str:", *(f"    {line}" for line in lines), ""])


def told(result: Result) -> list[tuple[str, str, str, int | None]]:
    """What a candidate is turned down for, without the messages."""
    return [(each.check, each.path, each.code, each.line) for each in result.diagnostics]


def only(result: Result) -> Diagnostic:
    """The one thing that a candidate is turned down for."""
    [diagnostic] = result.diagnostics
    return diagnostic


def starters() -> list[threading.Thread]:
    """The threads that are to start children, each once it is quiet."""
    return [thread for thread in threading.enumerate() if thread.name == "jiti: start a child"]


def await_starters() -> None:
    """Wait until all that were to be started have been."""
    for starter in starters():
        starter.join(10)
