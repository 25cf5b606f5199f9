"""What a run of pytest keeps of what became of its stubs."""

from __future__ import annotations

from jiti.events import PutAside, ToolStarted
from jiti.plugin.record import Record


def test_an_edit_that_was_put_aside_is_told_with_its_place() -> None:
    record = Record()
    record.tell(PutAside("app.py::f", ".jiti/.local/replaced/app/f.py.1"))
    record.tell(ToolStarted("app.py::f", "submit", ""))
    (row,) = record.rows
    assert row == {
        "kind": "warning",
        "text": "app.py::f was edited meanwhile\nthat edit is kept as .jiti/.local/replaced/app/f.py.1",
    }
