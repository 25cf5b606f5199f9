"""Functions that only hand their call on, compiled for the very parameters and kind of a stub.

They serve twice. A *trampoline* stands in for an implementation that is not loaded yet. A *forwarder*
stays for good where the implementation's own code cannot take the stub's place.
"""

from __future__ import annotations

from jiti.dispatch.parameters import VARARGS, VARKEYWORDS, Parameters, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FunctionType

# The values of `inspect.CO_*`, which have not changed since Python 3.6.
GENERATOR = 0x20
COROUTINE = 0x80
ASYNC_GENERATOR = 0x200
ASYNCHRONOUS = COROUTINE | ASYNC_GENERATOR

BEGIN = "__jiti_begin__"
BEGIN_ASYNC = "__jiti_begin_async__"
LOCALS = "__jiti_locals__"
IMPLEMENTATION = "__jiti_implementation__"
IN_CLASS = "__jiti_in_class__"
"""Names that a relay finds among its globals, which are the implementation's. `LOCALS` is the builtin, by a
name that no parameter has."""

_PLAIN = "def relay({parameters}): return {call}\n"
_GENERATOR = "def relay({parameters}): return (yield from {call})\n"
_COROUTINE = "async def relay({parameters}): return await {call}\n"
# There is no `yield from` in an async generator: what is sent and thrown in has to be handed on by hand.
_ASYNC_GENERATOR = """\
async def relay({parameters}):
    iterator = {call}
    try:
        value = await iterator.__anext__()
        while True:
            try:
                sent = yield value
            except GeneratorExit:
                await iterator.aclose()
                raise
            except BaseException as error:
                value = await iterator.athrow(error)
            else:
                value = await iterator.asend(sent)
    except StopAsyncIteration:
        return
"""
_TEMPLATES = {0: _PLAIN, GENERATOR: _GENERATOR, COROUTINE: _COROUTINE, ASYNC_GENERATOR: _ASYNC_GENERATOR}


def kind_of(code: CodeType) -> int:
    """The flag that says what calling it makes; 0 for a plain function."""
    return code.co_flags & (GENERATOR | COROUTINE | ASYNC_GENERATOR)


def forwarder(stub: CodeType, target: str = IMPLEMENTATION) -> CodeType:
    """Code with the stub's parameters and kind that calls what its globals have by the name of `target`."""
    parameters = Parameters(stub)
    call = f"{target}({parameters.passed_on()})"
    return _named_after(stub, _compile(kind_of(stub), parameters.declaration(), call))


def forwarder_in_class(stub: CodeType, key: str) -> CodeType:
    """The same for a method whose implementation depends on which function was called, and on what."""
    called_on = Parameters(stub).positional[0]
    return forwarder(stub, f'{IN_CLASS}("{key}", {called_on})')


def trampoline(stub: CodeType, key: str) -> CodeType:
    """Code with the stub's parameters and kind that asks for its implementation and calls it.

    Python itself binds the arguments, so that a wrong call fails as it would if the body were there,
    and before anything is generated. What they are is handed on as `locals()`.

    Args:
        stub: the stub's own code.
        key: handed on to say which function was called.
    """
    kind = kind_of(stub)
    if kind == ASYNC_GENERATOR:
        # Its template has local variables of its own, so it cannot be stamped with other parameters.
        return _named_after(stub, _compile(kind, Parameters(stub).declaration(), _asking(kind, key)))
    template = _templates.get(kind)
    if template is None:
        template = _templates[kind] = _compile(kind, "", _asking(kind, _KEY))
    return _stamped(template, stub, key)


def _compile(kind: int, parameters: str, call: str) -> CodeType:
    names: dict[str, FunctionType] = {}
    # Not through `compile`: its first call in a process costs two milliseconds, for `ast`'s classes.
    exec(_TEMPLATES[kind].format(parameters=parameters, call=call), names)  # noqa: S102 - our own text, and identifiers
    code = names["relay"].__code__.replace(co_filename="<jiti>")
    return code if kind == ASYNC_GENERATOR else _without_columns(code)


def _without_columns(code: CodeType) -> CodeType:
    """The same, all on its first line, with no columns: a traceback shows a relay as the stub's first line.

    Else it would mark a part of that line, which means nothing there. The table is as CPython's `locations.md` says:
    entries for up to eight units of code each, of the kind 13, and no step to another line.
    """
    units = len(code.co_code) // 2
    entries = [(0x80 | 13 << 3 | min(units - first, 8) - 1, 0) for first in range(0, units, 8)]
    return code.replace(co_linetable=bytes(byte for entry in entries for byte in entry))


def _named_after(stub: CodeType, code: CodeType) -> CodeType:
    if kind_of(stub) == ASYNC_GENERATOR:  # its lines are its own
        return code.replace(co_name=stub.co_name, co_qualname=stub.co_qualname)
    return code.replace(
        co_name=stub.co_name,
        co_qualname=stub.co_qualname,
        co_filename=stub.co_filename,
        co_firstlineno=stub.co_firstlineno,
    )


def _asking(kind: int, key: str) -> str:
    if kind in (0, GENERATOR):
        return f'{BEGIN}("{key}", {LOCALS}())'
    return f'(await {BEGIN_ASYNC}("{key}", {LOCALS}()))'


_KEY = "<key>"
_templates: dict[int, CodeType] = {}


def _stamped(template: CodeType, stub: CodeType, key: str) -> CodeType:
    """A template for no parameters, given the stub's: twenty times as fast as compiling it.

    That works because the template's instructions touch no local variable. The key is a plain `str`
    constant, the only kind of thing that every build of Python lets stand among a code's constants.
    """
    names = names_of(stub)
    return template.replace(
        co_name=stub.co_name,
        co_qualname=stub.co_qualname,
        co_filename=stub.co_filename,
        co_firstlineno=stub.co_firstlineno,
        co_argcount=stub.co_argcount,
        co_posonlyargcount=stub.co_posonlyargcount,
        co_kwonlyargcount=stub.co_kwonlyargcount,
        co_nlocals=len(names),
        co_varnames=names,
        co_flags=template.co_flags | stub.co_flags & (VARARGS | VARKEYWORDS),
        co_consts=tuple(key if constant == _KEY else constant for constant in template.co_consts),
    )
