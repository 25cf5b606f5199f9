"""The gates in the task message: what they say, with what they stand on."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from jiti import mirror
from jiti.agent.blocks import bounded, fenced
from jiti.agent.bounds import numbered
from jiti.agent.support import Piece, support_of
from jiti.errors import BrokenImplementationError
from jiti.home import home_of, source_path
from jiti.stub import Declaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jiti.gates import Gate

CHARACTERS = 24_000
"""Of all gates and what they stand on; gates that no longer fit are only named."""
FIRST_LINES, LAST_LINES = 60, 30
"""Of a gate, or of anything that it stands on, which is longer: its beginning, and what it asserts."""


def shown(root: str, gates: Sequence[Gate]) -> str:
    """The gates with their places and numbered sources, file by file; empty where there are none.

    Args:
        root: absolute path of the project root.
        gates: in the order in which they are to be kept where not all fit.
    """
    room = CHARACTERS
    sources: dict[Gate, Piece] = {}
    written: list[str] = []
    unseen: list[Gate] = []
    for gate in gates:
        code = _written(root, gate) if gate.is_jiti_test else ""
        piece = Piece(gate.path, gate.line, tuple((code or gate.text).strip("\n").split("\n")))
        size = _size(piece)
        if size > room:
            unseen.append(gate)
            continue
        room -= size
        if code:
            written.append(f"`{gate.node_id}`, as jiti wrote it:\n\n{fenced(bounded(code), 'python')}")
        else:
            sources[gate] = piece
    told = [gate for gate in gates if gate not in unseen]
    support = [piece for gate in told for piece in support_of(root, gate.path, gate.qualname)]
    pieces = [*sources.values(), *_fitting(support, [*sources.values()], room)]
    parts = [*([in_files([*sources], pieces)] if pieces else []), *written]
    if unseen:
        named = ", ".join(f"`{gate.node_id}` ({gate.place})" for gate in unseen)
        parts.append(f"Not shown, and to be passed as well; read_file shows them: {named}.")
    return "\n\n".join(parts)


def _written(root: str, gate: Gate) -> str:
    """The body that the agent wrote for a jiti-test, with all that stands around it; empty while there is none."""
    home = home_of(source_path(root, gate.path))
    declaration = Declaration(root, gate.path, gate.qualname, gate.line, gate.text, home if home.root == root else None)
    try:
        found = mirror.read(declaration)
    except BrokenImplementationError:
        return ""
    return found.code.strip("\n") if found else ""


def _size(piece: Piece) -> int:
    return sum(len(line) + 5 for line in _cut(piece))


def _fitting(pieces: Iterable[Piece], taken: Sequence[Piece], room: int) -> list[Piece]:
    """The pieces for which there is room, once each; what a gate that is shown holds already is left out."""
    kept: list[Piece] = []
    for piece in pieces:
        last = piece.first + len(piece.lines)
        is_known = piece in kept or any(
            piece.path == each.path and each.first <= piece.first and last <= each.first + len(each.lines)
            for each in taken
        )
        if not is_known and _size(piece) <= room:
            room -= _size(piece)
            kept.append(piece)
    return kept


def in_files(gates: Sequence[Gate], pieces: Sequence[Piece]) -> str:
    """The pieces, file by file: first those that hold gates, under the names of these."""
    parts = []
    deciding = {gate.path for gate in gates}
    ordered = sorted(pieces, key=lambda piece: (piece.path not in deciding, piece.path, piece.first))
    for path, group in groupby(ordered, lambda piece: piece.path):
        names = ", ".join(f"`{gate.node_id}`" for gate in gates if gate.path == path)
        parts.append(f"{names or f'`{path}`'}:\n\n{fenced(_listed([*group]), 'python')}")
    return "\n\n".join(parts)


def _listed(pieces: Sequence[Piece]) -> str:
    """The numbered lines of pieces of one file, `…` where lines between them are left out."""
    lines: list[str] = []
    following = None
    for piece in pieces:
        if following is not None and piece.first > following:
            lines.append("…")
        following = piece.first + len(piece.lines)
        lines += _cut(piece)
    return "\n".join(lines)


def _cut(piece: Piece) -> list[str]:
    lines = numbered([*piece.lines], piece.first)
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out <= 1:
        return lines
    first = piece.first + FIRST_LINES
    gap = f"…\t({left_out} lines: read_file(path={piece.path!r}, start={first}, end={first + left_out - 1}))"
    return [*lines[:FIRST_LINES], gap, *lines[-LAST_LINES:]]
