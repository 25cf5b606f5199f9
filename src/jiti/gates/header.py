"""The header's `gates:` line: which gates an implementation has passed, as they were then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiti.gates.gate import Gate

NONE = "-"
# A node id may hold blanks and equals signs of its own: the digest is what ends it.
_ENTRY = re.compile(r"(\S.*?)=([0-9a-f]{32})(?:\s+|$)")


def header_line(gates: Iterable[Gate]) -> str:
    """What the header holds of gates: `<node id>=<digest>`, sorted, with a blank between; `-` for none."""
    return " ".join(sorted(f"{gate.node_id}={gate.digest}" for gate in gates)) or NONE


def parse(line: str) -> dict[str, str]:
    """The digests in a header's line, by node id; what cannot be read is left out."""
    return {match[1]: match[2] for match in _ENTRY.finditer(line)}


def changed(line: str, gates: Iterable[Gate]) -> bool:
    """Whether the gates are others than those that an implementation has passed, or have changed since.

    Args:
        line: what its header holds; empty if it holds nothing.
        gates: all of its stub's, as they are now.
    """
    return parse(line) != {gate.node_id: gate.digest for gate in gates}
