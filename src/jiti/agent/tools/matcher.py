"""Finds a pattern's lines in files. A script, run in a process of its own.

`re` cannot be interrupted, and a pattern such as `(a+)+$` may take longer than the universe lasts:
only a process can be ended. It imports nothing but the standard library, and nothing of jiti.
"""

from __future__ import annotations

import json
import re
import sys

LONGEST_LINE = 2_000
"""Characters of a line that are searched."""


def hits(pattern: str, files: list[list[str]], limit: int) -> dict[str, object]:
    """The first `limit` lines that the pattern matches somewhere, as `[path, line]`, or what is wrong with it.

    Args:
        pattern: as `re` understands it.
        files: for each file the name it is told by, and its absolute path.
        limit: of lines in all.
    """
    try:
        search = re.compile(pattern).search
    except (re.error, RecursionError, OverflowError, MemoryError) as error:
        return {"error": str(error)}
    found: list[tuple[str, int]] = []
    for name, path in files:
        for number, line in enumerate(_lines(path), 1):
            if search(line[:LONGEST_LINE]):
                found.append((name, number))
                if len(found) > limit:
                    return {"hits": found[:limit], "more": True}
    return {"hits": found, "more": False}


def matching(pattern: str, lines: list[str]) -> dict[str, object]:
    """The places in a list of lines that the pattern matches somewhere; it has matched others, so it is valid."""
    search = re.compile(pattern).search
    return {"matching": [at for at, line in enumerate(lines) if search(line[:LONGEST_LINE])]}


def _lines(path: str) -> list[str]:
    """A file's lines; none where it cannot be read or is no text."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return []
    if b"\0" in data:
        return []
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")


if __name__ == "__main__":
    order = json.load(sys.stdin)
    if "lines" in order:
        json.dump(matching(order["pattern"], order["lines"]), sys.stdout)
    else:
        json.dump(hits(order["pattern"], order["files"], order["limit"]), sys.stdout)
