"""From a stub's function to its implementation: the first call gets it, loads it, and swaps the code."""

from __future__ import annotations

import os
import sys
from _weakref import ref
from types import FunctionType

from jiti.dispatch import relay, swapping
from jiti.dispatch.parameters import split
from jiti.errors import called_too_late
from jiti.loader import Namespace, is_sought

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import Any

    from jiti.dispatch.supply import Generates
    from jiti.loader import Source


ATTRIBUTES = (
    *("__module__", "__qualname__", "__doc__"),
    "__annotate__" if sys.version_info >= (3, 14) else "__annotations__",
    *(("__type_params__",) if sys.version_info >= (3, 12) else ()),
)
"""What `functools.update_wrapper` copies; to import it would double what `import jiti` costs."""


def _is_frozen() -> bool:
    """Whether the environment says that no model may be used; a project's settings are not read for this."""
    return os.environ.get("JITI_FROZEN", "").lower() in _TRUE


_TRUE = frozenset({"1", "true", "yes", "on"})
_BINDS_REMEMBERED = sys.version_info >= (3, 13)
"""Whether what first calls of other processes found is bound at decoration: before, it gains nothing."""


class Armed:
    """A function that was declared.

    Attributes:
        function: refers to it weakly, so that nested stubs go when nobody needs them.
        written: the stub's own function.
        trampoline: its code until the first call; None where it was bound at decoration.
        engine: whoever generates for it; None for the default.
        code: its own from the first call on, where it has to know its class.
    """

    __slots__ = ("code", "engine", "function", "trampoline", "written")

    def __init__(
        self, function: ref[FunctionType], written: FunctionType, trampoline: CodeType | None, engine: Generates | None
    ) -> None:
        self.function = function
        self.written = written
        self.trampoline = trampoline
        self.engine = engine
        self.code: CodeType | None = None


class Dispatcher:
    """What the functions of one stub share; there are several only of a nested stub, one a run of its outer function.

    Attributes:
        written: the stub's own function; of a nested stub, the first.
        code: what its functions run once it is loaded; where they have to know their class, each runs its own.
        root: of the project that it was loaded for.
    """

    __slots__ = ("_armed", "_declared", "_namespace", "_needs_class", "code", "root", "written")

    def __init__(self, written: FunctionType, name: str) -> None:
        self.written = written
        self.code: CodeType | None = None
        self.root: str | None = None
        self._needs_class = False
        self._armed: dict[str, Armed] = {}
        self._declared = 0
        self._namespace = Namespace(name, find=self._find, settle=self._settle)
        names = self._namespace.names
        names[relay.BEGIN] = self._begin
        names[relay.LOCALS] = locals
        if written.__code__.co_flags & relay.ASYNCHRONOUS:
            names[relay.BEGIN_ASYNC] = self._begin_async

    def declare(self, written: FunctionType, engine: Generates | None) -> FunctionType:
        """A function with the stub's name, defaults and attributes, which runs its implementation."""
        self._declared += 1
        key = str(self._declared)
        is_frozen = _is_frozen()
        function = self._bound(written, engine, look=is_frozen) if is_frozen or _BINDS_REMEMBERED else None
        trampoline = None
        if function is None:
            trampoline = relay.trampoline(written.__code__, key)
            # Defaults are set at birth and never again: a call between two assignments would see only one of them.
            function = FunctionType(trampoline, self._namespace.names, written.__name__, written.__defaults__)
            function.__kwdefaults__ = written.__kwdefaults__
        for attribute in ATTRIBUTES:
            setattr(function, attribute, getattr(written, attribute))
        function.__dict__.update(written.__dict__)
        function.__dict__["__wrapped__"] = written  # signatures and annotations are read from the stub
        self._armed[key] = Armed(self._weakly(function, key), written, trampoline, engine)
        if self.code is not None and trampoline is not None:
            swapping.swap(function, trampoline, self._code_for(key, self.code))
        return function

    def _weakly(self, function: FunctionType, key: str) -> ref[FunctionType]:
        if "<locals>" not in function.__qualname__:
            return ref(function)  # there are no more of it, so that nothing adds up
        armed = self._armed
        return ref(function, lambda _: armed.pop(key, None))

    def _bound(self, written: FunctionType, engine: Generates | None, *, look: bool) -> FunctionType | None:
        """The implementation itself, where it can be had at once: whatever stands in the way, the first call tells.

        Args:
            written: the stub's own function.
            engine: whoever generates for it.
            look: whether to look for one that is not remembered.
        """
        if self.code is not None or "<locals>" in written.__qualname__ or is_sought(self._namespace.name):
            return None
        from jiti.dispatch import binding

        try:
            found = binding.source_of(written, engine, self._namespace if look else None)
            if found is None:
                return None
            source, first = found
            self._load(source, alone=True)
            if first is not None:
                first.found(source)
            if self.code is None or self._needs_class or relay.IMPLEMENTATION in self._namespace.names:
                return None
            return binding.made(self.code, self._namespace.names, written)
        except (Exception, SystemExit):  # noqa: BLE001 - the implementation's own code may raise anything
            return None

    # ------------------------------------------------------------ the first call

    def _begin(self, key: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - whatever the stub returns
        """What the trampoline of a plain function or a generator calls."""
        args, kwargs = split(self.written.__code__, values)
        if self.code is None:
            if sys.is_finalizing():
                raise called_too_late(self.written.__qualname__)
            from jiti.dispatch.remembered import First, source_of

            written, engine = self._called(key)
            source = source_of(written, engine)
            if source is not None:
                self._load(source)
            else:
                from jiti.dispatch import supply

                first = First(written)
                with supply.briefly:
                    call = supply.Call(written, args, kwargs)
                    source = supply.at_hand(call.declaration, engine)
                    if source is None:
                        supply.require_allowed(call, engine)
                        source = supply.ordered(call, engine)
                self._load(source)
                first.found(source)
        return self._loaded(key)(*args, **kwargs)

    async def _begin_async(self, key: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - as above
        """What the trampoline of a coroutine or an async generator calls; gives one of these."""
        args, kwargs = split(self.written.__code__, values)
        if self.code is None:
            if sys.is_finalizing():
                raise called_too_late(self.written.__qualname__)
            from jiti.dispatch import flights, supply
            from jiti.dispatch.remembered import First, source_of

            written, engine = self._called(key)
            source = source_of(written, engine)
            first = None
            if source is None:
                first = First(written)
                with supply.briefly:
                    call = supply.Call(written, args, kwargs)
                    source = supply.at_hand(call.declaration, engine)
                    if source is None:
                        supply.require_allowed(call, engine)
                        name = f"jiti {call.declaration.key}"
                        source = await flights.join(self, lambda: supply.ordered(call, engine), name)
            if self.code is None:  # another task may have loaded it while this one waited
                self._load(source)
            if first is not None:
                first.found(source)
        return self._loaded(key)(*args, **kwargs)

    def _called(self, key: str) -> tuple[FunctionType, Generates | None]:
        armed = self._armed.get(key)
        if armed is None:  # a copy that somebody made of a declared function, and that has outlived it
            return self.written, None
        return armed.written, armed.engine

    def _loaded(self, key: str) -> FunctionType:
        """The function to call now: the declared one, with its code swapped."""
        code = self.code
        if code is None:
            message = f"{self.written.__qualname__} was called while its own implementation is still being loaded"
            raise ImportError(message, name=self._namespace.name)
        armed = self._armed.get(key)
        function = armed.function() if armed is not None else None
        code = self._code_for(key, code)
        if armed is not None and function is not None and swapping.swap(function, armed.trampoline, code):
            return function
        # Some other tool has put its own version of the trampoline into the function, and calls will come
        # this way for as long as it stays there. All arguments are given: no defaults are needed.
        return FunctionType(code, self._namespace.names)

    def _code_for(self, key: str, code: CodeType) -> CodeType:
        armed = self._armed.get(key)
        if armed is None or not self._needs_class:
            return code
        with swapping.lock:
            armed.code = armed.code or relay.forwarder_in_class(self.written.__code__, key)
            return armed.code

    def _written(self, key: str) -> FunctionType:
        armed = self._armed.get(key)
        return armed.written if armed is not None else self.written

    # ------------------------------------------------------------ loading

    def _find(self) -> Source | None:
        from jiti import stub
        from jiti.dispatch import supply

        engines = (armed.engine for armed in list(self._armed.values()))
        return supply.at_hand(stub.declaration_of(self.written), next(filter(None, engines), None))

    def _load(self, source: Source, *, alone: bool = False) -> None:
        from jiti.dispatch.loading import load

        load(self._namespace, source, self.written, alone=alone)

    def _settle(self, source: Source) -> None:
        """Take what the stub's functions will run. The import lock is held: this happens once a load."""
        import jiti.dispatch.entry as entry  # noqa: PLR0402 - `from jiti.dispatch` takes longer, and this is each stub's
        import jiti.trial as trial  # noqa: PLR0402 - as above

        names = self._namespace.names
        written = self.written
        implementation = entry.implementation_of(written, names, source)
        code = entry.code_that_can_take_over(implementation, written, names)
        self._needs_class = code is None and entry.needs_class_of_call(implementation, written)
        if self._needs_class and isinstance(implementation, FunctionType):
            names[relay.IN_CLASS] = lambda key, called_on: entry.in_class_of(
                called_on, self._written(key), implementation
            )
            code = relay.forwarder_in_class(written.__code__, "")
        elif code is None:
            entry.point_super_at_users_class(implementation, written)
            names[relay.IMPLEMENTATION] = implementation
            code = relay.forwarder(written.__code__)
        theirs = entry.users_object(written, self._any_function)
        if theirs is not None:
            names[entry.path_of(written)[0]] = theirs
        self.root = source.declaration.root
        self.code = code
        if trial.current is not None:
            trial.current.loaded(source.declaration.key, self)

    def _any_function(self) -> FunctionType | None:
        return next((function for armed in list(self._armed.values()) if (function := armed.function())), None)

    # ------------------------------------------------------------ undoing

    def rearm(self) -> None:
        """Put the trampolines back, so that the next call looks at the mirror again."""
        code, self.code = self.code, None
        for key, armed in list(self._armed.items()):
            function, own = armed.function(), armed.code or code
            armed.code = None
            if armed.trampoline is None:
                armed.trampoline = relay.trampoline(armed.written.__code__, key)
            if function is not None and own is not None:
                swapping.swap(function, own, armed.trampoline)
        self._namespace.unload()

    def again(self) -> FunctionType | None:
        """One of the stub's functions; after `rearm`, it keeps nothing of what it ran."""
        self._namespace.names.pop(relay.IMPLEMENTATION, None)
        return self._any_function()

    def forget_half_done_load(self) -> None:
        """In a forked child: a load that another thread had begun will never end, nor give its lock back."""
        if self.code is None:
            from jiti.dispatch import loading

            loading.forget(self._namespace)
