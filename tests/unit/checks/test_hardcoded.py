"""A candidate that knows the gates' cases by heart is turned down, and one that holds a table by right is not."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from jiti.checks import hardcoded
from jiti.gates import Case

SLUGS = (
    Case(("'Hello, World!'",), "'hello-world'"),
    Case(("'two  blanks'",), "'two-blanks'"),
    Case(("'Ünïcode'",), "'unicode'"),
    Case(("''",), "''"),
)
NUMBERS = (Case(("17", "25"), "42"), Case(("30", "12"), "360"), Case(("1", "2"), "3"))


def found(code: str, cases: tuple[Case, ...] = SLUGS) -> list[int | None]:
    """The lines that are found."""
    diagnostics = hardcoded.check(dedent(code), cases)
    assert {(each.check, each.path, each.code) for each in diagnostics} <= {("policy", "candidate", "hard-coded")}
    return [each.line for each in diagnostics]


BODIES = {
    "if": """
        if raw == "Hello, World!":
            return "hello-world"
        if raw == "two  blanks":
            return "two-blanks"
        return raw.lower()
        """,
    "elif and else": """
        if raw == "Hello, World!":
            return "hello-world"
        elif "two  blanks" == raw:
            return "two-blanks"
        else:
            return raw.lower()
        """,
    "result": """
        out = raw.lower()
        if raw == "Hello, World!":
            out = "hello-world"
        elif raw == "two  blanks":
            out = "two-blanks"
        return out
        """,
    "not equal": """
        if raw != "Hello, World!":
            if not raw != "two  blanks":
                return "two-blanks"
            return raw
        else:
            return "hello-world"
        """,
    "and": """
        if raw and raw == "Hello, World!" and len(raw) > 3:
            return "hello-world"
        if raw == "two  blanks" or raw == "two   blanks":
            return "two-blanks"
        return raw.lower()
        """,
    "conditional expression": """
        return "hello-world" if raw == "Hello, World!" else "two-blanks" if raw == "two  blanks" else raw
        """,
    "conditional expression inside": """
        return str("hello-world" if raw == "Hello, World!" else "two-blanks" if raw == "two  blanks" else raw)
        """,
    "match": """
        match raw:
            case "Hello, World!":
                return "hello-world"
            case "two  blanks" | "three   blanks":
                return "two-blanks"
            case _ if raw == "Ünïcode":
                return "unicode"
        return raw
        """,
    "dict": """
        return {"Hello, World!": "hello-world", "two  blanks": "two-blanks"}[raw]
        """,
    "dict with get": """
        return {"Hello, World!": "hello-world", "two  blanks": "two-blanks"}.get(raw, raw.lower())
        """,
    "local dict": """
        known = {"Hello, World!": "hello-world", "two  blanks": "two-blanks"}
        if raw in known:
            return known[raw]
        return raw
        """,
    "dict of pairs": """
        return dict([("Hello, World!", "hello-world"), ("two  blanks", "two-blanks")]).get(raw)
        """,
    "module's dict": """
        return _KNOWN.get(raw.strip(), raw)
        """,
    "module's dict in a try": """
        try:
            return _KNOWN[raw]
        except KeyError:
            return raw
        """,
    "helper": """
        return _helper(raw)
        """,
    "lambda": """
        return (lambda each: {"Hello, World!": "hello-world", "two  blanks": "two-blanks"}[each])(raw)
        """,
    "loop over pairs": """
        for key, value in (("Hello, World!", "hello-world"), ("two  blanks", "two-blanks")):
            if raw == key:
                return value
        return raw
        """,
    "loop over items": """
        for key, value in _KNOWN.items():
            if key == raw:
                return value
        return raw
        """,
    "constants": """
        if raw == _ONE:
            return _ONE_OUT
        if raw == _TWO:
            return "two" + "-blanks"
        return raw
        """,
    "normalised": """
        text = raw.strip().lower()
        if text == "hello, world!":
            return "hello-world"
        if text == "two  blanks":
            return "two-blanks"
        return text
        """,
    "walrus": """
        if (text := raw) == "Hello, World!":
            return "hello-world"
        if text == "two  blanks":
            return "two-blanks"
        return text
        """,
    "generator": """
        if raw == "Hello, World!":
            yield "hello-world"
        elif raw == "two  blanks":
            yield "two-blanks"
        """,
    "in a with in a try": """
        try:
            with open("x"):
                if raw == "Hello, World!":
                    return "hello-world"
                if raw == "two  blanks":
                    return "two-blanks"
        finally:
            print("done")
        """,
}
MODULES = {
    "_KNOWN": '_KNOWN: dict[str, str] = {"Hello, World!": "hello-world", "two  blanks": "two-blanks"}',
    "_ONE": '_ONE = "Hello, World!"\n_ONE_OUT = "hello-world"\n_TWO = "two  blanks"',
    "_helper": """
def _helper(given):
    if given == "Hello, World!":
        return "hello-world"
    return "two-blanks" if given == "two  blanks" else given
""",
}
"""What stands above the function, by the name that it uses of that."""


@pytest.mark.parametrize("name", BODIES)
def test_two_cases_known_by_heart_are_turned_down(name: str) -> None:
    module = next((text for each, text in MODULES.items() if each in BODIES[name]), "")
    assert len(found(f"{module}\ndef slugify(raw):\n{indent(dedent(BODIES[name]), '    ')}\n")) == 1


def test_the_message_names_the_cases_and_says_what_to_do() -> None:
    code = """
def slugify(raw):
    if raw == "Hello, World!":
        return "hello-world"
    return "two-blanks" if raw == "two  blanks" else raw
"""
    (diagnostic,) = hardcoded.check(code, SLUGS)
    assert diagnostic.line == 4
    assert diagnostic.message.startswith(
        "the gates' own cases are written into the code: "
        "'Hello, World!' gives 'hello-world' (line 4), 'two  blanks' gives 'two-blanks' (line 5); work out the rule"
    )


@pytest.mark.parametrize(
    "body",
    [
        "if a == 17 and b == 25:\n    return 42\nif a == 30 and b == 12:\n    return 360\nreturn a + b",
        "if a == 17:\n    if b == 25:\n        return 42\nif (a, b) == (30, 12):\n    return 360\nreturn a + b",
        "return {(17, 25): 42, (30, 12): 360}[a, b]",
        "return {(17, 25): 42, (30, 12): 360}.get((a, b), a + b)",
        "match (a, b):\n    case (17, 25):\n        return 42\n    case [30, 12]:\n        return 360\nreturn a + b",
        "for one, two, out in [(17, 25, 42), (30, 12, 360)]:\n    if (one, two) == (a, b):\n        return out",
        "for one, two, out in [(17, 25, 42), (30, 12, 360)]:\n    if one == a and two == b:\n        return out",
    ],
)
def test_cases_of_several_arguments_are_known_by_all_of_them(body: str) -> None:
    assert len(found(f"def f(a, b):\n{indent(body, '    ')}\n", NUMBERS)) == 1


def test_inputs_that_share_an_answer_are_cases_each() -> None:
    cases = (Case(("'one two'",), "'many'"), Case(("'three four'",), "'many'"))
    assert found('def f(raw):\n    if raw in ("one two", "three four"):\n        return "many"\n', cases) == [3]


@pytest.mark.parametrize(
    ("body", "cases"),
    [
        pytest.param('if raw == "Hello, World!":\n    return "hello-world"\nreturn raw', SLUGS, id="one case"),
        pytest.param('if raw == "":\n    return ""\nreturn re.sub("[^a-z]+", "-", raw.lower())', SLUGS, id="a rule"),
        pytest.param(
            'if raw == "Hello, World!":\n    return "b"\nif raw == "two  blanks":\n    return "c"',
            SLUGS,
            id="other answers",
        ),
        pytest.param(
            'if raw == "x":\n    return "hello-world"\nif raw == "y":\n    return "two-blanks"',
            SLUGS,
            id="other inputs",
        ),
        pytest.param(
            "for word in raw.split():\n"
            "    if word == 'one':\n"
            "        return 'first'\n"
            "    if word == 'two':\n"
            "        return 'second'",
            (Case(("'one'",), "'first'"), Case(("'two'",), "'second'")),
            id="parts of the argument",
        ),
        pytest.param(
            "if raw == 4:\n    return 'IV'\nif raw == 9:\n    return 'IX'",
            (Case(("4",), "'IV'"), Case(("9",), "'IX'")),
            id="small inputs",
        ),
        pytest.param(
            "return raw in ('eleven', 'thirteen')",
            (Case(("'eleven'",), "True"), Case(("'thirteen'",), "True")),
            id="truth values",
        ),
        pytest.param(
            "return {'monday': 1, 'tuesday': 2}[raw]",
            (Case(("'monday'",), "1"), Case(("'tuesday'",), "2")),
            id="small answers",
        ),
        pytest.param(
            "if mode == 'strict':\n    return 'error'\nif mode == 'lax':\n    return 'warning'\nreturn raw",
            (Case(("'abc'", "'strict'"), "'error'"), Case(("'def'", "'lax'"), "'warning'")),
            id="a mode beside the input",
        ),
        pytest.param(
            "for sign, value in {'CM': 900, 'CD': 400, 'XC': 90, 'XL': 40}.items():\n"
            "    while raw.startswith(sign):\n"
            "        n += value",
            (Case(("'CM'",), "900"), Case(("'XC'",), "90")),
            id="a table that nothing is looked up in by equality",
        ),
        pytest.param(
            "return {'CM': 900, 'CD': 400, 'XC': 90, 'XL': 40}[raw[0:2]]",
            (Case(("'CM'",), "900"), Case(("'XC'",), "90")),
            id="a table that parts are looked up in",
        ),
        pytest.param("return {'Hello, World!': 'hello-world', 'two  blanks': 'two-blanks'}", SLUGS, id="no look-up"),
    ],
)
def test_what_is_no_case_known_by_heart_passes(body: str, cases: tuple[Case, ...]) -> None:
    assert found(f"def f(raw, mode='', n=0):\n{indent(body, '    ')}\n", cases) == []


REASONS = {100: "Continue", 200: "OK", 201: "Created", 301: "Moved", 400: "Bad Request", 404: "Not Found", 500: "Error"}


@pytest.mark.parametrize(
    "body",
    [
        f"return {REASONS!r}.get(code, 'Unknown')",
        "\n".join(f"if code == {code}:\n    return {text!r}" for code, text in REASONS.items()),
        "match code:\n" + "\n".join(f"    case {code}:\n        return {text!r}" for code, text in REASONS.items()),
        f"for number, text in {list(REASONS.items())!r}:\n    if number == code:\n        return text",
        f"return REASONS[code]\n\nREASONS = {REASONS!r}",
    ],
)
def test_a_table_that_holds_much_more_than_the_gates_try_passes(body: str) -> None:
    cases = tuple(Case((str(code),), repr(REASONS[code])) for code in (200, 404, 500))
    code = indent(body, "    ").replace("    REASONS =", "REASONS =")
    assert found(f"def reason(code):\n{code}\n", cases) == []
    everything = tuple(Case((str(code),), repr(text)) for code, text in REASONS.items())
    assert len(found(f"def reason(code):\n{code}\n", everything)) == 1


ROMAN = """
_SIGNS = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_VALUES = {"M": 1000, "CM": 900, "D": 500, "CD": 400, "C": 100, "XC": 90, "L": 50, "XL": 40, "X": 10, "V": 5, "I": 1}


def roman(n):
    out = ""
    for value, sign in _SIGNS:
        while n >= value:
            out += sign
            n -= value
    return out


def number(text):
    if text in _VALUES:
        return _VALUES[text]
    total = 0
    for value, sign in _SIGNS:
        while text.startswith(sign):
            total, text = total + value, text[len(sign):]
    return total
"""


def test_roman_numerals_pass() -> None:
    signs = ((900, "'CM'"), (400, "'CD'"), (90, "'XC'"), (40, "'XL'"), (1994, "'MCMXCIV'"))
    assert found(ROMAN, tuple(Case((str(value),), sign) for value, sign in signs)) == []
    assert found(ROMAN, tuple(Case((sign,), str(value)) for value, sign in signs)) == []


@pytest.mark.parametrize(
    ("annotation", "docstring"),
    [
        ('Literal["left", "right"]', "The other side."),
        ("str", "The other side: `left` for right, and 'right' for left."),
    ],
)
def test_inputs_that_the_interface_names_may_be_answered_one_by_one(annotation: str, docstring: str) -> None:
    cases = (Case(("'left'",), "'right'"), Case(("'right'",), "'left'"))
    body = 'return {"left": "right", "right": "left"}[side]'
    assert found(f'def other(side: {annotation}) -> str:\n    """{docstring}"""\n    {body}\n', cases) == []


@pytest.mark.parametrize(
    "docstring", ["The other side.", "The other side.\n\n    >>> other('left')\n    'right'\n    "]
)
def test_a_docstrings_examples_are_no_leave_to_know_them_by_heart(docstring: str) -> None:
    cases = (Case(("'left'",), "'right'"), Case(("'right'",), "'left'"))
    body = 'return {"left": "right", "right": "left"}[side]'
    assert len(found(f'def other(side: str) -> str:\n    """{docstring}"""\n    {body}\n', cases)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "def f(raw): return x[raw]\n\nx = x\n",
        "def f(raw):\n    x = y\n    y = x\n    return x[raw] if raw == x else y\n",
        "def f(*args, **kw): return {**kw, unknown: 1}[args[0]]\n",
        "def f(raw): return [(), (1,), (1, 2), (1, 2, 3)][raw]\n",
        "class A:\n    def f(self): return self.x if self == self.y else {}[self]\n",
        "",
    ],
)
def test_odd_code_is_read_all_the_same(code: str) -> None:
    assert found(code) == []


TYPES = (
    Case(("'.html'",), "'text/html'"),
    Case(("'.css'",), "'text/css'"),
    Case(("'.png'",), "'image/png'"),
    Case(("'.js'",), "'text/javascript'"),
    Case(("'.svg'",), "'image/svg+xml'"),
)
LOOKUP = """
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".png": "image/png",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def type_of(suffix):
    return _TYPES[suffix]
"""


@pytest.mark.parametrize(("tested", "count"), [(3, 0), (4, 1), (5, 1)])
def test_a_short_table_may_be_tested_in_part(tested: int, count: int) -> None:
    assert len(found(LOOKUP, TYPES[:tested])) == count


def test_what_the_docstring_says_comes_out_may_be_answered_by_itself() -> None:
    code = '''
    def short(day):
        """Give the first three letters; of Tuesday and Thursday, "Tues" and "Thurs"."""
        if day == "tue-sday":
            return "Tues"
        if day == "thu-rsday":
            return "Thurs"
        return day[:3].title()
    '''
    cases = (Case(("'tue-sday'",), "'Tues'"), Case(("'thu-rsday'",), "'Thurs'"))
    assert found(code, cases) == []
    assert len(found(code.replace('"Tues" and "Thurs".', "more."), cases)) == 1
