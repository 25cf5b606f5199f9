"""Every kind of stub: merged, it is what somebody would have written who had no jiti."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.functional.by_hand import written_by_hand
from tests.functional.test_shapes import HEAD, SHAPES
from tests.unit.merge.merging import Merger, keeps_the_rest, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.test_shapes import Shape


GAP = "import annotations\n\n\n"
"""What stands above and below the import of jiti; one of the blank lines goes with it."""


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_it_is_merged_to_what_is_written_by_hand(
    shape: Shape, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And runs; a second merge finds nothing to do."""
    source = HEAD + dedent(shape.source)
    bodies = {name: right.replace("'", '"') for name, (_, right) in shape.bodies.items()}
    merger = Merger(tmp_path, "app/shop.py")
    merged = merger.merge(source, bodies)
    assert merged.text == written_by_hand(source, *bodies.values()).replace(GAP, GAP.removesuffix("\n"))
    assert merged.notes == ()
    assert keeps_the_rest(source, merged.text, *(name.removesuffix(".setter").split(".")[-1] for name in bodies))
    exec(shape.use, {"shop": run(merged.text, "app.shop")})  # noqa: S102 - it is how the shape is used
    assert capsys.readouterr().out.strip() == shape.printed
    merger.write(merged.text)
    assert merger.definitions() == {}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_in_a_file_of_another_make_it_is_merged_likewise(shape: Shape, tmp_path: Path) -> None:
    """With a mark, tabs, other line ends, and nothing behind its last line."""

    def made_otherwise(text: str) -> str:
        return "\ufeff" + text.rstrip().replace("    ", "\t").replace("\n", "\r\n")

    source = HEAD + dedent(shape.source)
    bodies = {name: right.replace("'", '"') for name, (_, right) in shape.bodies.items()}
    expected = written_by_hand(source, *bodies.values()).replace(GAP, GAP.removesuffix("\n"))
    merged = Merger(tmp_path, "app/shop.py").merge(made_otherwise(source), bodies)
    assert merged.text == made_otherwise(expected)


def test_a_test_that_was_written_keeps_what_it_is_required_for(tmp_path: Path) -> None:
    """It decides on its target from now on, like any other."""
    source = (
        'import jiti\nfrom app.text import f\n\n\n@jiti.required_for(f)\ndef test_f() -> None:\n    """It is 1."""\n'
    )
    merger = Merger(tmp_path, "tests/test_text.py")
    text = merger.merge(source, {"test_f": "assert f() == 1"}).text
    assert text == f"{source}    assert f() == 1\n"
    merger.write(text)
    assert merger.definitions() == {}
