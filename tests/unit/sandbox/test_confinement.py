"""A confined process: what it cannot do, and what it still can; as whoever runs the tests, and as an ordinary user."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING

import pytest

from jiti.sandbox import Confinement, Policy, seal
from tests.unit.sandbox.confined import NOBODY, needs_kernel, needs_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.sandbox.confined import Box

pytestmark = needs_kernel

USERS = [pytest.param(None, id="own"), pytest.param(NOBODY, id="nobody", marks=needs_root)]
LIBC = ctypes.CDLL(None, use_errno=True)


def libc(name: str, *arguments: object) -> int:
    """Call the C library as ctypes can; an error is raised as Python would."""
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def read(path: Path | str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def write(path: Path | str, mode: str = "w") -> None:
    with open(path, mode, encoding="utf-8") as file:
        file.write("mine\n")


def connect(family: int, kind: int, address: tuple[str, int] | str) -> None:
    with socket.socket(family, kind) as connection:
        connection.connect(address)


def spawn() -> None:
    if os.fork() == 0:
        os._exit(0)
    os.wait()


FILES: dict[str, Callable[[Box], object]] = {
    "writes a new file outside": lambda box: write(box.outside / "new"),
    "appends to a file outside": lambda box: write(box.outside / "file", "a"),
    "empties a file outside by opening it": lambda box: os.close(
        os.open(box.outside / "file", os.O_RDONLY | os.O_TRUNC)
    ),
    "empties a file outside by truncate": lambda box: os.truncate(box.outside / "file", 0),
    "removes a file outside": lambda box: os.unlink(box.outside / "file"),
    "renames a file outside": lambda box: os.rename(box.outside / "file", box.outside / "other"),
    "moves a file from outside into its folder": lambda box: os.rename(box.outside / "file", box.job / "file"),
    "links a file from outside into its folder": lambda box: os.link(box.outside / "file", box.job / "file"),
    "makes a folder outside": lambda box: os.mkdir(box.outside / "folder"),
    "makes a symbolic link outside": lambda box: os.symlink("file", box.outside / "link"),
    "makes a pipe outside": lambda box: os.mkfifo(box.outside / "pipe"),
    "makes a device in its folder": lambda box: os.mknod(box.job / "device", 0o20666, os.makedev(1, 8)),
    "writes to the project": lambda box: write(box.project / "app.py"),
    "makes a file in the project": lambda box: write(box.project / "new.py"),
    "deletes the project": lambda box: shutil.rmtree(box.project),
    "reads a secret of the project": lambda box: read(box.project / ".env"),
    "reads a secret through a link that it made": lambda box: (
        os.symlink(box.project / ".env", box.job / "link"),
        read(box.job / "link"),
    ),
    "reads a secret through the root of a process": lambda box: read(f"/proc/self/root{box.project}/.env"),
    "links a secret into its folder": lambda box: os.link(box.project / ".env", box.job / "plain"),
    "reads a file outside": lambda box: read(box.outside / "file"),
    "lists a folder outside": lambda box: os.listdir(box.outside),
    "runs a program outside": lambda box: os.execv(box.outside / "file", ["file"]),  # noqa: S606 - it cannot
    "reads the environment of another process": lambda _: read(f"/proc/{os.getppid()}/environ"),
    "reads the memory of another process": lambda _: read(f"/proc/{os.getppid()}/mem"),
    "reads the passwords of the system": lambda _: read("/etc/shadow"),
    "reads its own memory's map": lambda _: read("/proc/self/maps"),
    "lists the home folder": lambda _: os.listdir(os.path.expanduser("~root")),
    "writes to the temporary folder of all": lambda _: write("/tmp/jiti-was-here"),  # noqa: S108 - it cannot
    "writes to shared memory": lambda _: write("/dev/shm/jiti-was-here"),  # noqa: S108 - it cannot
    "opens the terminal": lambda _: os.open("/dev/tty", os.O_RDWR),
    "changes the owner of a file": lambda box: os.chown(box.outside / "file", os.getuid(), os.getgid()),
    "sets an attribute of a file": lambda box: os.setxattr(box.outside / "file", "user.x", b"x"),
}
NETWORK: dict[str, Callable[[Box], object]] = {
    "TCP": lambda _: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 9)),
    "TCP over IPv6": lambda _: connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 9)),
    "UDP": lambda _: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 9)),
    "a Unix socket": lambda _: connect(socket.AF_UNIX, socket.SOCK_STREAM, "/run/docker.sock"),
    "a Unix socket without a path": lambda _: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0bus"),
    "a raw socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "netlink": lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close(),
    "a pair of datagram sockets": lambda _: socket.socketpair(type=socket.SOCK_DGRAM),
    "a server": lambda _: socket.create_server(("127.0.0.1", 0)).close(),
    "a name": lambda _: socket.getaddrinfo(b"example.org", 80),
}
PROCESSES: dict[str, Callable[[Box], object]] = {
    "forks": lambda _: spawn(),
    "runs a program": lambda _: subprocess.run(["/bin/true"], check=True),
    "spawns": lambda _: os.posix_spawn("/bin/true", ["true"], {}),
    "becomes another program": lambda _: os.execv("/bin/true", ["true"]),  # noqa: S606 - it cannot
    "makes namespaces": lambda _: libc("unshare", 0x10000000),
    "signals its parent": lambda _: os.kill(os.getppid(), signal.SIGURG),
    "queues a signal for its parent": lambda _: libc("sigqueue", os.getppid(), signal.SIGURG, 0),
    "signals its parent by a descriptor": lambda _: signal.pidfd_send_signal(
        os.pidfd_open(os.getppid()), signal.SIGURG
    ),
    "has its parent sent a signal by the kernel": lambda _: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()),
    "keeps others from writing to a file": lambda box: fcntl.fcntl(
        os.open(box.project / "app.py", os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK
    ),
    "traces its parent": lambda _: libc("ptrace", 16, os.getppid(), 0, 0),
    "limits its parent": lambda _: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1)),
    "slows its parent down": lambda _: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
    "mounts": lambda _: libc("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "changes its root": lambda box: os.chroot(box.job),
    "becomes root": lambda _: os.setresuid(0, 0, 0) if os.getuid() else os.setresuid(1, 1, 1),
    "sets the clock": lambda _: libc("settimeofday", bytes(16), None),
    "makes a ring of calls": lambda _: libc("syscall", 425, 8, bytes(120)),
    "loads a program into the kernel": lambda _: libc("syscall", 321, 0, bytes(64), 64),
    "opens by handle": lambda _: libc("syscall", 304, -100, bytes(16), 0),
}
POSSIBLE: dict[str, Callable[[Box], object]] = {
    "reads the project": lambda box: read(box.project / "app.py"),
    "lists the project": lambda box: sorted(os.listdir(box.project)),
    "writes to its folder": lambda box: write(box.job / "file"),
    "moves within its folder": lambda box: (
        os.mkdir(box.job / "a"),
        write(box.job / "file"),
        os.rename(box.job / "file", box.job / "a" / "b"),
    ),
    "removes what it made": lambda box: (write(box.job / "x"), os.unlink(box.job / "x")),
    "copies from the project": lambda box: shutil.copy2(box.project / "app.py", box.job / "app.py"),
    "makes a temporary file": lambda box: tempfile.NamedTemporaryFile(dir=box.job).close(),
    "imports": lambda _: __import__("colorsys").__name__,
    "runs threads": lambda _: _in_a_thread(),
    "runs an event loop": lambda _: __import__("asyncio").run(_later()),
    "maps memory": lambda _: mmap.mmap(-1, 4096).close(),
    "limits itself": lambda _: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    "signals itself": lambda _: (signal.signal(signal.SIGUSR1, lambda *_: None), os.kill(os.getpid(), signal.SIGUSR1)),
    "throws away": lambda _: write(os.devnull),
    "draws random numbers": lambda _: len(read_bytes("/dev/urandom", 8)),
}


def _in_a_thread() -> list[int]:
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(1))
    thread.start()
    thread.join()
    return done


async def _later() -> int:
    return 1


def read_bytes(path: str, count: int) -> bytes:
    with open(path, "rb") as file:
        return file.read(count)


DENIALS = {"EACCES", "EPERM", "EXDEV", "gaierror"}
TRIED = FILES | NETWORK | PROCESSES


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", TRIED)
def test_it_cannot(box: Box, name: str, user: int | None) -> None:
    found = box.run(lambda: TRIED[name](box), user=user)
    assert found in DENIALS
    assert read(box.outside / "file") == "theirs\n"
    assert sorted(os.listdir(box.outside)) == ["file"]
    assert sorted(os.listdir(box.project)) == [".env", "app.py"]
    assert read(box.project / "app.py") == "VALUE = 1\n"


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", POSSIBLE)
def test_it_still(box: Box, name: str, user: int | None) -> None:
    sys.modules.pop("colorsys", None)
    free = box.run(lambda: POSSIBLE[name](box), user=user, confined=False)
    for each in list(box.job.iterdir()):
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    assert box.run(lambda: POSSIBLE[name](box), user=user) == free


def test_without_confinement_the_probes_find_something(box: Box) -> None:
    for name in (
        "reads a secret of the project",
        "reads a file outside",
        "writes a new file outside",
        "writes to the project",
    ):
        assert box.run(lambda name=name: FILES[name](box), confined=False) not in DENIALS


# ---------------------------------------------------------------- what a project allows


def test_the_network_can_be_allowed(box: Box) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert box.run(lambda: connect(socket.AF_INET, socket.SOCK_STREAM, address)) == "EACCES"
        assert box.run(lambda: connect(socket.AF_INET, socket.SOCK_STREAM, address), Policy(network=True)) is None


def test_processes_can_be_allowed_and_are_confined_too(box: Box) -> None:
    path = box.outside / "file"
    command = ["/bin/sh", "-c", f"cat {path} || echo denied"]
    assert (
        box.run(lambda: subprocess.run(command, check=False, capture_output=True).stdout, processes=True) == b"denied\n"
    )
    assert box.run(spawn, Policy(processes=True)) is None
    assert box.run(lambda: libc("unshare", 0x10000000), processes=True) == "EPERM"
    assert box.run(lambda: os.kill(os.getppid(), signal.SIGURG), processes=True) == "EPERM"


def test_more_can_be_allowed_to_be_read_and_written(box: Box) -> None:
    assert box.run(lambda: read(box.outside / "file"), Policy(read=("../outside",))) == "theirs\n"
    assert box.run(lambda: write(box.outside / "file"), Policy(read=("../outside",))) == "EACCES"
    allowed = Policy(write=(str(box.outside),))
    assert box.run(lambda: (write(box.outside / "new"), read(box.outside / "new")), allowed) == (None, "mine\n")


def test_a_folder_that_may_be_written_to_is_made(box: Box) -> None:
    path = box.project / "var" / "log" / "x"
    assert box.run(lambda: write(path), Policy(write=("var/log/",))) is None
    assert box.run(lambda: write(path.parent.parent / "y"), Policy(write=("var/log/",))) == "EACCES"
    assert read(path) == "mine\n"


def test_a_change_of_mode_is_done_only_where_that_is_allowed(box: Box) -> None:
    path = box.outside / "file"
    path.chmod(0o644)
    assert box.run(lambda: os.chmod(path, 0o600)) is None
    assert path.stat().st_mode & 0o777 == 0o644
    assert box.run(lambda: os.chmod(path, 0o600), Policy(modes=True)) is None
    assert path.stat().st_mode & 0o777 == 0o600


def test_paths_can_be_hidden(box: Box) -> None:
    path = box.project / "app.py"
    assert box.run(lambda: read(path), hidden=[str(path)]) == "EACCES"


def test_a_file_that_comes_later_can_be_read_after_the_next_look(box: Box) -> None:
    confinement = Confinement(Policy(), str(box.project), str(box.job))
    path = box.project / "package" / "later.py"
    path.parent.mkdir()
    path.write_text("LATER = 1\n", encoding="utf-8")
    (box.project / "app.py").unlink()
    (box.project / "app.py").write_text("VALUE = 2\n", encoding="utf-8")
    confinement.prepare()

    def look() -> tuple[str, str]:
        confinement.enter([str(box.job)], processes=False)
        return read(path), read(box.project / "app.py")

    assert box.run(look, confined=False) == ("LATER = 1\n", "VALUE = 2\n")


def test_a_sealed_process_starts_and_signals_no_other(box: Box) -> None:
    def sealed(probe: Callable[[], object]) -> object:
        def tried() -> object:
            seal()
            return probe()

        return box.run(tried, processes=True)

    assert sealed(spawn) == "EPERM"
    assert sealed(lambda: os.kill(os.getppid(), signal.SIGURG)) == "EPERM"
    assert sealed(lambda: os.kill(0, signal.SIGURG)) == "EPERM"
    assert sealed(lambda: os.kill(os.getpid(), signal.SIGURG)) is None
    assert sealed(_in_a_thread) == [1]


def test_to_seal_a_process_that_is_not_confined_does_nothing(box: Box) -> None:
    assert box.run(lambda: (seal(), spawn()), confined=False) == (None, None)


def test_threads_that_run_already_can_be_held_to_the_filter_too(box: Box) -> None:
    def tried() -> list[str]:
        confined, found = threading.Event(), []

        def probe() -> None:
            confined.wait(10)
            try:
                socket.socket()
            except OSError as error:
                found.append(type(error).__name__)

        thread = threading.Thread(target=probe)
        thread.start()
        confinement = Confinement(Policy(), str(box.project), str(box.job))
        confinement.enter([str(box.job)], processes=False, all_threads=True)
        confined.set()
        thread.join()
        return found

    assert box.run(tried, confined=False) == ["PermissionError"]
