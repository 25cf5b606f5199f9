"""What a privileged process gives up before it runs code that nobody has read."""

from __future__ import annotations

import struct
from contextlib import suppress

from jiti.sandbox.system_calls import call, control

_DROP_FROM_BOUNDING_SET, _SET_NO_NEW_PRIVILEGES, _AMBIENT = 24, 38, 47
_CLEAR_ALL = 4
_VERSION_3 = 0x20080522
_MOST = 64


def give_up() -> None:
    """Give up every capability of this thread, and all ways of getting one back by running another program.

    Raises:
        OSError: the kernel refuses.
    """
    with suppress(OSError):  # past the last one there is, or without the capability to do so: then there are none
        for capability in range(_MOST):
            control(_DROP_FROM_BOUNDING_SET, capability)
    with suppress(OSError):
        control(_AMBIENT, _CLEAR_ALL)
    call("capset", struct.pack("=Ii", _VERSION_3, 0), bytes(24))
    control(_SET_NO_NEW_PRIVILEGES, 1)
