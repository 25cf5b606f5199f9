# Written by jiti for examples/semver/tests/test_version.py::test_raising_a_part_of_a_pre_release. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 09a9c5362ee1095e2f9a2b1bc3c23ca5
# spec: signature=2cf45a92742438b07cbdd6136e0c836e docstring=470edf335ba09489f1534b5d87a2a4ab hints=-
# code: 098ee0a49903275b6b1e5daa671ccb1e
# body: 3bee4334311e139a8a21c6e419b6472b
# gates: -
# uses: examples/semver/semver/version.py::bump=990087f1a68e9d0074b1ba4d623b681c
# effects: -
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105

from __future__ import annotations

from typing import TYPE_CHECKING

from semver import bump, parse

if TYPE_CHECKING:
    from semver import Part


def test_raising_a_part_of_a_pre_release() -> None:
    """Raising a part of a pre-release gives the version that it announces, if the parts after that one are 0.

    Otherwise it gives the next version of that part. Neither has a pre-release or build metadata.
    """
    announced: dict[tuple[str, Part], str] = {
        ("1.4.3-rc.1", "patch"): "1.4.3",
        ("1.5.0-alpha", "minor"): "1.5.0",
        ("2.0.0-rc.1+7", "major"): "2.0.0",
    }
    for (text, part), expected in announced.items():
        assert str(bump(parse(text), part)) == expected, text
    later: dict[tuple[str, Part], str] = {
        ("1.4.3-rc.1", "minor"): "1.5.0",
        ("2.0.1-rc.1", "major"): "3.0.0",
        ("2.1.0-beta.2", "major"): "3.0.0",
    }
    for (text, part), expected in later.items():
        assert str(bump(parse(text), part)) == expected, text
