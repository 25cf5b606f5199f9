"""Candidates whose calls are made by a process of their own: what comes back, and what is judged otherwise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from jiti.checks.execution import Execution
    from tests.unit.checks.workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="where processes cannot fork there is no witness")

MODULE = '''
from __future__ import annotations

import collections
import datetime as dt
import enum
from dataclasses import dataclass, field
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from jiti import jiti

LIMIT = 3
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
    pass


class Row(collections.namedtuple("Row", "name size")):
    pass


class OddError(Exception):
    def __init__(self, code: int, *, hint: str) -> None:
        super().__init__(f"odd {code}")
        self.code = code
        self.hint = hint


class Counter:
    def __init__(self) -> None:
        self.count = 0

    @jiti
    def step(self, by: int) -> int:
        """Count on."""
        ...

    @classmethod
    @jiti
    def named(cls) -> str:
        """Name the class."""
        ...


def helper():
    return 1


@jiti
def slugify(text: Any) -> {result}:
    """Make something of it."""
    ...


@jiti
def other(text: str) -> str:
    """Another one."""
    ...
'''


@pytest.fixture(scope="module")
def anything(shared: Workshop) -> Execution:
    """For a stub of which nothing is known but that it returns something."""
    return shared.execution(shared.stub(source()))


def source(result: str = "Any") -> str:
    return MODULE.replace("{result}", result)


def candidate(body: str, above: str = "") -> str:
    return f"from text import *\nimport text as own\n{above}\ndef slugify(text):\n{indented(body)}\n"


def outcome(execution: Execution, code: str, tests: str) -> list[str]:
    """What a test says of a candidate; nothing if it passes."""
    text = f"import pytest\nimport text\nfrom text import *\ndef test_it():\n{indented(tests)}\n"
    return [each.message for each in execution.run(code, text).diagnostics]


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


CARRIED = {
    "what came in comes back itself": (
        "return [text, text[0], NOTHING, Colour.RED]",
        """\
one = [Point(1)]
got = slugify(one)
assert got[0] is one and got[1] is one[0] and got[2] is text.NOTHING and got[3] is Colour.RED""",
    ),
    "arguments that it changes are changed": (
        """\
text["rows"].append(9)
text["shape"].points = [Point(9)]
text["data"] += b"b"
del text["order"]["a"]
text["order"]["b"] = 2
text["new"] = {1}""",
        """\
rows, shape = [3, 1], Shape()
given = {"rows": rows, "shape": shape, "data": bytearray(b"a"), "order": collections.OrderedDict(a=1)}
assert slugify(given) is None
assert given == {"rows": [3, 1, 9], "shape": Shape([Point(9)]), "data": b"ab", "order": {"b": 2}, "new": {1}}
assert given["rows"] is rows and given["shape"] is shape""",
    ),
    "an exception has its class, arguments, attributes, notes and cause": (
        "error = OddError(3, hint=[1])\nerror.add_note('note')\nraise error from ValueError(1)",
        """\
with pytest.raises(OddError, match="^odd 3") as caught:
    slugify('')
assert (caught.value.code, caught.value.hint, caught.value.__notes__) == (3, [1], ["note"])
assert type(caught.value.__cause__) is ValueError and caught.value.__suppress_context__""",
    ),
    "an exception of its own is the nearest that its judge knows": (
        "class Private(KeyError): pass\nraise Private('odd')",
        "with pytest.raises(KeyError, match='odd'):\n    slugify('')",
    ),
    "it may call itself": (
        "return 1 if text < 2 else own.slugify(text - 1) * text",
        "assert slugify(50) > 10**60",
    ),
    "its prints and warnings are seen": (
        "import warnings\nprint('said', text)\nwarnings.warn('old', DeprecationWarning)\nreturn text",
        """\
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as printed, pytest.warns(DeprecationWarning, match="old"):
    assert slugify('a') == 'a'
assert printed.getvalue() == 'said a\\n'""",
    ),
    "contexts go along": (
        "return 1 / text",
        "import decimal\nwith decimal.localcontext(prec=3):\n    assert str(slugify(Decimal(3))) == '0.333'",
    ),
    "threads of the test may call it": (
        "return text + 1",
        """\
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(3) as pool:
    assert list(pool.map(slugify, range(6))) == [1, 2, 3, 4, 5, 6]""",
    ),
    "nothing that it does to modules reaches its judge": (
        "own.LIMIT = 9\nimport builtins\nbuiltins.abs = None\nreturn 1",
        "assert slugify(1) == 1\nassert text.LIMIT == 3 and abs(-1) == 1",
    ),
}


@pytest.mark.parametrize("name", CARRIED)
def test_a_witness_sees_what_is_there_to_see(shared: Workshop, anything: Execution, name: str) -> None:
    body, tests = CARRIED[name]
    assert outcome(anything, candidate(body), tests) == []
    assert shared.judged(anything) == "witness"


def test_a_failure_shows_the_candidates_lines(anything: Execution) -> None:
    code = candidate("return helper(text)", above="def helper(text): return text / 2")
    [message] = outcome(anything, code, "slugify('a')")
    assert "candidate:3: in helper" in message
    assert "candidate:5: in slugify" in message
    assert "TypeError: unsupported operand" in message


@pytest.mark.parametrize(
    ("name", "code", "tests"),
    [
        (
            "step",
            "    def step(self, by):\n        self.count += by\n        return self.count",
            "one = Counter()\nassert [one.step(2), one.step(3)] == [2, 5]\nassert one.count == 5",
        ),
        (
            "named",
            "    @classmethod\n    def named(cls):\n        return cls.__name__",
            "class Own(Counter): pass\nassert [Counter.named(), Own.named()] == ['Counter', 'Own']",
        ),
    ],
)
def test_methods_run_on_what_their_judge_has(workshop: Workshop, name: str, code: str, tests: str) -> None:
    execution = workshop.execution(workshop.stub(source(), key=f"text.py::Counter.{name}"))
    assert outcome(execution, f"class Counter:\n{code}\n", tests) == []
    assert workshop.judged(execution) == "witness"


def test_a_stub_that_is_needed_is_generated_even_if_that_is_swallowed(workshop: Workshop) -> None:
    execution = workshop.execution(workshop.stub(source()))
    workshop.implementations["other"] = "def other(text):\n    return text * 2\n"
    code = candidate("try:\n    return own.other(text)\nexcept BaseException:\n    return 'aa'")
    assert outcome(execution, code, "assert slugify('a') == 'aa'") == []
    assert [(need["key"], need["rows"]) for need in workshop.needs] == [("text.py::other", [["text", "str", "'a'"]])]
    assert workshop.judged(execution) == "witness"


# ---------------------------------------------------------------- judged in the candidate's process

OTHERWISE = {
    "a generator": ("yield text", "assert list(slugify(1)) == [1]", "is a generator"),
    "a function as its argument": ("return text(1)", "assert slugify(lambda x: x) == 1", "`function`"),
    "a function as its result": ("return lambda: text", "assert slugify(1)() == 1", "`function`"),
    "an iterator as its result": ("return iter([text])", "assert list(slugify(1)) == [1]", "`list_iterator`"),
    "an open file": ("return text.read()", "assert 'x' in slugify(open(__file__))", "TextIOWrapper"),
    "a test's own object": ("return text.x", "class Own:\n    x = 3\nassert slugify(Own()) == 3", "Own`"),
    "a test's function in the place of another": (
        "own.helper()",
        """\
calls = []
with pytest.MonkeyPatch.context() as patch:
    patch.setattr(text, "helper", lambda: calls.append(1))
    slugify("a")
assert calls == [1]""",
        "is called where a test has put something of its own, in `text.helper`",
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_more_than_data_is_judged_in_its_process(shared: Workshop, anything: Execution, name: str) -> None:
    body, tests, why = OTHERWISE[name]
    assert outcome(anything, candidate(body), tests) == []
    assert shared.judged(anything).startswith("in-process: tests: text.py::slugify ")
    assert why in shared.judged(anything)


@pytest.mark.parametrize("tests", ["assert slugify('') == 'x'", "with pytest.raises(BaseException): slugify('')"])
def test_a_result_that_no_annotation_names_is_turned_down_and_not_judged_otherwise(
    workshop: Workshop, tests: str
) -> None:
    execution = workshop.execution(workshop.stub(source("list[str] | None")))
    above = "class Sly(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__"
    assert outcome(execution, candidate("return Sly()", above), tests) == [
        "text.py::slugify returned or changed a `_jiti.text:slugify.Sly`, which is no value that its annotation names"
    ]
    assert workshop.judged(execution) == "witness"


def test_where_processes_cannot_fork_there_is_no_witness(workshop: Workshop) -> None:
    execution = workshop.execution(workshop.stub(source()), fork=False)
    assert outcome(execution, candidate("return text"), "assert slugify('a') == 'a'") == []
    assert workshop.judged(execution) == "in-process: tests: no process can be forked for it"


DEADLINES = """
import itertools
import time

from hypothesis import given, settings, strategies as st

from text import slugify

seconds = itertools.count()
time.perf_counter = lambda: float(next(seconds))  # by this clock whatever is called takes seconds


{decorator}
@given(st.booleans())
def test_it(shout):
    assert slugify("A" if shout else "a") == "a"
"""


@pytest.mark.parametrize(
    ("decorator", "judged"),
    [
        ("", "witness"),
        ("@settings(max_examples=5)", "witness"),
        ("@settings(deadline=1e6)", "in-process: tests: text.py::slugify is tested by test_it, which has a deadline"),
    ],
)
def test_no_call_is_too_slow_for_hypothesis_because_a_witness_makes_it(
    workshop: Workshop, decorator: str, judged: str
) -> None:
    execution = workshop.execution(workshop.stub(source()))
    tests = DEADLINES.format(decorator=decorator)
    assert execution.run("def slugify(text):\n    return text.lower()\n", tests).diagnostics == ()
    assert workshop.judged(execution) == judged
