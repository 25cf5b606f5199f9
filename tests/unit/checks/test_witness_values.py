"""Values as data, and back: what is carried as it was, and what no data can make a judge build."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import fractions
import http
import ipaddress
import pathlib
import pickle
import re
import sys
import types
import unittest.mock
import uuid
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, TypedDict, TypeVar

import pytest

from jiti.checks.witness import fitness, raised
from jiti.checks.witness.decoder import Decoder
from jiti.checks.witness.encoder import Encoder
from jiti.checks.witness.kinds import MalformedError, OpaqueError, loads
from jiti.checks.witness.known import Before, Known
from jiti.checks.witness.trusted import Trusted, UntrustedError

HERE = sys.modules[__name__]
NOTHING = object()


class Colour(enum.Enum):
    RED = 1


class Access(enum.Flag):
    READ = 1
    WRITE = 2


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: float = 0.5


@dataclass
class Shape:
    points: list[Point] = field(default_factory=list)


class Slug(str):
    __slots__ = ("origin",)


class Row(collections.namedtuple("Row", "name size")):  # noqa: PYI024 - what a project may have
    __slots__ = ()


class OddError(Exception):
    def __init__(self, code: int, *, hint: str) -> None:
        super().__init__(f"odd {code}")
        self.code = code
        self.hint = hint


VALUES = [
    [1, "a\ud800", b"b", None, True, 2.5, float("inf"), -0.0, 1j, (1, [2]), {3, 4}, frozenset({5}), bytearray(b"x")],
    {"a": {1: [(), {}]}, None: True, (1, "b"): 10**40},
    [dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4, 5, 6, dt.UTC), dt.time(1, fold=1), dt.timedelta(1, 2, 3)],
    [dt.timezone(dt.timedelta(hours=1)), dt.timezone(dt.timedelta(hours=1), "X"), zoneinfo.ZoneInfo("UTC")],
    [Decimal("1.50"), Decimal("-0"), range(3), slice(1, 2), uuid.UUID(int=3), fractions.Fraction(1, 3)],
    [pathlib.Path("a/b"), pathlib.PureWindowsPath("c:/d"), re.compile("a+", re.IGNORECASE), re.compile(b"b")],
    [ipaddress.ip_address("::1"), types.SimpleNamespace(a=[1]), types.MappingProxyType({"a": 1}), ..., NotImplemented],
    [collections.deque([1], 3), collections.OrderedDict(b=1, a=2), collections.Counter("aab")],
    [collections.defaultdict(list, a=[1]), Colour.RED, Access.READ | Access.WRITE, http.HTTPStatus.OK],
    [Point(1), Shape([Point(2)]), Slug("x"), Row("a", 1), Point, int, len],
]


@pytest.fixture(scope="module")
def trusted() -> Trusted:
    return Trusted("/nowhere", HERE, ())


def carried(value: Any, trusted: Trusted) -> Any:  # noqa: ANN401 - any value
    return Decoder(trusted).value(loads(pickle.dumps(Encoder(module=__name__).node(value))))


@pytest.mark.parametrize("value", VALUES)
def test_values_come_back_as_they_were(trusted: Trusted, value: Any) -> None:  # noqa: ANN401 - any value
    found = carried(value, trusted)
    assert found == value
    assert repr(found) == repr(value)
    assert [type(each) for each in found] == [type(each) for each in value]


def test_a_value_may_hold_itself_and_one_object_twice(trusted: Trusted) -> None:
    value: list[Any] = [[1], {}, Shape()]
    value += [value, value[0]]
    value[1]["self"] = value[1]
    value[2].points = value
    found = carried(value, trusted)
    assert found[3] is found
    assert found[4] is found[0]
    assert found[1]["self"] is found[1]
    assert found[2].points is found


def test_a_sentinel_is_itself(trusted: Trusted) -> None:
    assert carried([NOTHING, Colour.RED], trusted)[0] is NOTHING


class Local:
    """Not what the project has under that name."""


def _renamed() -> object:
    return type("Any", (), {"__eq__": lambda *_: True, "__module__": "unittest.mock", "__qualname__": "_ANY"})()


OPAQUE = [lambda: None, iter([1]), (each for each in ()), memoryview(b"a"), re.match("a", "a")]


@pytest.mark.parametrize("value", OPAQUE)
def test_what_is_more_than_data_is_not_told(value: object) -> None:
    with pytest.raises(OpaqueError):
        Encoder().node([value])


@pytest.mark.parametrize("value", [unittest.mock.ANY, _renamed(), pytest.approx(1), Colour, open])
def test_what_a_judge_does_not_trust_it_does_not_build(value: object) -> None:
    with pytest.raises((UntrustedError, OpaqueError, MalformedError)):
        carried(value, Trusted("/nowhere", sys.modules["json"], ()))


HOSTILE = [
    ("value", "exec", ["1"]),
    ("named", "os", "_exit"),
    ("named", "builtins", "exec"),
    ("named", "builtins", "__import__"),
    ("named", "_pytest.outcomes", "skip"),
    ("object", 1, "unittest.mock", "_ANY", None, [[], []]),
    ("object", 1, "builtins", "object", None, [[["__class__", 1]], []]),
    ("object", 1, __name__, "Point.__init__", None, [[], []]),
    ("object", 1, __name__, "OddError", None, [[], []]),
    ("object", 1, __name__, "Shape", None, [[], [["__dict__", 1]]]),
    ("member", __name__, "Shape", "points", None),
    ("known", 99),
    ("known", -99),
    ("again", 7),
    ("list", 1, 5),
    ("dict", 1, [[], 1]),
    ("no-such-thing",),
    (),
    [1],
    {"a": 1},
]


@pytest.mark.parametrize("node", HOSTILE)
def test_data_that_no_encoder_makes_builds_nothing(trusted: Trusted, node: Any) -> None:  # noqa: ANN401 - any data
    with pytest.raises((MalformedError, UntrustedError)):
        Decoder(trusted, [Shape()]).value(node)


class Runs:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return exec, ("raise SystemExit",)


@pytest.mark.parametrize(
    "data", [pickle.dumps(Runs()), pickle.dumps(Point), pickle.dumps(Colour.RED), b"", b"\x80\x05"]
)
def test_a_pickle_that_names_anything_is_not_opened(data: bytes) -> None:
    with pytest.raises(MalformedError):
        loads(data)


ERRORS = [
    ValueError("no", 3),
    KeyError("k"),
    OddError(3, hint="so"),
    FileNotFoundError(2, "No such file", "name"),
    OSError(2, "No such file", "name", None, "other"),
    UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
    SystemExit(3),
    StopIteration(4),
    ExceptionGroup("all", [ValueError(1)]),
    ImportError("no", name="x", path="y"),
    SyntaxError("bad", ("f.py", 1, 2, "text", 1, 3)),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_exceptions_come_back_with_class_and_arguments(trusted: Trusted, error: BaseException) -> None:
    data = loads(pickle.dumps(raised.told(error, Encoder())))
    found = raised.rebuilt(data, Decoder(trusted), trusted)
    assert type(found) is type(error)
    assert str(found) == str(error)
    assert repr(found.args) == repr(error.args)
    assert {name: repr(value) for name, value in vars(found).items()} == {
        name: repr(value) for name, value in vars(error).items()
    }


def test_changes_are_made_to_the_objects_themselves(trusted: Trusted) -> None:
    theirs: list[Any] = [[1, 2], {"a": 1}, {1}, Shape(), bytearray(b"a"), collections.deque([1], 2)]
    known = Known(trusted, theirs)
    before = Before(known.objects)
    assert before.changes(Encoder(known.objects)) == []
    held: list[Any] = [[1, 2], {"a": 1}, {1}, Shape(), bytearray(b"a"), collections.deque([1], 2)]
    theirs[0].append(theirs[1])
    theirs[1].clear()
    theirs[2].add(2)
    theirs[3].points.append(Point(1))
    theirs[4] += b"b"
    theirs[5].extend([2, 3])
    changes = loads(pickle.dumps(before.changes(Encoder(known.objects))))
    places = {id(each): number for number, each in enumerate(theirs)}
    mine = [held[places[id(each)]] if id(each) in places else [] for each in known.objects]
    held[3].points = mine[next(n for n, each in enumerate(known.objects) if each is theirs[3].points)]
    for number, node in changes:
        Decoder(trusted, mine).restore(mine[number], node)
    assert held == [[1, 2, {}], {}, {1, 2}, Shape([Point(1)]), b"ab", collections.deque([2, 3])]
    assert held[0][2] is held[1]


def test_no_answer_changes_what_no_call_can_change(trusted: Trusted) -> None:
    known = Known(trusted, [Colour.RED, HERE, Colour, pathlib.Path("a"), dt.date(2000, 1, 1), [1]])
    for number, each in enumerate(known.objects):
        if type(each) is list:
            assert known.changed(number) is each
        else:
            with pytest.raises(MalformedError):
                known.changed(number)


class Shown(TypedDict):
    """A dict."""

    a: int


T = TypeVar("T")
Name = NewType("Name", str)


@pytest.mark.parametrize(
    ("annotation", "is_open"),
    [
        *((each, False) for each in (str, None, int | None, list[str], dict[str, tuple[int, ...]], type[int], Shown)),
        *((each, False) for each in (Point, Shape, Colour, Literal["a"], Annotated[int, 1], Name)),
        *((each, False) for each in (dt.datetime, pathlib.Path, Decimal, re.Pattern[str], set[Point] | frozenset[int])),
        *(
            (each, True)
            for each in (Any, object, T, Callable[[], int], Iterator[int], Sequence[str], Mapping[str, int])
        ),
        *((each, True) for each in (list[Any], int | Iterator[int], "unresolved", unittest.mock.Mock)),
    ],
    ids=str,
)
def test_only_where_the_annotation_is_open_a_result_may_be_more_than_data(
    trusted: Trusted,
    annotation: Any,  # noqa: ANN401 - any annotation
    *,
    is_open: bool,
) -> None:
    assert fitness.may_be_opaque(annotation, trusted) is is_open
