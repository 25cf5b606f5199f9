"""Landlock: the kernel's rules on what a process may do with files, which it gives itself and can never take back.

Rules allow. What a set of rules speaks of and no rule allows is denied, and where a process gave itself several sets,
each has to allow it. Numbers are those of `linux/landlock.h`.
"""

from __future__ import annotations

import os
import stat
import struct
from typing import TYPE_CHECKING

from jiti.sandbox.system_calls import call

if TYPE_CHECKING:
    from collections.abc import Iterable

ENOUGH = 3
"""The first version of the interface that can keep a file from being emptied (`TRUNCATE`)."""
_SIGNALS = 6
"""The first that keeps signals, and sockets without a path, inside."""
_DEVICES = 5
_TCP = 4

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8
MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = 1 << 9, 1 << 10, 1 << 11, 1 << 12
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ = READ_FILE | READ_DIR | EXECUTE
MAKE = MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_SYM
WRITE = WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE | REFER
"""All that changes files; devices cannot be made anywhere."""
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_WRITING = WRITE | MAKE_CHAR | MAKE_BLOCK
_BIND_OR_CONNECT_TCP = 3
_ABSTRACT_SOCKETS, _SIGNALS_OUT = 1, 2
_ASK_VERSION = 1
_PATH_BENEATH = 1


def version() -> int:
    """The version of the kernel's interface.

    Raises:
        OSError: it has none, or it is switched off, or a container forbids it.
    """
    return call("landlock_create_ruleset", None, 0, _ASK_VERSION)


class Rules:
    """A set of rules, as the kernel keeps it; the descriptor is inherited by a fork.

    Args:
        rights: what it speaks of.
        tcp: whether it denies TCP.
        scope: what may not leave this process and those below it, of the kernel's scopes.

    Raises:
        OSError: the kernel does not have it.
    """

    def __init__(self, rights: int, *, tcp: bool = False, scope: int = 0) -> None:
        self._rights = rights
        attributes = struct.pack("=QQQ", rights, _BIND_OR_CONNECT_TCP if tcp else 0, scope)
        size = 24 if scope else 16 if tcp else 8
        self._descriptor = call("landlock_create_ruleset", attributes[:size], size, 0)

    @classmethod
    def of_reading(cls) -> Rules:
        """Rules on reading; files may be moved and linked wherever other rules let them."""
        rules = cls(READ | REFER)
        rules.allow(REFER, ["/"])
        return rules

    @classmethod
    def of_changing(cls, *, network: bool) -> Rules:
        """Rules on all that changes files, on signals, and on the network unless that is allowed."""
        there = version()
        rights = _WRITING | (IOCTL_DEV if there >= _DEVICES else 0)
        scope = (_SIGNALS_OUT if network else _SIGNALS_OUT | _ABSTRACT_SOCKETS) if there >= _SIGNALS else 0
        return cls(rights, tcp=there >= _TCP and not network, scope=scope)

    def allow(self, rights: int, paths: Iterable[str]) -> None:
        """Allow what rights say, at and below each path; one that is not there, or cannot be reached, is passed over.

        A rule on a file is on that very file, whatever name it has later.
        """
        for path in paths:
            try:
                descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except (OSError, ValueError):
                continue
            try:
                is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
                allowed = rights & self._rights & (-1 if is_folder else _OF_A_FILE)
                if allowed:
                    call(
                        "landlock_add_rule", self._descriptor, _PATH_BENEATH, struct.pack("=Qi", allowed, descriptor), 0
                    )
            finally:
                os.close(descriptor)

    def enforce(self) -> None:
        """Hold this thread, and all that it starts, to the rules from now on; `no_new_privs` has to be set.

        Raises:
            OSError: the kernel refuses.
        """
        call("landlock_restrict_self", self._descriptor, 0)

    def close(self) -> None:
        """Forget the set here; who is held to it still is."""
        os.close(self._descriptor)


def contains_signals() -> bool:
    """Whether Landlock itself keeps signals inside."""
    return version() >= _SIGNALS
