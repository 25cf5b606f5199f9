"""What an implementation changes that outlives a call: its own module's values, its classes, what its defaults hold.

What a function was given, or has made itself, it may change: that is no state. `functools.cache` is none either, for
nobody can tell by its results; a dictionary that is kept by hand may be anything.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from jiti.effects import known, names
from jiti.effects.meanings import one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.effects.meanings import Meanings
    from jiti.effects.scopes import Scope

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_METHODS = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "add", "discard", "update"),
        *("setdefault", "popitem", "appendleft", "popleft", "extendleft", "rotate", "subtract", "move_to_end"),
        *("intersection_update", "difference_update", "symmetric_difference_update", "write", "writelines"),
        *("truncate", "send", "throw", "set", "put", "put_nowait", "__setitem__", "__delitem__", "__setattr__"),
        *("__ior__", "__iadd__"),
    }
)
"""Methods that change what they are called on."""
_OF_THE_FIRST = frozenset(
    {
        *("builtins.next", "builtins.setattr", "builtins.delattr", "builtins.anext", "builtins.object.__setattr__"),
        *("heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heapreplace", "heapq.heappushpop"),
        *("bisect.insort", "bisect.insort_left", "bisect.insort_right", "operator.setitem", "operator.delitem"),
        *("operator.iadd", "operator.ior", "operator.iconcat", "random.shuffle"),
    }
)
"""Functions that change their first argument."""
_CONTAINERS = frozenset({"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict", "bytearray", "count"})
_GIVE_WHAT_STAYS = frozenset({"builtins.type", "decimal.getcontext"})
_MOST_STEPS = 100
_MOST_ROUNDS = 5


def changes(tree: ast.Module, meanings: Meanings) -> Iterator[tuple[int, str]]:
    """Where a file changes what outlives a call, and what that is.

    Args:
        tree: the file.
        meanings: what stands for what in it.
    """
    state = _State(tree, meanings)
    for _ in range(_MOST_ROUNDS):  # helpers that hand an argument on to helpers that change it
        known = len(state.changed)
        for function in state.functions:
            state.read(function)
        if len(state.changed) == known:
            break
    yield from sorted(state.found.items())


class _State:
    """Goes through the functions of a file.

    Attributes:
        functions: them.
        found: the lines that change something, each with what.
        changed: parameters whose arguments are changed.
    """

    def __init__(self, tree: ast.Module, meanings: Meanings) -> None:
        self.found: dict[int, str] = {}
        self.changed: set[ast.arg] = set()
        self.functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
        self._meanings = meanings
        self._scopes = meanings.scopes
        self._by_name = {node.name: node for node in tree.body if isinstance(node, _FUNCTIONS)}
        self._called_once = {each.id for each in _run_on_import(tree) if isinstance(each, ast.Name)}
        self._class_values: dict[ast.arg, set[str]] = defaultdict(set)
        self._class_parameters: set[ast.arg] = set()
        self._changing_classes: set[str] = set()
        self._asked: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                self._read_class(node)

    def _read_class(self, node: ast.ClassDef) -> None:
        """Note a class's own parts: what it holds for all its objects, and whether its methods change them."""
        shared = {
            target.id
            for each in node.body
            if isinstance(each, ast.Assign) and _is_container(each.value)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for method in (each for each in node.body if isinstance(each, _FUNCTIONS) and each.args.args):
            first = method.args.args[0]
            if any(getattr(each, "id", "") == "classmethod" for each in method.decorator_list) or first.arg == "cls":
                self._class_parameters.add(first)
            else:
                self._class_values[first] |= shared
            if method.name not in {"__init__", "__post_init__", "__new__", "__init_subclass__"} and any(
                isinstance(each, ast.Attribute)
                and not isinstance(each.ctx, ast.Load)
                and getattr(each.value, "id", "") == first.arg
                for each in ast.walk(method)
            ):
                self._changing_classes.add(node.name)

    # ---------------------------------------------------------------- one function

    def read(self, function: _Function) -> None:
        """Note what a function changes."""
        body = function.body if isinstance(function.body, list) else [function.body]
        for node in _own_nodes(body):
            match node:
                case ast.Global(names=given):
                    self._note(node, f"global {', '.join(given)}")
                case ast.Name(ctx=ast.Store() | ast.Del()):
                    self._read_nonlocal(node, function)
                case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                    self._change(node, node.value, function, node)
                case ast.Call():
                    self._read_call(node, function)

    def _read_nonlocal(self, node: ast.Name, function: _Function) -> None:
        scope = self._scopes.scope(node)
        home = scope.home(node.id) if scope and node.id in scope.elsewhere else None
        if home is not None and self._outlives(home, function):
            self._note(node, f"{node.id} is changed")

    def _read_call(self, node: ast.Call, function: _Function) -> None:
        called = self._meanings.names(node.func)
        if isinstance(node.func, ast.Attribute) and (node.func.attr in _METHODS or self._advances(node.func.value)):
            self._change(node, node.func.value, function, node.func.value)
        if node.args and (_OF_THE_FIRST.intersection(called) or any(_is_unbound(name) for name in called)):
            self._change(node, node.args[0], function, node.args[0])
        for argument, parameter in self._handed_on(node):
            if parameter in self.changed:
                self._change(node, argument, function, argument)

    def _advances(self, owner: ast.expr) -> bool:
        """Whether whatever is done with an object leaves it changed: a generator of random numbers, a counter."""
        if known.ADVANCED & self._meanings.kinds(owner):
            return True
        origins = self._scopes.origins(owner) if isinstance(owner, ast.Name) else []
        called = {getattr(each.func, "id", "") for each in origins if isinstance(each, ast.Call)}
        return bool(called & self._changing_classes)

    def _handed_on(self, node: ast.Call) -> Iterator[tuple[ast.expr, ast.arg]]:
        """The arguments of a call of one of the file's own functions, each with the parameter that it is for."""
        function = self._by_name.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None:
            return
        positional = [*function.args.posonlyargs, *function.args.args]
        yield from zip(node.args, positional, strict=False)
        by_name = {each.arg: each for each in (*positional, *function.args.kwonlyargs)}
        for keyword in node.keywords:
            if keyword.arg in by_name:
                yield keyword.value, by_name[keyword.arg]

    # ---------------------------------------------------------------- what it belongs to

    def _note(self, node: ast.AST, cause: str) -> None:
        self.found.setdefault(getattr(node, "lineno", 1), cause)

    def _change(self, node: ast.AST, owner: ast.expr, function: _Function, shown: ast.expr) -> None:
        self._asked.clear()
        if self._is_kept(owner, function):
            self._note(node, f"{ast.unparse(shown)} is changed")

    def _is_kept(self, node: ast.AST, function: _Function) -> bool:
        """Whether an object outlives the call in which it is changed."""
        if node in self._asked or len(self._asked) > _MOST_STEPS:
            return False
        self._asked.add(node)
        parts: list[ast.expr] = one_of(node)
        match node:
            case ast.Name():
                return self._is_kept_name(node, function)
            case ast.Call(func=called):
                return bool(_GIVE_WHAT_STAYS.intersection(self._meanings.names(called)))
            case ast.Attribute(value=owner, attr=name):
                if name == "__class__" or self._is_of_a_class(owner, name) or self._is_imported(node):
                    return True
                parts = [owner]
            case ast.Subscript(value=owner) | ast.For(iter=owner) | ast.comprehension(iter=owner):
                parts = [owner]
        return any(self._is_kept(each, function) for each in parts)

    def _is_kept_name(self, node: ast.Name, function: _Function) -> bool:
        scope = self._scopes.scope(node)
        home = scope.home(node.id) if scope else None
        if home is None:
            return False
        origins = home.bindings[node.id]
        if self._outlives(home, function):
            return any(not isinstance(origin, str) for origin in origins) or self._is_imported(node)
        return any(self._is_kept_origin(origin, function) for origin in origins if isinstance(origin, ast.AST))

    def _is_kept_origin(self, origin: ast.AST, function: _Function) -> bool:
        if not isinstance(origin, ast.arg):
            return self._is_kept(origin, function)
        self.changed.add(origin)
        return origin in self._class_parameters or _is_container(_default_of(origin, function))

    def _is_of_a_class(self, owner: ast.expr, name: str) -> bool:
        """Whether `self.name` is held by the class, for all its objects."""
        origins = self._scopes.origins(owner) if isinstance(owner, ast.Name) else []
        return any(isinstance(each, ast.arg) and name in self._class_values.get(each, ()) for each in origins)

    def _is_imported(self, node: ast.Name | ast.Attribute) -> bool:
        """Whether an expression names a value of another module: the stub's own, or a constant of any."""
        for name in self._meanings.scopes.full_names(node):
            last = name.rpartition(".")[2]
            is_constant = last.isupper() and not name.startswith("builtins.")
            if self._meanings.is_assigned_in_module(name) or (is_constant and names.effect_of(name) is None):
                return True
        return False

    def _outlives(self, scope: Scope, function: _Function) -> bool:
        """Whether what is bound in a scope is still there when a function that changes it has returned."""
        if scope is self._scopes.top:
            return True
        maker = scope.node
        return isinstance(maker, _FUNCTIONS) and maker is not function and maker.name in self._called_once


def _own_nodes(body: list[ast.stmt] | list[ast.expr]) -> Iterator[ast.AST]:
    """The nodes of a function that belong to no function inside it."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _Function):
            stack.extend(ast.iter_child_nodes(node))


def _run_on_import(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that run when the file is imported: all that stand in no function's body."""
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            stack += [*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each)]
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def _is_container(node: ast.expr | None) -> bool:
    match node:
        case ast.Dict() | ast.List() | ast.Set() | ast.DictComp() | ast.ListComp() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _CONTAINERS
    return False


def _default_of(argument: ast.arg, function: _Function) -> ast.expr | None:
    """The default of one of a function's parameters."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    pairs = [*zip(reversed(positional), reversed(given.defaults), strict=False)]
    pairs += [(each, default) for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default]
    return next((default for each, default in pairs if each is argument), None)


def _is_unbound(name: str) -> bool:
    """Whether a full name is that of a method which changes what it is given first: `list.append`."""
    owner, _, method = name.rpartition(".")
    return method in _METHODS and owner in {"builtins.list", "builtins.dict", "builtins.set", "collections.deque"}
