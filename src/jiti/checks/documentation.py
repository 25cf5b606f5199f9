"""What is known of an installed object or package: signature, docstring, members, README."""

from __future__ import annotations

import difflib
import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from jiti import distributions, readme
from jiti.checks import describing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

CHARACTERS = 8_000
README_CHARACTERS = 4_000
_MISSING = object()


def of(name: str, *, words: Collection[str] = (), names: Mapping[str, object] | None = None) -> str:
    """Signature and docstring of a dotted name, and what is in it; of a package, its README too.

    A name that does not lead anywhere gets the names that are near it, and the parts of the package's
    README that mention it.

    Args:
        name: of a module, or of anything in one; or of a distribution (`PyYAML`).
        words: what to look for in a README, as `jiti.readme.words_of` gives them.
        names: where a name that no module has is looked for as well.
    """
    name = name.strip().strip("`").removesuffix("()")
    search = _Search(name, names or {})
    if search.found is not _MISSING:
        parts = [describing.described(name, search.found)]
        if "." not in name and isinstance(search.found, ModuleType):
            parts += _readmes_of(distributions.of_module(search.found.__name__), words)
    elif (about := distributions.about(name)) is not None:
        imported = ", ".join(f"`{each}`" for each in distributions.packages_of(name))
        parts = [*_readmes_of([about.name], words), f"It is imported as {imported}." if imported else ""]
    else:
        parts = [_unknown(name, search)]
    return _bounded("\n\n".join(filter(None, parts)))


class _Search:
    """The way along a dotted name.

    Attributes:
        found: the object that it means, or `_MISSING`.
        reached: the last one on the way to it.
        problem: why a module on the way could not be imported, if one is there.
    """

    def __init__(self, name: str, names: Mapping[str, object]) -> None:
        self.reached: Any = _MISSING
        self.problem = ""
        parts = name.split(".")
        self.found = self._follow(parts, self._module(parts[0]))
        if self.found is _MISSING and parts[0] in names:
            self.found = self._follow(parts, names[parts[0]])

    def _follow(self, parts: list[str], first: object) -> Any:  # noqa: ANN401 - whatever the name means
        reached: Any = first
        for number, part in enumerate(parts[1:], 2):
            if reached is _MISSING:
                break
            self.reached = reached
            try:
                inner = getattr(reached, part, _MISSING)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - an attribute may be computed, by code that fails in any way
                self.problem = f"{'.'.join(parts[:number])} raised {_told(error)}"
                return _MISSING
            if inner is _MISSING and isinstance(reached, ModuleType):
                inner = self._module(".".join(parts[:number]))
            reached = inner
        return reached

    def _module(self, name: str) -> object:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                self.problem = f"{name} cannot be imported: {_told(error)}"
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an installed module may fail in any way
            self.problem = f"{name} cannot be imported: {_told(error)}"
        return _MISSING


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _readmes_of(names: Collection[str], words: Collection[str]) -> Iterator[str]:
    """What distributions say of themselves, and of their READMEs what matches, or else how they begin."""
    for about in filter(None, map(distributions.about, names)):
        room = README_CHARACTERS // len(names)
        matching = readme.matching(about.readme, words, characters=room)
        shown = matching or readme.beginning(about.readme, characters=room)
        said = "From its README" if matching else "Its README begins"
        yield f"{about.title}\n\n{said}:\n\n{shown}" if shown else about.title


def _unknown(name: str, search: _Search) -> str:
    """What is said of a name that means nothing: what is near it, and what the README says of it."""
    *above, last = name.split(".")
    if search.reached is _MISSING:
        known = {*distributions.by_package(), *sys.stdlib_module_names}
        known.update(each for names in distributions.by_package().values() for each in names)
        at, near = "no installed package or module", difflib.get_close_matches(above[0] if above else last, known, n=5)
    else:
        at = f"nothing in {getattr(search.reached, '__name__', type(search.reached).__name__)}"
        near = [*_elsewhere(above[0], last), *difflib.get_close_matches(last, dir(search.reached), n=5)]
    lines = [f"{name}: {at} has that name."]
    if search.problem:
        lines.append(search.problem)
    if near:
        lines.append(f"Near: {', '.join(dict.fromkeys(near))}")
    for distribution in distributions.of_module(".".join(above)) if above else ():
        about = distributions.about(distribution)
        mentions = about and readme.matching(about.readme, (), readme.words_of(last), characters=README_CHARACTERS)
        if mentions:
            lines.append(f"\nFrom the README of {distribution}:\n\n{mentions}")
    return "\n".join(lines)


def _elsewhere(package: str, name: str) -> list[str]:
    """Where else in a package, as far as it is imported, something has that name."""
    inside = [(each, module) for each, module in list(sys.modules.items()) if each.startswith(f"{package}.")]
    return sorted((f"{each}.{name}" for each, module in inside if name in vars(module)), key=len)[:3]


def _bounded(text: str) -> str:
    if len(text) <= CHARACTERS:
        return text
    remark = "\n… Ask for a name in it to see more."
    return text[: CHARACTERS - len(remark)].rpartition("\n")[0] + remark
