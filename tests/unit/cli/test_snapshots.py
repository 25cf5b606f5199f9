"""What commands print, whole, in a project with a stub in every state."""

from __future__ import annotations

import platform
import re
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from jiti.sandbox import level
from tests.unit.cli.snapshots import COLOURS, WIDTHS, compare, plain, printed

if TYPE_CHECKING:
    from tests.unit.cli.shop import Shop

COMMANDS = {
    "status": ("status",),
    "check": ("check",),
    "why-stale": ("why", "app/text.py::shorten"),
    "why-conflict": ("why", "app.text.Parser.parse"),
    "why-outdated": ("why", "cents"),
    "show": ("show", "slugify"),
    "show-broken": ("show", "tax"),
    "diff-edited": ("diff", "title"),
    "diff-stub": ("diff", "shorten"),
    "doctor": ("doctor",),
    "build-dry-run": ("build", "--dry-run"),
    "merge-dry-run": ("merge", "slugify", "title", "--dry-run"),
}
_TOOLS = ("ruff", "ty", "pytest", "anthropic")


def placeholders(shop: Shop) -> dict[str, str]:
    """What of a text is this machine's."""
    version = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        str(shop.root): "<root>",
        sys.executable: "<python>",
        str(level()): "<level>",
        f"{version} on {platform.system()} {platform.machine()}": "<version>",
        **{f"{name:<18}  {metadata.version(name)}": f"{name:<18}  <version>" for name in ("jiti", *_TOOLS)},
    }


@pytest.mark.parametrize("variant", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_commands_print_what_is_committed(name: str, variant: str, aged: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--root", str(aged.root), *COMMANDS[name]]
    text = printed(monkeypatch, *arguments, columns=WIDTHS[variant])
    assert not COLOURS.search(text)
    # Whether a line is broken behind the root depends on how long that is.
    compare(f"{name}.{variant}.txt", re.sub(r"<root>\s+\(", "<root>  (", plain(text, placeholders(aged))))


@pytest.mark.parametrize("name", COMMANDS)
def test_colours_change_no_text(name: str, aged: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--root", str(aged.root), *COMMANDS[name]]
    coloured = printed(monkeypatch, *arguments, columns=80, colour=True)
    assert COLOURS.search(coloured)
    assert plain(coloured) == plain(printed(monkeypatch, *arguments, columns=80))


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"doctor"}))
def test_no_line_is_longer_than_the_terminal(name: str, aged: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    text = plain(printed(monkeypatch, "--root", str(aged.root), *COMMANDS[name], columns=80))
    assert max(map(len, text.splitlines())) <= 80
