"""The offline gate, `jiti check`, on many stubs that are fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import layouts
from benchmarks.environments import JAUNT, PEER, PEER_PYTHON
from benchmarks.figures import FLOOR, HERE, Figure, Goal, Row
from benchmarks.processes import Command, in_turn
from jiti import filing, stub
from jiti.definition import define

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.environments import Environment, Environments

COLUMNS = (FLOOR, HERE, PEER, JAUNT)
SIZES = (5_000, 10_000)
READ_ALL = """
import ast
import pathlib
for path in sorted(pathlib.Path.cwd().rglob("*.py")):
    text = path.read_text("utf-8")
    if ".jiti" not in path.parts:
        ast.parse(text)
"""
TOO_MANY = "Measured at 1,000 stubs alone."
JAUNT_TOML = 'version = 1\n\n[paths]\nsource_roots = ["."]\ntest_roots = ["tests"]\ngenerated_dir = "__generated__"\n'
JAUNT_CHECK = (
    "from jaunt.cli import main; import contextlib\nwith contextlib.suppress(SystemExit):\n    main(['check'])"
)
PEER_STATUS = "from jiti.cli import main; main(['status'])"


def rows(environments: Environments, rounds: int, folder: Path) -> list[Row]:
    """A thousand stubs beside the others' nearest commands; more of them, and what twice as many take."""
    own, rounds = environments.here[PEER_PYTHON], (rounds + 1) // 2
    found = [beside_others(environments, rounds, folder / "many")]
    taken = {}
    for size in SIZES:
        root = lay_out(folder / str(size), size // layouts.STUBS)
        taken[size] = milliseconds(commands(own, root), rounds)
        figures = {FLOOR: Figure(taken[size][FLOOR]), HERE: Figure(taken[size][HERE], taken[size][FLOOR])}
        goals = (Goal(2_000),) if size == SIZES[-1] else ()
        why_not = {PEER: TOO_MANY, JAUNT: TOO_MANY}
        found.append(Row(_name(size), "ms", figures, goals=goals, why_not=why_not, in_picture=bool(goals)))
    growth = tuple(big / small * 100 for small, big in zip(taken[SIZES[0]][HERE], taken[SIZES[1]][HERE], strict=True))
    name = f"`jiti check`: {SIZES[1]:,} stubs ÷ {SIZES[0]:,}"
    why_not = {FLOOR: "It is a ratio.", PEER: TOO_MANY, JAUNT: TOO_MANY}
    return [*found, Row(name, "%", {HERE: Figure(growth)}, "", (Goal(200, noise=10),), why_not)]


def beside_others(environments: Environments, rounds: int, folder: Path) -> Row:
    """A thousand stubs, and what comes nearest with the others; jaunt's takes so long that it runs once."""
    own, size = environments.here[PEER_PYTHON], layouts.MODULES * layouts.STUBS
    folders = layouts.many(folder, environments)
    told = commands(own, folders[HERE])
    why_not = {}
    if environments.peer.python:
        told[PEER] = Command(environments.peer, ("-c", PEER_STATUS), folders[PEER])
    taken = milliseconds(told, rounds)
    if environments.jaunt.python:
        (folders[JAUNT] / "jaunt.toml").write_text(JAUNT_TOML, "utf-8")
        taken[JAUNT] = (Command(environments.jaunt, ("-c", JAUNT_CHECK), folders[JAUNT]).run().milliseconds,)
    figures = {
        column: Figure(values, taken[FLOOR] if len(values) == rounds and column != FLOOR else ())
        for column, values in taken.items()
    }
    for column, environment in {PEER: environments.peer, JAUNT: environments.jaunt}.items():
        if environment.python is None:
            why_not[column] = environment.why_not
    why_not.setdefault(PEER, "`jiti status`, which reads the mirror and not the sources: it cannot tell what is stale.")
    why_not.setdefault(JAUNT, "`jaunt check`, once; it calls them unbuilt, as digests were not filed by hand.")
    return Row(_name(size), "ms", figures, why_not=why_not)


def commands(own: Environment, root: Path) -> dict[str, Command]:
    """The command, and reading and parsing the same files, which is its floor."""
    return {FLOOR: Command(own, ("-c", READ_ALL), root), HERE: Command(own, ("-m", "jiti", "check"), root)}


def milliseconds(told: dict[str, Command], rounds: int) -> dict[str, tuple[float, ...]]:
    """What each took, by column."""
    return {column: tuple(each.milliseconds for each in taken) for column, taken in in_turn(told, rounds).items()}


def lay_out(root: Path, modules: int) -> Path:
    """Modules of ten fresh stubs; one is filed as it should be, and the others are copies under other names."""
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text("", "utf-8")
    functions = layouts.adders(0)
    for number in range(modules):
        (root / f"m{number}.py").write_text(layouts.source(functions, HERE), "utf-8")
    for each in functions:
        text = filing.file(define(stub.declaration_for(str(root), f"m0.py::{each.qualname}")), each.code, made="-").text
        for number in range(1, modules):
            path = root / ".jiti" / f"m{number}" / f"{each.qualname}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.replace("m0.py::", f"m{number}.py::"), "utf-8")
    return root


def _name(size: int) -> str:
    return f"`jiti check`, {size:,} stubs in {size // layouts.STUBS:,} files"
