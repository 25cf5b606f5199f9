"""Which layer of confinement there is on this machine."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache

from jiti.sandbox import landlock, seccomp
from jiti.sandbox.system_calls import architecture

ALWAYS = "processes without credentials, limits, nothing left running"


@dataclass(frozen=True, slots=True)
class Level:
    """What holds.

    Attributes:
        layer: 1, or 2 where the kernel confines what is checked.
        why: what layer 2 is made of; or why it is not there.
    """

    layer: int
    why: str

    def __str__(self) -> str:
        """The layer and the reason, in a line."""
        return f"layer {self.layer}: {self.why}"


@cache
def level() -> Level:
    """What this machine can do: found out from the kernel itself, without changing anything."""
    if sys.platform != "linux":
        return Level(1, f"{ALWAYS}; the kernel confines neither files nor network: that is for Linux alone")
    if architecture() is None:
        return Level(1, f"{ALWAYS}; no kernel confinement is known for this processor")
    try:
        version = landlock.version()
    except OSError as error:
        return Level(1, f"{ALWAYS}; the kernel has no Landlock, or it is switched off ({error.strerror})")
    if version < landlock.ENOUGH:
        found = f"Landlock's version {version} cannot keep files from being emptied; {landlock.ENOUGH} is needed"
        return Level(1, f"{ALWAYS}; {found} (Linux 6.2)")
    try:
        seccomp.require()
    except OSError as error:
        return Level(1, f"{ALWAYS}; the kernel takes no filter of system calls ({error.strerror})")
    return Level(2, f"Landlock {version} and a filter of system calls: no network, no writing, no secrets")


SWITCHED_OFF = Level(1, f'{ALWAYS}; kernel confinement is switched off (sandbox = "off")')
