"""Code without a file: cells, as a notebook's kernel runs them."""

from __future__ import annotations

import pytest

from jiti.testing import Project, ScriptedModel, submit

KERNEL = """
import linecache, sys

def run_cell(number, text):
    name = {name!r}.format(number)
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), vars(sys.modules["__main__"]))

cells = {cells!r}
sys.modules["__main__"].__dict__.pop("__file__", None)
for number, cell in enumerate(cells):
    run_cell(number, cell)
"""
CELLS = [
    "from jiti import jiti\n",
    "class Token:\n    pass\n\nSIZE = 3\nprint('side effect')\n",
    '@jiti\ndef make(size: int) -> Token:\n    """Make a token."""\n    # hint\n    raise NotImplementedError\n',
    "print(type(make(SIZE)) is Token, type(make(1)) is Token)\n",
]
NAMES = {"as IPython names them": "<ipython-input-{}-abc>", "as kernels do": "/nowhere/ipykernel_1/{}.py"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_stub_in_a_cell_is_generated_and_found_again(name: str) -> None:
    """In the working folder, under the path `__notebook__`."""
    project = Project({}, model=ScriptedModel(submit("return 5"), submit("return Token()")))
    kernel = KERNEL.format(name=name, cells=CELLS)
    first = project.run("python", "-c", kernel)
    assert first.stdout == "side effect\nTrue True\n", first.stderr
    assert project.mirror()["__notebook__/make.py"].startswith("# Written by jiti for __notebook__::make. ")
    again = project.run("python", "-c", kernel, env={"JITI_FROZEN": "1"})
    assert (again.stdout, again.stderr) == ("side effect\nTrue True\n", "")


def test_code_that_nobody_remembers_cannot_hold_a_stub() -> None:
    """As at a plain prompt before Python 3.13."""
    code = 'from jiti import jiti\nexec(compile(\'@jiti\\ndef f() -> int:\\n  """F."""\\n\', "<stdin>", "exec"))\nf()\n'
    ran = Project({}).run("python", "-c", code)
    *_, error, hint = ran.stderr.splitlines()
    assert error == "jiti.errors.StubError: f has no source file (<stdin>)"
    assert "write the stub in a .py file" in hint
