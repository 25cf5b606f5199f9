# Written by jiti for examples/semver/semver/version.py::parse. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: e7bd503c76b53009e2297f5255e97284
# spec: signature=46360ab0479e1455af440448c66dc1a0 docstring=460fa27f8a85222c95ac5be198abad2b hints=-
# code: 7300378ac9ceb4c0742af61135715c1c
# body: 79c51901267b7282aeabc282bf48414a
# gates: examples/semver/tests/test_version.py::test_a_version_is_written_as_it_was_read=fa79f2c5a605a454d439ea74ff9f69a3 examples/semver/tests/test_version.py::test_what_is_no_version_is_turned_down=a96284cab350c94fd9c36ff6aa196d8d
# uses: examples/semver/semver/version.py::Version=48652195586f3714d9bd2484ca2ef8d6
# effects: none
# approved: -
# made: replay of a hand-written session · 1 turn · ruff 0.17.6, ty 0.0.105, 17 tests

from __future__ import annotations

import re

from semver.version import Version

_IDENTIFIER = r"[0-9A-Za-z-]+"
_NUMBER = r"0|[1-9][0-9]*"
_PRERELEASE = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_PRERELEASE}(?:\.{_PRERELEASE})*))?"
    rf"(?:\+({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
)


def parse(text: str) -> Version:
    """Read a semantic version.

    It is written MAJOR.MINOR.PATCH. A pre-release may follow, after a hyphen, and build metadata, after a plus sign,
    in this order. The three numbers are ASCII digits, without a leading zero unless the number is 0. Pre-release and
    build are identifiers with dots between them; an identifier is one or more ASCII letters, digits and hyphens. A
    pre-release identifier that is all digits has no leading zero either; a build identifier may have. Nothing else
    may stand in the text: no space around it, no newline at its end, no "v" before it.

    Raises:
        ValueError: the text is no semantic version; the message is `not a semantic version: ` and the text's repr.

    Examples:
        >>> parse("1.4.0")
        Version(major=1, minor=4, patch=0, prerelease=(), build=())
        >>> parse("1.4.0-rc.1+build.007")
        Version(major=1, minor=4, patch=0, prerelease=('rc', '1'), build=('build', '007'))
        >>> parse("1.4")
        Traceback (most recent call last):
            ...
        ValueError: not a semantic version: '1.4'
    """
    found = _VERSION.fullmatch(text)
    if found is None:
        message = f"not a semantic version: {text!r}"
        raise ValueError(message)
    major, minor, patch, prerelease, build = found.groups()
    return Version(
        int(major),
        int(minor),
        int(patch),
        tuple(prerelease.split(".")) if prerelease else (),
        tuple(build.split(".")) if build else (),
    )
