"""The filter of system calls on each processor, run step by step as the kernel would."""

from __future__ import annotations

import errno
import struct

import pytest

from jiti.sandbox import seccomp
from jiti.sandbox.system_calls import ARCHITECTURES, NUMBERS, number

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
OWN = 4321
READ = {"x86_64": 0, "aarch64": 63}


def asked(machine: str, call: int, *arguments: int, architecture: int = 0, **allowed: bool) -> int | str:
    """What the filter says of a call: an error, 0 for one that seems to be done, `allow` or `kill`."""
    given: dict[str, bool] = {"network": False, "processes": False, "modes": False} | allowed
    code = seccomp.program(machine, own=OWN, **given)
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", call, architecture or ARCHITECTURES[machine], 0, *words)
    result = interpreted([struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)], data)
    return {ALLOW: "allow", KILL: "kill"}.get(result, result - ERRNO)


def interpreted(steps: list[tuple[int, int, int, int]], data: bytes) -> int:
    at = value = 0
    while True:
        code, yes, no, operand = steps[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            [value] = struct.unpack_from("=I", data, operand)
        elif code == 0x54:
            value &= operand
        else:
            holds = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
            at += yes if holds else no


def of(name: str, machine: str, *arguments: int, **allowed: bool) -> int | str:
    which = number(name, machine)
    return "none" if which is None else asked(machine, which, *arguments, **allowed)


@pytest.fixture(params=list(ARCHITECTURES))
def machine(request: pytest.FixtureRequest) -> str:
    return request.param


def test_what_is_listed_is_refused_and_all_else_goes_on(machine: str) -> None:
    assert {of(name, machine) for name in seccomp.REFUSED} <= {errno.EPERM, "none"}
    assert asked(machine, READ[machine]) == "allow"
    assert asked(machine, 4000) == "allow"


def test_calls_by_another_table_end_the_process(machine: str) -> None:
    assert asked(machine, READ[machine], architecture=0x40000003) == "kill"


def test_the_x32_table_is_not_there() -> None:
    assert asked("x86_64", 0x40000000 | 101) == errno.ENOSYS


def test_threads_can_be_started_and_processes_cannot(machine: str) -> None:
    thread, process, namespace = 0x3D0F00, 17, 0x10000000 | 17
    assert of("clone", machine, thread) == "allow"
    assert of("clone", machine, process) == errno.EPERM
    assert {of(name, machine) for name in seccomp.STARTS_A_PROCESS} <= {errno.EPERM, "none"}
    assert of("clone3", machine) == errno.ENOSYS
    assert of("clone", machine, process, processes=True) == "allow"
    assert of("clone", machine, namespace, processes=True) == errno.EPERM
    assert of("execve", machine, processes=True) == "allow"


def test_sockets_are_for_the_network_and_stream_pairs_for_everybody(machine: str) -> None:
    stream, datagram, not_blocking = 1, 2, 0o4000
    assert of("socket", machine, 2, stream) == errno.EACCES
    assert of("socket", machine, 2, stream, network=True) == "allow"
    assert of("socketpair", machine, 1, stream | not_blocking) == "allow"
    assert of("socketpair", machine, 1, datagram) == errno.EACCES
    assert of("socketpair", machine, 1, datagram, network=True) == "allow"


def test_a_process_signals_and_limits_itself_alone(machine: str) -> None:
    assert {of("kill", machine, OWN, 15), of("tgkill", machine, OWN, 1, 6), of("kill", machine, 0, 15)} == {"allow"}
    assert of("kill", machine, 1, 15) == errno.EPERM
    assert of("prlimit64", machine, 0) == "allow"
    assert of("prlimit64", machine, 1) == errno.EPERM


def test_nobody_is_sent_a_signal_by_the_owner_of_a_descriptor_and_no_file_is_leased(machine: str) -> None:
    set_owner, set_owner_by_kind, set_lease, set_flags = 8, 15, 1024, 4
    assert {of("fcntl", machine, 3, each) for each in (set_owner, set_owner_by_kind, set_lease)} == {errno.EPERM}
    assert of("fcntl", machine, set_owner, set_flags) == "allow"
    set_owner_of_socket, set_group_of_socket, window_size = 0x8901, 0x8902, 0x5413
    assert {of("ioctl", machine, 3, each) for each in (set_owner_of_socket, set_group_of_socket)} == {errno.EPERM}
    assert of("ioctl", machine, 3, window_size) == "allow"


def test_no_file_is_made_that_lies_in_memory_alone(machine: str) -> None:
    assert {of(name, machine) for name in seccomp.IN_MEMORY} == {errno.ENOSYS}


def test_a_change_of_mode_seems_to_be_done(machine: str) -> None:
    assert {of(name, machine) for name in seccomp.CHANGE_OF_MODE} <= {0, "none"}
    assert of("fchmod", machine, modes=True) == "allow"


def test_no_number_stands_twice() -> None:
    for column in (0, 1):
        numbers = [row[column] for row in NUMBERS.values() if row[column] is not None]
        assert len(numbers) == len(set(numbers))
