"""The example of docs/merge.md, step by step."""

from __future__ import annotations

import re
from pathlib import Path

from jiti.testing import Project
from tests.functional.merged_projects import implement

PAGE = (Path(__file__).parents[2] / "docs" / "merge.md").read_text("utf-8")
SCRATCH = """from app.text import slugify


def test_gaps() -> None:
    assert slugify(" a  b ") == "a-b"
"""


def test_the_page_shows_what_happens() -> None:
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
    before, after = dict(blocks[:2]), dict(blocks[2:])
    made = Project({"app/__init__.py": "", **before})
    implement(made, "app/text.py::slugify", after["app/text.py"].partition('"""\n\n')[2], SCRATCH)
    shown = re.search(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    merged = made.run(*shown[1].split())
    assert (merged.exit_code, merged.stdout, merged.stderr) == (0, shown[2], "")
    assert {path: text for path, text in merged.changed.items() if text is not None} == after
