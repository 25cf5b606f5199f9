"""Which files belong to a project: all that git would not ignore, without running git."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pathspec.pattern import Pattern

    from jiti.settings import Settings

NEVER_ENTERED = frozenset({"__pycache__", "site-packages"})
"""Folders without a dot that hold no project's own files."""


def project_files(root: str, exclude: Sequence[str] = ()) -> Iterator[str]:
    """The project's files as paths from the root with `/`, in order of path.

    Left out are what a `.gitignore` hides, folders whose name starts with a dot, virtual environments
    (folders with a `pyvenv.cfg`), `site-packages`, `__pycache__`, and what `exclude` names. Links to folders
    are not followed, and folders that cannot be read are passed over.

    Args:
        root: absolute path of the project root.
        exclude: patterns as in a `.gitignore` in the root.
    """
    excluded = _Rules("", _compile(exclude))
    yield from _walk(root, "", _rules_above(root), excluded)


def python_files(root: str, settings: Settings, files: Iterable[str] | None = None) -> Iterator[str]:
    """The project's Python files where stubs are looked for.

    These are the files below `[tool.jiti]`'s `sources` and `tests`; where it names neither, all of `project_files`.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        files: what `project_files` has found, where it was asked already.
    """
    places = tuple(place.rstrip("/") for place in (*settings.sources, *settings.tests))
    for path in project_files(root, settings.exclude) if files is None else files:
        if path.endswith(".py") and (not places or _lies_below(path, places)):
            yield path


def is_ignored(root: str, path: str) -> bool:
    """Whether git ignores a path of the project: by its own name, or with a folder that holds it.

    Args:
        root: absolute path of the project root.
        path: from the root, with `/`; a folder's ends with one. It need not exist.
    """
    rules = _rules_above(root)
    folder = ""
    *folders, name = path.rstrip("/").split("/")
    for part in folders:
        rules = _with_rules_of(root, folder, rules)
        folder += f"{part}/"
        if _hidden(folder, rules):
            return True
    rules = _with_rules_of(root, folder, rules)
    is_folder = path.endswith("/") or os.path.isdir(os.path.join(root, path))
    return _hidden(f"{folder}{name}/" if is_folder else f"{folder}{name}", rules)


class IgnoreRules:
    """What git ignores in one folder of a project, for who walks down by itself.

    Args:
        root: absolute path of the project root.
        folder: from the root, with a closing slash; empty for the root itself.
        rules: what is known of it from the folders above; those above the root are looked at where it is not given.
    """

    def __init__(self, root: str, folder: str = "", rules: tuple[_Rules, ...] | None = None) -> None:
        self._root = root
        self._folder = folder
        self._rules = _rules_above(root) if rules is None else rules

    def with_own(self) -> IgnoreRules:
        """The same with the folder's own `.gitignore`, which nobody has looked for yet."""
        return IgnoreRules(self._root, self._folder, _with_rules_of(self._root, self._folder, self._rules))

    def below(self, name: str) -> IgnoreRules:
        """What these say of a folder in this one."""
        return IgnoreRules(self._root, f"{self._folder}{name}/", self._rules)

    def hide(self, name: str, *, is_folder: bool) -> bool:
        """Whether git ignores what lies in this folder by a name."""
        return bool(self._rules) and _hidden(f"{self._folder}{name}{'/' if is_folder else ''}", self._rules)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line of a `.gitignore`.

    Attributes:
        compiled: the line without a closing slash, as pathspec understands it.
        only_folders: whether the line ended with a slash.
    """

    compiled: Pattern
    only_folders: bool

    @classmethod
    def of(cls, line: str) -> _Pattern | None:
        """The pattern of a line; None for a comment, and for what git would find invalid and never match."""
        from pathspec import GitIgnoreSpec  # what reads projects only where it generates must load without it

        line = line if line.endswith("\\ ") else line.rstrip()
        stem = line.removesuffix("/")
        try:
            (compiled,) = GitIgnoreSpec.from_lines([stem]).patterns
        except ValueError:
            return None
        return None if compiled.include is None else cls(compiled, only_folders=stem != line)

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Whether it names this very path.

        pathspec takes whatever lies below a match for a match as well, and marks that with a group of its own.
        A walk asks for each folder on the way, and there `!a` must not bring back `a/build`.
        """
        if self.only_folders and not is_folder:
            return False
        found = self.compiled.match_file(path)
        return found is not None and not found.match.groupdict().get("ps_d")


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one `.gitignore`, which stands in `folder`.

    Attributes:
        folder: of the file, from the root: empty for the root itself, else with a closing slash.
        patterns: in the order of the lines.
        way: from the file's folder to the root, with a closing slash, where that folder lies above the root.
    """

    folder: str
    patterns: tuple[_Pattern, ...]
    way: str = ""

    def verdict(self, path: str) -> bool | None:
        """True: ignored; False: explicitly not; None: nothing is said of it.

        A folder's path ends with a slash; the root's is empty.
        """
        is_folder = not path or path.endswith("/")
        relative = (self.way + path.removeprefix(self.folder)).removesuffix("/")
        for pattern in reversed(self.patterns):
            if pattern.matches(relative, is_folder=is_folder):
                return bool(pattern.compiled.include)
        return None


def _walk(root: str, folder: str, rules: tuple[_Rules, ...], excluded: _Rules) -> Iterator[str]:
    """The files below one folder; `folder` is empty or ends with `/`."""
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            found = sorted((f"{e.name}/" if e.is_dir(follow_symlinks=False) else e.name, e) for e in entries)
    except OSError:
        return
    names = {name for name, _ in found}
    if folder and "pyvenv.cfg" in names:
        return
    if ".gitignore" in names:
        rules = _with_rules_of(root, folder, rules)
    for name, entry in found:
        path = folder + name
        if _is_out_of_bounds(name) or _hidden(path, rules) or excluded.verdict(path):
            continue
        if name.endswith("/"):
            yield from _walk(root, path, rules, excluded)
        elif _is_file(entry):
            yield path


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link to one; a link that leads round in a circle is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_out_of_bounds(name: str) -> bool:
    return name.endswith("/") and (name.startswith(".") or name[:-1] in NEVER_ENTERED)


def _lies_below(path: str, places: Sequence[str]) -> bool:
    return any(place in {".", path} or path.startswith(f"{place}/") for place in places)


def _hidden(path: str, rules: tuple[_Rules, ...]) -> bool:
    """What the nearest `.gitignore` that speaks of the path says."""
    for each in reversed(rules):
        verdict = each.verdict(path)
        if verdict is not None:
            return verdict
    return False


def _rules_above(root: str) -> tuple[_Rules, ...]:
    """The rules of the folders above the root, up to the top of its git repository.

    None of them count where they ignore the root itself: whoever asks for that project means it.
    """
    rules: list[_Rules] = []
    folder, way = root, ""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent, name = os.path.split(folder)
        if parent == folder:
            return ()
        folder, way = parent, f"{name}/{way}"
        patterns = _read(folder)
        if patterns:
            rules.insert(0, _Rules("", patterns, way))
    patterns = _read(os.path.join(folder, ".git", "info"), "exclude")  # what this clone ignores
    if patterns:
        rules.insert(0, _Rules("", patterns, way))
    return () if _hidden("", tuple(rules)) else tuple(rules)


def _with_rules_of(root: str, folder: str, rules: tuple[_Rules, ...]) -> tuple[_Rules, ...]:
    patterns = _read(os.path.join(root, folder))
    return (*rules, _Rules(folder, patterns)) if patterns else rules


def _read(folder: str, name: str = ".gitignore") -> tuple[_Pattern, ...]:
    """The patterns of a folder's `.gitignore`, or of another such file; none where it cannot be read."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8-sig", errors="surrogateescape") as file:
            return _compile(file)
    except OSError:
        return ()


def _compile(lines: Iterable[str]) -> tuple[_Pattern, ...]:
    patterns = (_Pattern.of(line.removesuffix("\n")) for line in lines)
    return tuple(pattern for pattern in patterns if pattern)
