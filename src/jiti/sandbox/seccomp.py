"""A filter of system calls, for what rules on files leave open: processes, sockets, other processes, the kernel itself.

It lists what is refused; all else goes on. It looks at numbers alone, since a filter cannot follow a pointer.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jiti.sandbox.system_calls import ARCHITECTURES, architecture, call, control, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REFUSED = (
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp"),
    *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
    *("setpriority", "ioprio_set", "perf_event_open", "userfaultfd"),
    # what processes share by number or name
    *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink", "keyctl", "add_key", "request_key"),
    # mounts and namespaces
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr", "mount_setattr"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "unshare", "setns"),
    # ways round the rules on files, and what these do not speak of
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "name_to_handle_at", "open_by_handle_at"),
    *("fanotify_init", "chown", "lchown", "fchown", "fchownat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat"),
    *("removexattr", "lremovexattr", "fremovexattr", "removexattrat"),
    # the system
    *("bpf", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot"),
    *("swapon", "swapoff", "quotactl", "quotactl_fd", "acct", "syslog", "settimeofday", "clock_settime"),
    *("adjtimex", "clock_adjtime", "sethostname", "setdomainname", "ioperm", "iopl"),
)
"""Calls that nothing needs which is checked; they are answered with EPERM."""
CHANGE_OF_MODE = ("chmod", "fchmod", "fchmodat", "fchmodat2")
"""Landlock does not speak of them. They are answered as if they had been done: `shutil.copy` could not live without."""
STARTS_A_PROCESS = ("fork", "vfork", "execve", "execveat")
OWN_ALONE = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
"""Calls about the process that their first argument names; 0 is the caller."""
SENDS_A_SIGNAL = ("kill", "tkill", "tgkill")
IN_MEMORY = ("memfd_create", "memfd_secret")
"""Calls that make files which no limit on memory counts; they are answered with ENOSYS, as by an old kernel."""
BY_COMMAND = {"fcntl": (8, 15, 1024), "ioctl": (0x8901, 0x8902, 0x5412)}
"""Calls whose second argument says what they do, and what of that is refused: to have the kernel send signals to others
(`F_SETOWN`, `F_SETOWN_EX`, `FIOSETOWN`, `SIOCSPGRP`), to keep others from a file by a lease (`F_SETLEASE`), to
type on a terminal (`TIOCSTI`)."""

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000
_SOCK_STREAM, _TYPE_OF_SOCKET = 1, 0x0F
_X32 = 0x40000000
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _ARGUMENT = 0, 4, 16, 8
_SET_SECCOMP, _FILTER_MODE = 22, 2
_SET_FILTER, _ALL_THREADS = 1, 1
_IS_AVAILABLE = 2


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction of a filter; it goes on `yes` or `no` steps further down, by what it asks."""

    code: int
    value: int
    yes: int = 0
    no: int = 0

    def __bytes__(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.yes, self.no, self.value)


@cache
def program(machine: str, *, network: bool, processes: bool, modes: bool, own: int | None) -> bytes:
    """The filter.

    Args:
        machine: the processor.
        network: whether sockets can be made.
        processes: whether processes can be started.
        modes: whether files' modes can be changed.
        own: the one process that signals can be sent to; None where somebody else sees to that.
    """
    steps = [
        *_beginning(machine),
        *_answer(machine, REFUSED, [_fail(errno.EPERM)]),
        *_answer(machine, OWN_ALONE, _only_for((0,), errno.EPERM)),
        *_answer(machine, ["clone3"], [_fail(errno.ENOSYS)]),  # its flags cannot be seen; libraries then use `clone`
        *_answer(machine, IN_MEMORY, [_fail(errno.ENOSYS)]),
    ]
    for name, commands in BY_COMMAND.items():
        steps += _answer(machine, [name], _but_for(commands, errno.EPERM))
    if own is not None:
        steps += _answer(machine, SENDS_A_SIGNAL, _only_for((0, own), errno.EPERM))
    if not modes:
        steps += _answer(machine, CHANGE_OF_MODE, [_fail(0)])
    if processes:
        no_namespaces = _by_flags(_CLONE_NAMESPACES, with_them=_fail(errno.EPERM), without=_Step(_RETURN, _ALLOW))
        steps += _answer(machine, ["clone"], no_namespaces)
    else:
        steps += _no_processes(machine)
    if not network:
        steps += _answer(machine, ["socket"], [_fail(errno.EACCES)])
        steps += _answer(machine, ["socketpair"], _stream_pairs())
    return b"".join(map(bytes, [*steps, _Step(_RETURN, _ALLOW)]))


def alone(machine: str, own: int) -> bytes:
    """A second filter, for a process that is to have nothing to do with others: it starts none, and signals none.

    Args:
        machine: the processor.
        own: its process id.
    """
    steps = [
        *_beginning(machine),
        *_answer(machine, ["clone3"], [_fail(errno.ENOSYS)]),
        *_no_processes(machine),
        *_answer(machine, SENDS_A_SIGNAL, _only_for((own,), errno.EPERM)),
    ]
    return b"".join(map(bytes, [*steps, _Step(_RETURN, _ALLOW)]))


def install(code: bytes, *, all_threads: bool) -> None:
    """Have the kernel ask a filter from now on; `no_new_privs` has to be set.

    Args:
        code: the filter.
        all_threads: whether it is for every thread that the process has; else for this one, and those it starts.

    Raises:
        OSError: the kernel refuses.
    """
    import ctypes

    instructions = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(instructions))
    if all_threads:
        call("seccomp", _SET_FILTER, _ALL_THREADS, header)
    else:
        control(_SET_SECCOMP, _FILTER_MODE, header)


def require() -> None:
    """Make sure that the kernel has filters.

    Raises:
        OSError: it has none, or a container forbids them.
    """
    call("seccomp", _IS_AVAILABLE, 0, struct.pack("=I", _ERRNO))


def for_this_machine(*, network: bool, processes: bool, modes: bool, own: int | None) -> bytes:
    """The filter for this processor; see `program`.

    Raises:
        OSError: no filter is known for it.
    """
    machine = architecture()
    if machine is None:
        raise OSError("no filter of system calls is known for this processor")
    return program(machine, network=network, processes=processes, modes=modes, own=own)


def _beginning(machine: str) -> list[_Step]:
    """Refuse other tables of numbers, by which the same calls could be made; then load the call's number."""
    steps = [
        _Step(_LOAD, _ARCHITECTURE),
        _Step(_EQUAL, ARCHITECTURES[machine], 1, 0),
        _Step(_RETURN, _KILL),
        _Step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [_Step(_AT_LEAST, _X32, 0, 1), _fail(errno.ENOSYS)]
    return steps


def _answer(machine: str, names: Iterable[str], body: Sequence[_Step]) -> list[_Step]:
    """Go through some steps for calls of these names."""
    numbers = [which for name in names if (which := number(name, machine)) is not None]
    return [step for which in numbers for step in (_Step(_EQUAL, which, 0, len(body)), *body)]


def _no_processes(machine: str) -> list[_Step]:
    """Let threads be started, and nothing else."""
    threads = _by_flags(_CLONE_THREAD, with_them=_Step(_RETURN, _ALLOW), without=_fail(errno.EPERM))
    return _answer(machine, STARTS_A_PROCESS, [_fail(errno.EPERM)]) + _answer(machine, ["clone"], threads)


def _fail(code: int) -> _Step:
    return _Step(_RETURN, _ERRNO | code)


def _only_for(values: Iterable[int], code: int) -> list[_Step]:
    """Let a call through if its first argument is one of these."""
    allowed = [step for value in values for step in (_Step(_EQUAL, value, 0, 1), _Step(_RETURN, _ALLOW))]
    return [_Step(_LOAD, _FIRST_ARGUMENT), *allowed, _fail(code)]


def _but_for(commands: Iterable[int], code: int) -> list[_Step]:
    """Let a call through unless its second argument is one of these."""
    refused = [step for command in commands for step in (_Step(_EQUAL, command, 0, 1), _fail(code))]
    return [_Step(_LOAD, _FIRST_ARGUMENT + _ARGUMENT), *refused, _Step(_RETURN, _ALLOW)]


def _by_flags(flags: int, *, with_them: _Step, without: _Step) -> list[_Step]:
    """Answer a call by whether its first argument has any of these bits."""
    return [_Step(_LOAD, _FIRST_ARGUMENT), _Step(_ANY_BIT, flags, 0, 1), with_them, without]


def _stream_pairs() -> list[_Step]:
    """Let pairs of stream sockets through, which event loops need; one of datagrams can be sent elsewhere."""
    kind = [_Step(_LOAD, _FIRST_ARGUMENT + _ARGUMENT), _Step(_AND, _TYPE_OF_SOCKET)]
    return [*kind, _Step(_EQUAL, _SOCK_STREAM, 0, 1), _Step(_RETURN, _ALLOW), _fail(errno.EACCES)]
