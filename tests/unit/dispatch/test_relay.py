"""Trampolines and forwarders: what a caller sees of them is the stub."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import pytest

from jiti.dispatch import relay
from jiti.dispatch.parameters import split

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator

KINDS = {
    "plain": "def f({}): ...",
    "generator": "def f({}): yield",
    "coroutine": "async def f({}): ...",
    "async generator": "async def f({}): yield",
}
PARAMETERS = "a, b=2, /, c=3, *rest, d, e=5, **more"


def stub(kind: str, parameters: str = PARAMETERS) -> FunctionType:
    names: dict[str, Any] = {}
    exec(KINDS[kind].format(parameters), names)  # noqa: S102 - the test's own text
    return names["f"]


def with_code(written: FunctionType, code: CodeType, **names: object) -> FunctionType:
    function = FunctionType(code, {"__jiti_locals__": locals, **names}, written.__name__, written.__defaults__)
    function.__kwdefaults__ = written.__kwdefaults__
    return function


def trampoline(written: FunctionType, implementation: Callable[..., object]) -> FunctionType:
    """The stub with a trampoline that leads to `implementation`, which gets its key as `key`."""

    def begin(key: str, values: dict[str, object]) -> object:
        args, kwargs = split(written.__code__, values)
        return implementation(key, *args, **kwargs)

    async def begin_async(key: str, values: dict[str, object]) -> object:
        return begin(key, values)

    code = relay.trampoline(written.__code__, "7")
    return with_code(written, code, __jiti_begin__=begin, __jiti_begin_async__=begin_async)


def forwarder(written: FunctionType, implementation: Callable[..., object]) -> FunctionType:
    code = relay.forwarder(written.__code__)
    return with_code(
        written, code, __jiti_implementation__=lambda *args, **kwargs: implementation("7", *args, **kwargs)
    )


relays = pytest.mark.parametrize("made", [trampoline, forwarder])


def run(kind: str, result: Any) -> object:  # noqa: ANN401 - whatever a call of that kind gives
    if kind == "generator":
        return next(result)
    if kind == "coroutine":
        return asyncio.run(result)
    if kind == "async generator":
        return asyncio.run(anext(result))
    return result


def implementation_of(kind: str) -> Callable[..., Any]:
    def plain(*args: object, **kwargs: object) -> object:
        return args, kwargs

    def generator(*args: object, **kwargs: object) -> Iterator[object]:
        yield args, kwargs

    async def coroutine(*args: object, **kwargs: object) -> object:
        return args, kwargs

    async def async_generator(*args: object, **kwargs: object) -> AsyncIterator[object]:
        yield args, kwargs

    return {"plain": plain, "generator": generator, "coroutine": coroutine, "async generator": async_generator}[kind]


@relays
@pytest.mark.parametrize("kind", KINDS)
def test_every_argument_and_default_arrives(kind: str, made: Callable[..., FunctionType]) -> None:
    function = made(stub(kind), implementation_of(kind))
    assert run(kind, function(1, d=4)) == (("7", 1, 2, 3), {"d": 4, "e": 5})
    assert run(kind, function(1, 0, 0, 8, 9, d=4, z=6)) == (("7", 1, 0, 0, 8, 9), {"d": 4, "e": 5, "z": 6})


@relays
@pytest.mark.parametrize("kind", KINDS)
def test_no_parameters_are_no_special_case(kind: str, made: Callable[..., FunctionType]) -> None:
    assert run(kind, made(stub(kind, ""), implementation_of(kind))()) == (("7",), {})


@relays
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_arguments_fail_at_the_call_in_pythons_own_words(kind: str, made: Callable[..., FunctionType]) -> None:
    written = stub(kind)
    function = made(written, implementation_of(kind))
    calls: list[tuple[tuple[object, ...], dict[str, object]]] = [((), {}), ((1,), {}), ((), {"a": 1, "d": 2})]
    for args, kwargs in calls:
        with pytest.raises(TypeError) as native:
            written(*args, **kwargs)
        with pytest.raises(TypeError) as relayed:
            function(*args, **kwargs)
        assert str(relayed.value) == str(native.value)


@relays
@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_shows_before_the_call(kind: str, made: Callable[..., FunctionType]) -> None:
    function = made(stub(kind), implementation_of(kind))
    assert inspect.isgeneratorfunction(function) is (kind == "generator")
    assert inspect.iscoroutinefunction(function) is (kind == "coroutine")
    assert inspect.isasyncgenfunction(function) is (kind == "async generator")


@relays
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["locals", "value", "sent", "error", "iterator", "relay"])
def test_a_parameter_may_have_a_name_that_a_relay_uses(kind: str, name: str, made: Callable[..., FunctionType]) -> None:
    assert run(kind, made(stub(kind, name), implementation_of(kind))(1)) == (("7", 1), {})


@relays
def test_a_generator_is_sent_to_thrown_into_and_closed_as_itself(made: Callable[..., FunctionType]) -> None:
    seen: list[object] = []

    def implementation(*_: object) -> Generator[object, object, str]:
        try:
            seen.append((yield 1))
            try:
                yield 2
            except KeyError:
                yield 3
            return "end"
        finally:
            seen.append("closed")

    generator: Any = made(stub("generator", ""), implementation)()
    assert (next(generator), generator.send("sent"), generator.throw(KeyError())) == (1, 2, 3)
    with pytest.raises(StopIteration) as stop:
        next(generator)
    assert stop.value.value == "end"
    closed: Any = made(stub("generator", ""), implementation)()
    next(closed)
    closed.close()
    assert seen == ["sent", "closed", "closed"]


@relays
def test_an_async_generator_is_sent_to_thrown_into_and_closed_as_itself(made: Callable[..., FunctionType]) -> None:
    seen: list[object] = []

    async def implementation(*_: object) -> AsyncIterator[object]:
        try:
            seen.append((yield 1))
            try:
                yield 2
            except KeyError:
                yield 3
        finally:
            seen.append("closed")

    async def drive() -> None:
        generator: Any = made(stub("async generator", ""), implementation)()
        assert await anext(generator) == 1
        assert await generator.asend("sent") == 2
        assert await generator.athrow(KeyError()) == 3
        assert [each async for each in generator] == []
        closed: Any = made(stub("async generator", ""), implementation)()
        await anext(closed)
        await closed.aclose()

    asyncio.run(drive())
    assert seen == ["sent", "closed", "closed"]


@relays
@pytest.mark.parametrize("kind", ["plain", "generator", "coroutine"])
def test_a_traceback_shows_it_as_the_stubs_first_line(kind: str, made: Callable[..., FunctionType]) -> None:
    def fail(*_: object) -> None:
        raise ValueError

    names: dict[str, Any] = {}
    text = "\n\n" + KINDS[kind].format("a")
    exec(compile(text, "/project/shop.py", "exec"), names)  # noqa: S102 - the test's own text
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its traceback is looked at
        run(kind, made(names["f"], fail)(1))
    (frame,) = [each for each in traceback.extract_tb(caught.value.__traceback__) if each.filename != __file__][-1:]
    assert (frame.filename, frame.lineno, frame.name) == ("/project/shop.py", 3, "f")
    assert (frame.end_lineno, frame.colno, frame.end_colno) == (3, None, None)  # no part of the line is marked
