"""Writing to the mirror: what is filed there, stamped, or put aside; rare, and careful."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jiti import durable, generated, header, ruff_config, scratch
from jiti.definition import body_hash
from jiti.errors import BrokenImplementationError
from jiti.mirror import (
    Implementation,
    filed_key,
    filed_parts,
    folder_of,
    implementation_path,
    local_folder,
    read,
    scratch_path,
)
from jiti.source import decode
from jiti.spec import text_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.definition import Definition
    from jiti.home import Home
    from jiti.stub import Declaration

IGNORED = "/.local/\n__pycache__/\n"
_NEEDS_TWO_LINES = ("def ", "async def ", "class ", "@")


def file(
    definition: Definition,
    code: str,
    *,
    made: str,
    gates: str = "",
    uses: str = "",
    tests: str = "",
    effects: str = "",
    kept: Mapping[str, str] | None = None,
) -> Implementation:
    """File an accepted implementation and its scratch tests.

    The implementation is written last: until it is there, the stub is as it was. Scratch tests that were edited by
    hand are put aside, as `retire` does.

    Args:
        definition: the stub that it is for.
        code: all that goes below the header.
        made: the header's `made:` line.
        gates: the header's `gates:` line.
        uses: the header's `uses:` line.
        tests: the scratch tests' text; empty for none.
        effects: the header's `effects:` line.
        kept: header fields that stay what they were, where the code was there already under another name.

    Raises:
        OSError: the mirror cannot be written; no implementation was changed.
    """
    declaration = definition.declaration
    prepare(declaration.root, declaration.home)
    path = scratch_path(declaration)
    if os.path.exists(path) and not scratch.is_untouched(path):
        retire(declaration, path)
    if tests:
        durable.replace(path, _below(scratch.heading(declaration.key, tests), tests))
    elif os.path.exists(path):
        durable.remove(path)
    fields = {"made": made, "gates": gates, "uses": uses, "effects": effects, **(kept or {})}
    return _write(definition, implementation_path(declaration), code, fields)


def approve(declaration: Declaration, implementation: Implementation) -> Implementation:
    """Say that a person has approved an implementation as it stands.

    Raises:
        OSError: it cannot be written; nothing was changed.
        SyntaxError: it does not parse.
    """
    kept = {**implementation.header, "approved": implementation.body}
    text = _below(header.compose(filed_key(declaration), kept), implementation.code)
    durable.replace(implementation.path, text)
    return Implementation(implementation.path, *header.split(text), text)


def stamp(
    definition: Definition,
    implementation: Implementation,
    *,
    gates: str | None = None,
    uses: str | None = None,
    effects: str | None = None,
) -> bool:
    """Say that an implementation fits its stub as that stands now. A hand-edited body is known for one as before.

    Args:
        definition: the stub.
        implementation: what was looked at.
        gates: the header's `gates:` line, where it has passed others than it says.
        uses: the header's `uses:` line, where it has been checked against what the project has now.
        effects: the header's `effects:` line, where they have been looked at again.

    Returns:
        Whether it was stamped; what somebody has changed since it was read is left as it is.

    Raises:
        OSError: it cannot be written; nothing was changed.
    """
    if not _is_still_there(implementation):
        return False
    kept = {name: implementation.header.get(name, header.NONE) for name in header.FIELDS}
    kept |= {"stub": text_hash(definition.text), "spec": str(definition.spec)}
    given = {"gates": gates, "uses": uses, "effects": effects}
    kept |= {name: value for name, value in given.items() if value is not None}
    text = _below(header.compose(filed_key(definition.declaration), kept), implementation.code)
    durable.replace(implementation.path, text)
    return True


def _is_still_there(implementation: Implementation) -> bool:
    try:
        with open(implementation.path, "rb") as opened:
            return decode(opened.read()) == implementation.text
    except (OSError, UnicodeDecodeError, SyntaxError):
        return False


def put_aside_if_changed(declaration: Declaration, old: Implementation | None) -> str | None:
    """Take out of the way what somebody has put in a file's place, or made of its code, since it was read.

    Args:
        declaration: the stub.
        old: what was there; None where nothing was.

    Returns:
        The absolute path that it was moved to; None where all is as it was.

    Raises:
        OSError: it cannot be moved; nothing was changed.
    """
    try:
        found = read(declaration)
    except BrokenImplementationError as error:
        return retire(declaration, error.path)
    if found is None or (old is not None and found.code == old.code):
        return None
    return retire(declaration, found.path)


def retire(declaration: Declaration, path: str) -> str:
    """Take a file out of the way, so that its stub is generated anew; what it holds is kept, byte for byte.

    Returns:
        The absolute path that it was moved to.

    Raises:
        OSError: it cannot be moved; nothing was changed.
    """
    folder = local_folder(declaration.root, "replaced", *filed_parts(declaration, declaration.path)[:-1])
    name = os.path.basename(path)
    number = 1
    while os.path.exists(kept := os.path.join(folder, f"{name}.{number}")):
        number += 1
    os.makedirs(folder, exist_ok=True)
    durable.move(path, kept)
    return kept


def _write(definition: Definition, path: str, code: str, fields: dict[str, str]) -> Implementation:
    declaration = definition.declaration
    code = code.strip("\n") + "\n"
    fields = {"code": text_hash(code), "body": body_hash(code), **fields}
    fields |= {"stub": text_hash(definition.text), "spec": str(definition.spec)}
    text = _below(header.compose(filed_key(declaration), fields), code)
    generated.keep(declaration.root, code)
    durable.replace(path, text)
    return Implementation(path, header.split(text)[0], code, text)


def _below(comment: str, code: str) -> str:
    """Code below a comment, with the blank lines between them that ruff's formatter wants."""
    code = code.strip("\n") + "\n"
    gap = "\n\n" if code.startswith(_NEEDS_TWO_LINES) else "\n"
    return f"{comment}{gap}{code}"


def prepare(root: str, home: Home | None = None) -> None:
    """Make a project's mirror with its `.gitignore` and `ruff.toml`, as the user's settings are now.

    Args:
        root: absolute path of the project root.
        home: of a stub, whose package may carry a mirror of its own: that is made as well.

    Raises:
        OSError: the mirror cannot be written.
    """
    bases = {folder_of(root): root} | ({home.mirror: home.base} if home else {})
    for folder, base in bases.items():
        for name, text in ((".gitignore", IGNORED), ("ruff.toml", ruff_config.text(root, folder, base))):
            path = os.path.join(folder, name)
            if not _has_text(path, text):
                durable.replace(path, text)


def _has_text(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as existing:
            return existing.read() == text.encode()
    except OSError:
        return False
