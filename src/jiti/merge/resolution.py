"""What the names of an implementation become in the file that it is merged into.

Its own module's names are local there. What it imports is imported there, and called otherwise where the name is
taken; its helpers are, too. What cannot be had at the top of the file is imported inside the functions that use it.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from jiti.merge import scopes
from jiti.merge.renaming import NotRenamedError, renamed
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jiti.merge.file_names import FileNames
    from jiti.merge.implementation import Implementation, Import
    from jiti.merge.scopes import Use

_BUILTINS = frozenset(dir(builtins))
_NAMELESS = ast.alias | ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping
_OF_MODULE = {"__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__"}


@dataclass
class Resolution:
    """What becomes of the names of one implementation.

    Attributes:
        names: the new names by the old ones, where they differ.
        chains: attributes of its own module that become plain names.
        inside: imports that stand inside functions, by the names that they bind.
        declared: names that functions assign to: each function's node with a name.
        notes: what a person should know.
    """

    names: dict[str, str] = field(default_factory=dict)
    chains: dict[ast.expr, str] = field(default_factory=dict)
    inside: dict[str, Import] = field(default_factory=dict)
    declared: list[tuple[FunctionNode, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Resolver:
    """Finds out what the names of an implementation become.

    Args:
        implementation: it.
        file: the names of the file; what is needed of it is noted there.
        around: the names that functions around the stub bind.
        reaches: whether importing a module imports the file's own.
    """

    def __init__(
        self, implementation: Implementation, file: FileNames, around: frozenset[str], reaches: Callable[[str], bool]
    ) -> None:
        self._implementation = implementation
        self._file = file
        self._around = around
        self._reaches = reaches
        self._result = Resolution()
        self._uses: dict[str, list[Use]] = {}
        for use in implementation.uses:
            self._uses.setdefault(use.name, []).append(use)
        self._own_names = frozenset(_identifiers(implementation.text.tree))

    def resolve(self) -> Resolution:
        """What becomes of its names.

        Raises:
            MergeError: they cannot mean in the file what they mean in the implementation.
        """
        imports = sorted(self._implementation.imports, key=lambda each: each.bound)
        by_name = {name: list(group) for name, group in groupby(imports, key=lambda each: each.bound)}
        helpers = {name for each in self._implementation.helpers for name in scopes.bound_by(each.statements)}
        assigned = helpers.union(scopes.declared_global(self._implementation.text.tree))
        for name in sorted(assigned & by_name.keys()):
            if not all(each.for_types for each in by_name[name]):
                raise self._implementation.refusal(
                    f"it imports `{name}`, and binds it otherwise as well; give the two two names"
                )
        for name in sorted(helpers):
            self._resolve_helper(name)
        for name, group in by_name.items():
            if name in self._uses and name not in helpers:
                self._resolve_imports(name, group)
        self._require_builtins({*helpers, *by_name})
        self._undo_shell()
        self._tell_of_module()
        return self._result

    def _hidden(self, name: str) -> frozenset[str]:
        """The names that mean something local in any place where a name is used."""
        return self._around.union(*(each.hidden for each in self._uses.get(name, ())))

    def _resolve_helper(self, name: str) -> None:
        if not self._file.is_taken(name) and name not in self._around:
            self._file.take(name, ())
            return
        if name in _bound_by_no_name(each for helper in self._implementation.helpers for each in helper.statements):
            raise self._implementation.refusal(
                f"`{name}` is something else in the file, and cannot be called otherwise"
            )
        self._result.names[name] = self._file.take(name, {*self._own_names, *self._around})

    def _undo_shell(self) -> None:
        """Have the class that stands for the user's, where it has another name, be the user's again."""
        for each, owner in zip(self._implementation.classes, self._implementation.owner_names, strict=False):
            if each.name != owner and each.name in self._uses:
                self._result.names[each.name] = owner

    def _tell_of_module(self) -> None:
        """Note what the implementation asks of its own module, which becomes another."""
        qualname = self._implementation.definition.declaration.qualname
        for name in sorted(_OF_MODULE & self._uses.keys()):
            self._result.notes.append(f"{qualname}: `{name}` is that of {self._file.module.name} from now on")

    def _require_builtins(self, bound: set[str]) -> None:
        """Make sure that what is built in means the same in the file.

        Raises:
            MergeError: the file, or a function around the stub, has something else by that name.
        """
        for name in sorted(self._uses.keys() - bound):
            if name in _BUILTINS - self._implementation.own_names and (
                self._file.may_bind(name) or name in self._around
            ):
                why = "which is something else where the stub stands"
                if not self._file.binds(name) and name not in self._around:
                    why = "which `import *`, or a module of its package, may make something else in the file"
                raise self._implementation.refusal(f"it uses Python's own `{name}`, {why}")

    def _resolve_imports(self, name: str, group: list[Import]) -> None:
        own = [each for each in group if self._is_own_module(each)]
        if own and (len(own) < len(group) or not self._unwrap(name, own[0])):
            for each in group:
                self._keep_inside(each, "the module itself is used there")
        elif not own:
            for each in group:
                if each.module == self._file.module.name and each.name and self._file.has(each.name):
                    self._resolve_own_name(each, each.name)
                else:
                    self._resolve_foreign(each)

    def _resolve_own_name(self, each: Import, name: str) -> None:
        """An import of what the file itself binds."""
        hidden = self._hidden(each.bound)
        if name in self._around or (name != each.bound and name in hidden):
            self._keep_inside(each, f"`{name}` is something else there")
        elif name != each.bound:
            self._result.names[each.bound] = name

    def _resolve_foreign(self, each: Import) -> None:
        is_needed = [use for use in self._uses[each.bound] if not use.in_annotation]
        if is_needed and not each.for_types and self._makes_cycle(each):
            self._keep_inside(each, "import cycle")
            return
        name = self._file.import_as(each, self._hidden(each.bound), self._own_names)
        if name is None:
            self._keep_inside(each, f"`{each.bound}` is something else in the module")
        elif name != each.bound:
            self._result.names[each.bound] = name

    def _makes_cycle(self, each: Import) -> bool:
        if self._reaches(each.module):
            return True
        return each.name is not None and self._reaches(f"{each.module}.{each.name}")

    def _keep_inside(self, each: Import, reason: str) -> None:
        """Have an import stand inside the functions that use it.

        Raises:
            MergeError: it is needed as soon as the module is imported.
        """
        at_once = [use for use in self._uses[each.bound] if use.function is None and not use.in_annotation]
        if at_once or any(isinstance(use.function, ast.Lambda) for use in self._uses[each.bound]):
            raise self._implementation.refusal(
                f"a helper needs `{each.statement}` while the module is imported, and that cannot be had: {reason}"
            )
        self._result.inside[each.bound] = each
        if any(use.in_annotation for use in self._uses[each.bound]) and not self._file.is_taken(each.bound):
            self._file.import_as(replace(each, for_types=True), (), ())
        qualname = self._implementation.definition.declaration.qualname
        self._result.notes.append(f"{qualname}: `{each.statement}` is kept inside the function: {reason}")

    def _is_own_module(self, each: Import) -> bool:
        whole = f"{each.module}.{each.name}" if each.name else each.module
        return whole == self._file.module.name

    def _unwrap(self, name: str, own: Import) -> bool:
        """Have `text.LIMIT` be `LIMIT`; False where that cannot be done everywhere."""
        parts = own.module.split(".")[1:] if own.name is None and own.alias is None else []
        attributes = [each for each in ast.walk(self._implementation.text.tree) if isinstance(each, ast.Attribute)]
        parents = {id(each.value): each for each in attributes}
        chains: dict[ast.expr, str] = {}
        declared: list[tuple[FunctionNode, str]] = []
        for use in self._uses[name]:
            node: ast.AST = use.node
            for part in parts:
                node = parents.get(id(node), node)
                if getattr(node, "attr", None) != part:
                    return False
            found = parents.get(id(node))
            if found is None or not self._is_local(found, use):
                return False
            if not isinstance(found.ctx, ast.Load):
                if not isinstance(use.inside, FunctionNode):
                    return False
                declared.append((use.inside, found.attr))
            chains[found] = found.attr
        if not self._can_be_said(chains):
            return False
        self._result.chains |= chains
        self._result.declared += declared
        return True

    def _can_be_said(self, chains: dict[ast.expr, str]) -> bool:
        """Whether plain names can stand for some attributes: in `case text.LIMIT:` one would say another thing."""
        try:
            renamed(self._implementation.text, (), {}, chains)
        except NotRenamedError:
            return False
        return True

    def _is_local(self, found: ast.Attribute, use: Use) -> bool:
        return self._file.has(found.attr) and found.attr not in use.hidden | self._around


def _bound_by_no_name(statements: Iterable[ast.stmt]) -> set[str]:
    """What statements bind by an import, an exception's name or a pattern: there no name is changed."""
    nodes = [each for statement in statements for each in ast.walk(statement)]
    return set(scopes.bound_by(each for each in nodes if isinstance(each, _NAMELESS)))


def _identifiers(tree: ast.Module) -> Iterator[str]:
    """All names that stand in a tree, whatever they mean."""
    for node in ast.walk(tree):
        names = (getattr(node, field, None) for field in ("id", "arg", "name"))
        yield from (each for each in names if isinstance(each, str))
