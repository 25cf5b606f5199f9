"""Files of scratch tests: what stands above the tests, and whether somebody has edited these by hand."""

from __future__ import annotations

from jiti.source import decode

_OPENING = "# Scratch tests that jiti's agent wrote for "
_BODY = "# body: "
_NOTHING = "-"


def heading(key: str, tests: str) -> str:
    """The lines above scratch tests: whose they are, and a hash by which edits are seen.

    Args:
        key: the stub's.
        tests: all that comes below.
    """
    return f"{_OPENING}{key}.\n{_BODY}{_hash(tests)}\n"


def split(text: str) -> tuple[str, str]:
    """The lines above the tests, and the tests; a file may have lost those lines."""
    lines = text.split("\n", 2)
    count = 0
    while count < len(lines) - 1 and lines[count].startswith((_OPENING, _BODY)):
        count += 1
    head = "".join(f"{line}\n" for line in lines[:count])
    return head, text.removeprefix(head).lstrip("\n")


def is_untouched(path: str) -> bool:
    """Whether a file holds the tests that jiti has written there, but for formatting."""
    try:
        with open(path, "rb") as file:
            head, tests = split(decode(file.read()))
    except (OSError, ValueError, SyntaxError):
        return False
    return _filed(head) == _hash(tests) != _NOTHING


def with_tests(text: str, tests: str) -> str:
    """A file's text with other tests in it, which are taken for jiti's own where those before were."""
    head, before = split(text)
    old = _filed(head)
    if old == _hash(before):
        head = head.replace(f"{_BODY}{old}", f"{_BODY}{_hash(tests)}")
    kept = text[: text.index(before)] if before else ""
    return head + kept[len(head) :] + tests


def _filed(head: str) -> str:
    return head.partition(_BODY)[2].strip()


def _hash(tests: str) -> str:
    from jiti.definition import body_hash

    try:
        return body_hash(tests)
    except (SyntaxError, ValueError):
        return _NOTHING
