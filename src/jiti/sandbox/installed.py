"""What every program may read: the system's own files, Python, and what is installed for it."""

from __future__ import annotations

import os
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/run/current-system"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/os-release"),
    *(
        "/etc/passwd",
        "/etc/group",
        "/etc/nsswitch.conf",
        "/etc/hosts",
        "/etc/host.conf",
        "/etc/fonts",
        "/etc/locale.conf",
    ),
    *("/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf", "/etc/pki/tls/certs", "/etc/ca-certificates"),
    *("/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf", "/etc/pki/ca-trust/extracted"),
    *("/etc/httpd/mime.types", "/etc/httpd/conf/mime.types", "/etc/apache/mime.types", "/etc/apache2/mime.types"),
    *("/etc/crypto-policies", "/etc/terminfo", "/etc/inputrc", "/etc/magic", "/var/cache/fontconfig"),
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg", "/proc/uptime", "/proc/version"),
    *("/proc/filesystems", "/proc/sys/kernel", "/proc/sys/vm", "/sys/devices/system"),
)
"""No folder here holds a secret; of /etc and /proc the rest may."""
FOR_NETWORK = ("/etc/resolv.conf", "/etc/services", "/etc/protocols", "/etc/gai.conf", "/run/systemd/resolve")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
"""What anybody may write to."""
_PACKAGES = ("site-packages", "dist-packages")


def system(root: str) -> list[str]:
    """The system's files that may be read; the project's are left out, wherever it lies.

    Args:
        root: absolute path of the project root, without links.
    """
    return [each for path in _SYSTEM for each in _besides(os.path.realpath(path), root)]


def python(root: str) -> list[str]:
    """The folders of this Python, of its environment, and of jiti.

    Args:
        root: as in `system`.
    """
    paths = [*sysconfig.get_paths().values(), sysconfig.get_config_var("LIBDIR") or ""]
    homes = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, os.path.dirname(sys.executable)]
    own = os.path.dirname(os.path.dirname(__file__))
    given = {os.path.realpath(path) for path in (*homes, *paths, own) if path}
    return [each for path in sorted(given) if path != os.sep for each in _besides(path, root)]


def packages(root: str, path: Iterable[str]) -> tuple[list[str], list[str]]:
    """Where else modules are imported from: folders of installed packages and archives; and folders of sources.

    Args:
        root: as in `system`.
        path: the import path.
    """
    installed: list[str] = []
    sources: list[str] = []
    for entry in dict.fromkeys(os.path.realpath(each) for each in path if each):
        if any(name in _PACKAGES for name in entry.split(os.sep)) or os.path.isfile(entry):
            installed.append(entry)
        elif os.path.isdir(entry) and not is_below(entry, root) and not is_below(root, entry):
            sources.append(entry)
    return installed, [
        each for each in sources if not any(each != other and is_below(each, other) for other in sources)
    ]


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder's, or lies in it; both absolute and without links."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _besides(path: str, root: str) -> Iterator[str]:
    """A path; if the project lies in it, all that is in it besides the project."""
    if not is_below(root, path):
        yield path
    elif path != root:
        try:
            entries = sorted(os.listdir(path))
        except OSError:
            return
        for name in entries:
            yield from _besides(os.path.join(path, name), root)
