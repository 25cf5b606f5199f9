"""Classes that are stubs as a whole: the first use of any method that is to be written has all of them written.

The user's class stays the class that it is, so that instances, subclasses and pickles from before are of it too. Its
methods are functions like those of other stubs, and they share one namespace: what the class's file is loaded in.
"""

from __future__ import annotations

from _thread import get_ident
from types import FunctionType

from jiti import class_source, trial
from jiti.dispatch import class_parts, entry, flights, loading, relay, supply, swapping
from jiti.dispatch.dispatcher import ATTRIBUTES
from jiti.dispatch.parameters import split
from jiti.loader import Namespace, name_for
from jiti.stub import mangled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import Any

    from jiti.dispatch.supply import Generates
    from jiti.loader import Source
    from jiti.stub import Declaration


class Member:
    """A method that is to be written.

    Attributes:
        written: as the user wrote it.
        function: what stands in its place.
        trampoline: the code of that until it is loaded.
        accessor: which half of a property it is: `setter` or `deleter`; empty for everything else.
        code: what its function runs, once that is known.
    """

    __slots__ = ("accessor", "code", "function", "trampoline", "written")

    def __init__(self, written: FunctionType, function: FunctionType, accessor: str) -> None:
        self.written = written
        self.function = function
        self.trampoline = function.__code__
        self.accessor = accessor
        self.code: CodeType | None = None


class ClassDispatcher:
    """What the methods of one class share.

    Args:
        kind: the class, as it is when `@jiti` sees it; another decorator may make another one of it.
        engine: generates for it; None for the default.

    Attributes:
        root: of the project that it was loaded for.
        written: one of its methods, as the user wrote it.
    """

    def __init__(self, kind: type, engine: Generates | None) -> None:
        self.root: str | None = None
        self.written: FunctionType
        self._engine = engine
        self._kind = kind
        self._qualname = kind.__qualname__
        self._is_loaded = False
        self._waiting: set[int] = set()
        self._members: dict[str, Member] = {}
        self._added: set[str] = set()
        self._namespace = Namespace(name_for(kind.__module__, kind.__qualname__), self._find, self._settle)
        self._namespace.names.update(
            {relay.BEGIN: self._begin, relay.BEGIN_ASYNC: self._begin_async, relay.LOCALS: locals}
        )
        class_parts.replace(kind, self._declare)
        self._values = class_parts.values(kind)
        for name in self._values:
            type.__setattr__(kind, name, class_parts.Value(name, self._value))

    def _declare(self, written: FunctionType) -> FunctionType:
        key = f"{written.__name__}:{len(self._members)}"
        function = FunctionType(
            relay.trampoline(written.__code__, key), self._namespace.names, written.__name__, written.__defaults__
        )
        function.__kwdefaults__ = written.__kwdefaults__
        for attribute in ATTRIBUTES:
            setattr(function, attribute, getattr(written, attribute))
        function.__dict__.update(written.__dict__)
        function.__dict__["__wrapped__"] = written  # signatures and annotations are read from the stub
        self.written = written
        self._members[key] = Member(written, function, class_parts.accessor_of(self._kind, written))
        return function

    # ------------------------------------------------------------ the first use

    def _begin(self, key: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - whatever the stub returns
        """What the trampoline of a plain function or a generator calls."""
        member = self._members[key]
        args, kwargs = split(member.written.__code__, values)
        if not self._is_loaded:
            with supply.briefly:
                source = self._source(member, args, kwargs)
            self._load(source, args)
        return self._loaded(member)(*args, **kwargs)

    async def _begin_async(self, key: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - as above
        """What the trampoline of a coroutine or an async generator calls; gives one of these."""
        member = self._members[key]
        args, kwargs = split(member.written.__code__, values)
        if not self._is_loaded:
            with supply.briefly:
                call = self._call(member, args, kwargs)
                source = supply.at_hand(call.declaration, self._engine)
                if source is None:
                    supply.require_allowed(call, self._engine)
                    name = f"jiti {call.declaration.key}"
                    source = await flights.join(self, lambda: self._ordered(call), name)
            if not self._is_loaded:  # another task may have loaded it while this one waited
                self._load(source, args)
        return self._loaded(member)(*args, **kwargs)

    def _value(self, name: str) -> object:
        """What a class attribute that has no value yet comes to."""
        if not self._is_loaded:
            with supply.briefly:
                source = self._source(next(iter(self._members.values())), None, {})
            self._load(source, ())
        return getattr(self._users_class(), name)

    def _source(self, member: Member, args: tuple[object, ...] | None, kwargs: Mapping[str, object]) -> Source:
        call = self._call(member, args, kwargs)
        source = supply.at_hand(call.declaration, self._engine)
        if source is None:
            supply.require_allowed(call, self._engine)
            source = self._ordered(call)
        return source

    def _ordered(self, call: supply.Call) -> Source:
        """What an engine gives.

        The call's arguments are described for that, and copied: where that uses methods that are to be written, as
        `__repr__`, they are told so.

        Raises:
            NotImplementedError: this very thread is waiting for the class already.
            jiti.errors.JitiError: as `supply.ordered`.
        """
        thread = get_ident()
        if thread in self._waiting:
            message = f"{call.function.__qualname__} is being written"
            raise NotImplementedError(message)
        self._waiting.add(thread)
        try:
            return supply.ordered(call, self._engine)
        finally:
            self._waiting.discard(thread)

    def _call(self, member: Member, args: tuple[object, ...] | None, kwargs: Mapping[str, object]) -> supply.Call:
        return supply.Call(member.written, args, kwargs, declare=lambda _: self._declaration())

    def _declaration(self) -> Declaration:
        return class_source.declaration_of(self._qualname, [each.written for each in self._members.values()])

    def _loaded(self, member: Member) -> FunctionType:
        """The function to call now: the declared one, with its code swapped."""
        code = member.code
        if code is None:
            message = f"{member.written.__qualname__} was called while its own implementation is still being loaded"
            raise ImportError(message, name=self._namespace.name)
        if swapping.swap(member.function, member.trampoline, code):
            return member.function
        # Some other tool has put its own version of the trampoline into the function.
        return FunctionType(code, self._namespace.names)

    # ------------------------------------------------------------ loading

    def _find(self) -> Source | None:
        return supply.at_hand(self._declaration(), self._engine)

    def _load(self, source: Source, args: tuple[object, ...]) -> None:
        self._kind = self._users_class(*args[:1])
        loading.load(self._namespace, source, self.written)

    def _users_class(self, called_on: object = None) -> type:
        """The class as everybody knows it: a decorator above `@jiti` may have made another one of it."""
        around = called_on if isinstance(called_on, type) else type(called_on)
        for each in (*around.__mro__, self._by_name(), self._kind):
            if isinstance(each, type) and each.__qualname__ == self._qualname and self._has_members(each):
                return each
        return self._kind

    def _by_name(self) -> object:
        found: object = (
            None if "<locals>" in self._qualname else self.written.__globals__.get(entry.root(self._qualname))
        )
        for name in self._qualname.split(".")[1:]:
            found = getattr(found, name, None)
        return found

    def _has_members(self, kind: type) -> bool:
        names = {mangled(each.written.__name__, kind.__name__) for each in self._members.values()}
        return not names.isdisjoint(kind.__dict__) and all(
            entry.leads_to(kind.__dict__[name], {each.written for each in self._members.values()})
            for name in names & kind.__dict__.keys()
        )

    def _settle(self, source: Source) -> None:
        """Take what the class's methods will run. The import lock is held: this happens once a load."""
        names = self._namespace.names
        found = entry.class_of(self._qualname, names, source)
        for name in self._values:
            if name not in found.__dict__:
                raise source.broken(f"it gives {self._qualname}.{name} no value")
        for key, member in self._members.items():
            self._settle_member(key, member, source)
        self._add_what_is_new(found)
        theirs = entry.users_object(self.written)
        if theirs is not None:
            names[entry.root(self._qualname)] = theirs
        self.root = source.declaration.root
        self._is_loaded = True
        for member in self._members.values():
            if member.code is not None:
                swapping.swap(member.function, member.trampoline, member.code)
        if trial.current is not None:
            trial.current.loaded(source.declaration.key, self)

    def _settle_member(self, key: str, member: Member, source: Source) -> None:
        names, written = self._namespace.names, member.written
        implementation = entry.implementation_of(written, names, source, member.accessor)
        code = entry.code_that_can_take_over(implementation, written, names)
        if code is None:
            entry.point_super_at(self._kind, implementation)
            target = f"{relay.IMPLEMENTATION}{key.rpartition(':')[2]}"
            names[target] = implementation
            code = relay.forwarder(written.__code__, target)
        member.code = code

    def _add_what_is_new(self, found: type) -> None:
        """Give the user's class what the implementation has besides: private methods, and the values of attributes."""
        kind = self._kind
        for name, value in found.__dict__.items():
            is_new = name not in kind.__dict__ or name in self._added
            is_value = isinstance(kind.__dict__.get(name), class_parts.Value)  # whoever has set it already, meant it
            if (is_new and not _is_dunder(name)) or is_value:
                for function in class_parts.functions_in(value):
                    entry.point_super_at(kind, function)
                    function.__module__ = kind.__module__
                    function.__qualname__ = f"{kind.__qualname__}.{function.__name__}"
                type.__setattr__(kind, name, value)
                self._added.add(name)

    @property
    def method(self) -> FunctionType:
        """One of its methods, as it was written, that is no half of a property: if there is one."""
        members = sorted(self._members.values(), key=lambda each: bool(each.accessor))
        return members[0].written

    # ------------------------------------------------------------ undoing

    def rearm(self) -> None:
        """Put the trampolines back, so that the next call looks at the mirror again."""
        self._is_loaded = False
        for member in self._members.values():
            code, member.code = member.code, None
            if code is not None:
                swapping.swap(member.function, code, member.trampoline)
        for name in self._added:
            if name in self._values:
                type.__setattr__(self._kind, name, class_parts.Value(name, self._value))
            elif name in self._kind.__dict__:
                type.__delattr__(self._kind, name)
        self._added.clear()
        self._namespace.unload()

    def again(self) -> FunctionType | None:
        """One of its functions."""
        return next(iter(self._members.values())).function

    def forget_half_done_load(self) -> None:
        """In a forked child: a load that another thread had begun will never end, nor give its lock back."""
        if not self._is_loaded:
            loading.forget(self._namespace)


def declare(kind: type, engine: Generates | None) -> ClassDispatcher:
    """Have a class's methods without a body be generated, if they have to be, when one of them is first used.

    Raises:
        StubError, RealBodyError: it is no stub.
    """
    class_parts.judge(kind)
    dispatcher = ClassDispatcher(kind, engine)
    if engine is not None:
        from jiti import own_engines

        own_engines.note(dispatcher.method, engine, kind.__qualname__)
    return dispatcher


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
