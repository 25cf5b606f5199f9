"""What an error says, and the setting that would have kept it from being one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.sandbox import hint

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("E   PermissionError: [Errno 13] Permission denied: '/srv/x'", 'read = ["/srv/x"]'),
        ("PermissionError: [Errno 13] Permission denied: 'out/x.txt'", 'write = ["out/x.txt"]'),
        ("PermissionError: [Errno 13] Permission denied: b'out/x.txt'", 'write = ["out/x.txt"]'),
        ("OSError: [Errno 18] Invalid cross-device link: 'a' -> '/srv/b'", 'write = ["/srv/b"]'),
        ("PermissionError: [Errno 13] Permission denied", "network = true"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "network = true"),
        ("PermissionError: [Errno 1] Operation not permitted", "processes = true"),
        ("sqlite3.OperationalError: unable to open database file", "write = "),
        ("PermissionError: [Errno 13] Permission denied: '.env'", "it holds secrets"),
        ("PermissionError: [Errno 13] Permission denied: 'data.sql'", "git ignores it"),
    ],
)
def test_a_denied_access_names_the_setting(tmp_path: Path, text: str, setting: str) -> None:
    (tmp_path / ".gitignore").write_text("*.sql\n", encoding="utf-8")
    assert setting in (hint(f"{text}\nand more", str(tmp_path)) or "")


@pytest.mark.parametrize(
    "text", ["assert 1 == 2", "ValueError: permission", "FileNotFoundError: [Errno 2] No such file: 'x'"]
)
def test_another_error_names_none(tmp_path: Path, text: str) -> None:
    assert hint(text, str(tmp_path)) is None
