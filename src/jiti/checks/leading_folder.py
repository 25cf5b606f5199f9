"""The folders that lead to scratch tests: of pytest's collection, but nothing in them is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


class LeadingFolder(pytest.Collector):
    """A folder on the way to one file, which is all that it holds.

    Temporary files lie in a folder that is everybody's. pytest would list it, which the sandbox denies, and run a
    conftest file that somebody else has put there.

    Args:
        to: the file, absolute.
    """

    def __init__(self, *, to: Path, **given: object) -> None:
        super().__init__(**given)  # ty: ignore[invalid-argument-type] - what `from_parent` was given
        self._to = to

    @classmethod
    def of(cls, path: Path, parent: pytest.Collector, to: str) -> LeadingFolder | None:
        """The collector of a folder; None where it does not lead to the file."""
        if path not in Path(to).parents:
            return None
        return cls.from_parent(parent, name=path.name or str(path), path=path, nodeid=str(path), to=Path(to))

    def collect(self) -> Iterator[pytest.Collector]:
        """The next folder, or the file."""
        following = self.path / self._to.relative_to(self.path).parts[0]
        if following == self._to:
            for found in self.ihook.pytest_collect_file(file_path=following, parent=self):
                yield from found if isinstance(found, list) else [found]
        else:
            yield from filter(None, [LeadingFolder.of(following, self, str(self._to))])
