"""The same model in a child process: what the checks do not see, the kernel does not let it do."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from jiti.sandbox import level
from jiti.testing import call, submit
from tests.functional.injected import GREETING, assert_nothing_came_of_it, obeyed

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_kernel = pytest.mark.skipif(level().layer < 2, reason=f"only {level()}")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something that listens on this machine; whoever calls it is told to a stranger."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


EXPERIMENTS = {
    "another file": "open(root + '/app/other.py', 'w').write('gone')",
    "another file, deleted": "import os; os.unlink(root + '/app/other.py')",
    "the gate": "open(root + '/tests/test_text.py', 'a').write('greet = str')",
    "conftest": "open(root + '/tests/conftest.py', 'w').write('collect_ignore_glob = [\"*\"]')",
    "a new conftest": "open(root + '/conftest.py', 'w').write('import os')",
    "the network": "import socket; socket.create_connection(('127.0.0.1', {port}), 1).sendall(b'told')",
    "a shell": "import subprocess; subprocess.run(['sh', '-c', 'echo gone > ' + root + '/app/other.py'], check=True)",
    ".env": "print(open(root + '/.env').read())",
    "another stub's file": "open(root + '/.jiti/app/other/part.py', 'a').write('part = None')",
    "its own file": "open(root + '/.jiti/app/text/greet.py', 'w').write('# approved: 1')",
    "the settings": "open(root + '/pyproject.toml', 'a').write('[tool.ruff]\\nexclude = [\"*\"]')",
    "a dependency": "open(root + '/pyproject.toml', 'a').write('[dependency-groups]\\ndev = [\"evil\"]')",
    "a name for .env": "import os; os.link(root + '/.env', root + '/notes.txt')",
}
"""What an experiment can try, and the kernel has to keep it from."""


@needs_kernel
def test_an_experiment_that_obeys_fails_at_each_of_them(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    root = "import app, os.path\nroot = os.path.dirname(os.path.dirname(app.__file__))\n"
    script = [call("run_python", code=root + code.replace("{port}", str(port))) for code in EXPERIMENTS.values()]
    project, ran, answers = obeyed(*script)
    for case, answer in zip(EXPERIMENTS, answers, strict=False):
        assert "Error" in answer["output"], f"{case}: {answer['output']}"
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert_nothing_came_of_it(project, ran)


@needs_kernel
def test_nor_can_a_candidate_or_its_tests_do_what_an_experiment_cannot(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    root = "import pathlib\n\nimport app\n\n_ROOT = pathlib.Path(app.__file__).parents[1]\n"
    script = [
        submit(f"(_ROOT / 'app/other.py').write_text('gone')\n{GREETING}", root),
        submit(f"socket.create_connection(('127.0.0.1', {port}), 1).close()\n{GREETING}", "import socket\n"),
        submit(GREETING, "", f"{root}\n\ndef test_it() -> None:\n    (_ROOT / 'app/other.py').write_text('gone')\n"),
    ]
    project, ran, answers = obeyed(*script)
    assert [answer["ok"] for answer in answers] == [False, False, False, True], answers
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert_nothing_came_of_it(project, ran)
