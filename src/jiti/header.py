"""The header of an implementation: plain `# field: value` lines that are read without parsing Python."""

from __future__ import annotations

VERSION = "1"
FIELDS = ("stub", "spec", "code", "body", "gates", "uses", "effects", "approved", "made")
NONE = "-"
_REQUIRED = ("jiti", "stub", "spec", "code", "body")
_MOST_LINES = 24  # what comes after them is code
_OPENING = "# Written by jiti for "
_CLOSING = ". It is yours: read it, edit it, commit it."


class HeaderError(ValueError):
    """A file of the mirror does not begin with a header that this version can read.

    `is_newer` tells whether a newer jiti may have written it.
    """

    is_newer = False


def compose(key: str, fields: dict[str, str]) -> str:
    """The header's lines; fields that are not given stand as `-`, and none is ever more than one line."""
    lines = [f"{_OPENING}{key}{_CLOSING}", f"# jiti: {VERSION}"]
    lines += [f"# {field}: {' '.join((fields.get(field) or NONE).splitlines())}" for field in FIELDS]
    return "\n".join(lines) + "\n"


def key_of(text: str) -> str | None:
    """The key that a file's first line names, or None where it is no header."""
    first, _, _ = text.partition("\n")
    if not (first.startswith(_OPENING) and first.endswith(_CLOSING)):
        return None
    return first[len(_OPENING) : -len(_CLOSING)]


def split(text: str) -> tuple[dict[str, str], str]:
    """Take a file apart: the header's fields, and the code below it.

    Raises:
        HeaderError: no header, a newer format, or a field is missing.
    """
    if key_of(text) is None:
        message = "its first line is not jiti's"
        raise HeaderError(message)
    head, _, code = text.partition("\n\n")
    rows = head.split("\n# ")
    if len(rows) <= _MOST_LINES and head.count("\n") == len(rows) - 1:  # as it was written: told in half the time
        fields = {name: value.strip() for name, _, value in [row.partition(": ") for row in rows[1:]]}
        _require(fields)
        return fields, code.lstrip("\n")
    lines = text.split("\n", _MOST_LINES)
    fields = {}
    number = 1
    for line in lines[1:_MOST_LINES]:
        if not line.startswith("# "):
            break
        name, _, value = line.partition(": ")
        fields[name[2:]] = value.strip()
        number += 1
    _require(fields)
    return fields, "\n".join(lines[number:]).lstrip("\n")


def _require(fields: dict[str, str]) -> None:
    missing = [name for name in _REQUIRED if not fields.get(name)]
    if missing:
        message = f"its header lacks `# {missing[0]}: …`"
        raise HeaderError(message)
    if fields["jiti"] != VERSION:
        message = f"its format is {fields['jiti']}, and this jiti reads {VERSION}"
        error = HeaderError(message)
        error.is_newer = True
        raise error
