"""What tools see of generated functions: what they see of functions written by hand."""

from __future__ import annotations

import os
from textwrap import dedent

import pytest

from jiti.testing import Project, ScriptedModel, submit
from tests.functional.by_hand import written_by_hand

SOURCE = '''"""Shop."""

from __future__ import annotations

from collections.abc import Iterator

from jiti import jiti


class Cart:
    """A cart."""

    def __init__(self, prices: list[int]) -> None:
        self.prices = prices

    @jiti
    def cheapest(self, count: int = 1) -> list[int]:
        """Give the lowest prices."""
        raise NotImplementedError


@jiti
def total(prices: list[int], *, of_none: int = -1) -> int:
    """Add the prices; of no prices give `of_none`."""
    raise NotImplementedError


@jiti
def each(prices: list[int]) -> Iterator[int]:
    """Give one price after the other."""
    yield ...
'''
TOTAL = "result = sum(prices)\nif not prices:\n    return of_none\nreturn result"
BODIES = {
    "Cart.cheapest": ("return 5", "return sorted(self.prices)[:count]"),
    "total": ("return 'a'", TOTAL),
    "each": ("return 5", "yield from prices"),
}
SCRIPT = {f"app/shop.py::{name}": [submit(body) for body in bodies] for name, bodies in BODIES.items()}
FILES = {"app/__init__.py": "", "app/shop.py": SOURCE}

WARM = "shop.total([1]), shop.Cart([1]).cheapest(), list(shop.each([1]))\n"
TOOLS = {
    "pickle": """
        import copy, pickle

        for named in (shop.total, shop.each, shop.Cart.cheapest):
            print(pickle.loads(pickle.dumps(named)) is named, copy.deepcopy(named) is named)
        print(pickle.loads(pickle.dumps(shop.Cart([2, 1]).cheapest))(2))
        """,
    "inspect": """
        import inspect, typing

        for named in (shop.total, shop.each, shop.Cart.cheapest):
            print(named.__name__, named.__qualname__, named.__module__, type(named).__name__)
            print(inspect.signature(named), inspect.getdoc(named), inspect.getmodule(named).__name__)
            print(inspect.isfunction(named), inspect.isgeneratorfunction(named), typing.get_type_hints(named))
        """,
    "traceback": """
        import traceback

        for failing in (lambda: shop.total(["a"]), lambda: shop.Cart([1, "a"]).cheapest(), shop.total):
            try:
                failing()
            except TypeError as error:
                *_, last = traceback.extract_tb(error.__traceback__)
                print(len(traceback.extract_tb(error.__traceback__)), last.name, last.line, error)
        """,
    "profile": """
        import sys

        called = []
        sys.setprofile(lambda frame, event, _: called.append(frame.f_code.co_name) if event == "call" else None)
        shop.total([1]), shop.Cart([1]).cheapest(), list(shop.each([1]))
        sys.setprofile(None)
        print(called)
        """,
    "coverage": """
        import coverage, linecache

        code = shop.total.__code__
        lines = sorted({line for *_, line in code.co_lines() if line and line > code.co_firstlineno})
        measured = coverage.Coverage(data_file=None, include=[code.co_filename], config_file=False)
        measured.start()
        shop.total([1, 2])
        measured.stop()
        _, _, _, missing, _ = measured.analysis2(code.co_filename)
        for line in lines:
            print("missing" if line in missing else "run", linecache.getline(code.co_filename, line).strip())
        """,
    "debugger": """
        import io, linecache, pdb, re

        path = shop.total.__code__.co_filename
        [line] = [n for n, text in enumerate(linecache.getlines(path), 1) if text == "    return result\\n"]
        commands = io.StringIO(f"break {path}:{line}\\ncontinue\\np result\\nargs\\nclear 1\\ncontinue\\n")
        told = io.StringIO()
        debugger = pdb.Pdb(stdin=commands, stdout=told, nosigint=True, readrc=False)
        print(debugger.runcall(shop.total, [2, 3]))
        print(re.sub(r"[(:]\\d+[)]?", "", told.getvalue().replace(path, "FILE")))
        """,
    "threads": """
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(8) as pool:
            print(list(pool.map(shop.total, [[n] for n in range(8)])))
        """,
    "fork": """
        import multiprocessing

        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(shop.total, [[1], [2, 3], []]), pool.map(shop.Cart.cheapest, [shop.Cart([3, 2])]))
        """,
    "spawn": """
        import multiprocessing

        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                print(pool.map(shop.total, [[1], [2, 3], []]), pool.map(shop.Cart.cheapest, [shop.Cart([3, 2])]))
        """,
}
"""Scripts that print what a tool sees of the module `shop`."""
OF_FIRST_CALLS = ("threads", "spawn")
"""Of these the first calls may be the tool's own; for the others `shop` is used before."""
BY_HAND = {"app/shop.py": written_by_hand(SOURCE, *(right for _, right in BODIES.values()))}
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def script(tool: str) -> dict[str, str]:
    """The file to run."""
    before = "" if tool in OF_FIRST_CALLS else WARM
    return {"main.py": f"from app import shop\n{before}{dedent(TOOLS[tool])}"}


def seen_by_hand(tool: str) -> str:
    """What the tool sees of the same code, written by hand."""
    ran = Project({**FILES, **BY_HAND, **script(tool)}).run("python", "-W", "ignore", "main.py")
    assert (bool(ran.stdout.strip()), ran.stderr) == (True, "")
    return ran.stdout


@pytest.fixture(scope="module")
def generated() -> Project:
    """A project whose stubs were generated, by an ordinary first call."""
    project = Project({**FILES, "main.py": f"from app import shop\nprint({WARM.strip()})\n"}, ScriptedModel(SCRIPT))
    ran = project.run("python", "main.py")
    assert (ran.stdout, len(ran.requests)) == ("1 [1] [1]\n", 2 * len(BODIES)), ran.stderr
    return project


@pytest.mark.parametrize("tool", [pytest.param(each, marks=needs_fork) if each == "fork" else each for each in TOOLS])
def test_it_sees_what_it_sees_of_code_written_by_hand(generated: Project, tool: str) -> None:
    generated.write(script(tool))
    ran = generated.run("python", "-W", "ignore", "main.py", env={"JITI_FROZEN": "1"})
    assert (ran.stdout, ran.stderr) == (seen_by_hand(tool), "")


@pytest.mark.parametrize("tool", OF_FIRST_CALLS)
def test_it_may_make_the_first_calls(tool: str) -> None:
    """Each stub is generated once, in whatever thread or process it is called first."""
    project = Project({**FILES, **script(tool)}, model=ScriptedModel(SCRIPT))
    ran = project.run("python", "-W", "ignore", "main.py")
    assert ran.stdout == seen_by_hand(tool), ran.stderr
    assert len(ran.requests) == 2 * len({request["key"] for session in project.sessions() for request in session[:1]})


def test_coverage_of_a_whole_run_tells_the_files_of_the_mirror() -> None:
    """`coverage run` in the project, with the first call in it: what was run of each file, by its path."""
    files = {**FILES, "main.py": "from app import shop\nprint(shop.total([1, 2]))\n"}
    project = Project(files, model=ScriptedModel(SCRIPT))
    for env in ({}, {"JITI_FROZEN": "1"}):
        ran = project.run("python", "-m", "coverage", "run", "--include", ".jiti/*", "main.py", env=env)
        assert (ran.stdout, ran.exit_code) == ("3\n", 0), ran.stderr
        report = project.run("python", "-m", "coverage", "report", "--show-missing").stdout
        lines = (project.root / ".jiti/app/shop/total.py").read_text().splitlines()
        missed = lines.index("        return of_none") + 1
        [row] = [line.split() for line in report.splitlines() if line.startswith(".jiti")]
        assert (row[0], row[2], row[4]) == (os.path.join(".jiti", "app", "shop", "total.py"), "1", str(missed))
