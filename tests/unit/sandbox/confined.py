"""Running a function in a confined process, and what came of it."""

from __future__ import annotations

import errno
import os
import pickle
import sys
import sysconfig
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from jiti.sandbox import Confinement, Policy, level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

for module in ("ctypes", "pathspec"):
    import_module(module)
sysconfig.get_paths()
"""Another user may not reach this Python: what confining takes is loaded before."""

NOBODY = 65534
IS_REQUIRED = os.environ.get("SANDBOX_LAYER") == "2"
needs_kernel = pytest.mark.skipif(level().layer < 2 and not IS_REQUIRED, reason=f"only {level()}")
"""For tests of what only the kernel can do. Where it has nothing to do it with they are skipped, and that is told;
with SANDBOX_LAYER=2 they fail."""
needs_root = pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root can become another user")


class Box:
    """A project, the folder of a job, and confined processes that have both.

    Attributes:
        project: its root, with a file `app.py`, and a secret in `.env`.
        job: a folder that they may write to.
        outside: a folder that has nothing to do with either, with a file `file` in it.
    """

    def __init__(self, folder: Path) -> None:
        self.project, self.job, self.outside = (folder / name for name in ("project", "job", "outside"))
        for each in (self.project, self.job, self.outside):
            each.mkdir()
            each.chmod(0o777)
        (self.project / "app.py").write_text("VALUE = 1\n", encoding="utf-8")
        (self.project / ".env").write_text("KEY=secret\n", encoding="utf-8")
        (self.outside / "file").write_text("theirs\n", encoding="utf-8")
        folder.chmod(0o755)

    def run(
        self,
        function: Callable[[], object],
        policy: Policy | None = None,
        *,
        processes: bool = False,
        user: int | None = None,
        confined: bool = True,
        hidden: Sequence[str] = (),
    ) -> Any:  # noqa: ANN401 - whatever the function gives
        """What a function gives in a process of its own; of an error its name: `EACCES`, or that of its class."""
        there, back = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                if user is not None:
                    os.setgroups([])
                    os.setresgid(user, user, user)
                    os.setresuid(user, user, user)
                if confined:
                    confinement = Confinement(policy or Policy(), str(self.project), str(self.job), hidden=hidden)
                    confinement.enter([str(self.job)], processes=processes)
                os.write(back, pickle.dumps(_outcome(function)))
            except BaseException:  # noqa: BLE001 - of confining: the test fails, and this says why
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(back)
        with os.fdopen(there, "rb") as told:
            data = told.read()
        os.waitpid(pid, 0)
        return pickle.loads(data) if data else "ended"  # noqa: S301 - the probe's own


def _outcome(function: Callable[[], object]) -> object:
    try:
        return function()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - whatever a probe meets is its result
        return type(error).__name__
