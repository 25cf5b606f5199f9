"""Runs as a script in a project's process: calls one function, and writes down what came of it."""

from __future__ import annotations

import importlib
import pickle
import sys
from operator import attrgetter
from pathlib import Path


def _portable(value: object) -> bytes | None:
    try:
        return pickle.dumps(value)
    except Exception:  # noqa: BLE001 - pickling runs the value's own code, which may raise anything
        return None


def main(order: Path, outcome: Path) -> None:
    """Make the call that `order` describes, and write to `outcome` what came of it."""
    target, args = pickle.loads(order.read_bytes())  # noqa: S301 - written by the process that started this one
    module, _, qualname = target.partition(":")
    function = attrgetter(qualname)(importlib.import_module(module))
    try:
        value = function(*args)
    except Exception as error:
        outcome.write_bytes(pickle.dumps(("error", _portable(error), f"{type(error).__name__}: {error}")))
        raise
    outcome.write_bytes(pickle.dumps(("value", _portable(value), repr(value))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
