"""Candidates that know the gates' answers by heart: inputs that are compared, and what is returned for them.

A rule that is worked out holds for inputs that no gate tries; a list of the gates' own does not. What counts is how
much of a table the gates' cases make up: roman numerals, HTTP reasons and irregular plurals are tables by nature, and
hold more than the few that are tested.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.checks.answer_reader import tables_in
from jiti.diagnostics import Diagnostic
from jiti.gates.literals import NotLiteralError, evaluate, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jiti.checks.answers import Answer, Table
    from jiti.gates import Case

_FEWEST = 2
"""Cases that have to be known by heart before it is more than chance."""
_OF_BRANCHES, _OF_A_TABLE = 0.5, 0.8
"""How much of what is written down they have to make up: a short table may be the rule, and be tested in part."""
_SMALL = 10
_MOST_SHOWN = 3
_ADVICE = (
    "work out the rule that the docstring states, so that it holds for inputs that no gate tries; "
    "where a table is the rule, write down the whole of it"
)


def check(code: str, cases: Sequence[Case]) -> list[Diagnostic]:
    """The places where a candidate answers the gates' own cases, input and output written down side by side.

    Two of them are too many where they make up half of a function's branches, or four fifths of a table, or more.
    Trivial values do not count (None, truth values, whole numbers from -10 to 10, empty and single characters), nor
    what the interface itself names: inputs that are values of a `Literal[…]`, and inputs and outputs that the docstring
    spells out outside its examples.

    Args:
        code: the candidate; it parses.
        cases: of the gates that it has to pass.
    """
    wanted = [case for case in map(_Wanted.of, cases) if case is not None]
    if len(wanted) < _FEWEST:
        return []
    try:
        tree = ast.parse(code)
        tables = tables_in(tree)
        named = _Named(tree)
    except RecursionError:  # the policy turns down what nests so deeply
        return []
    found = []
    for table in tables:
        known = {case: answer.line for case in wanted for answer in table.answers if case.is_answered_by(answer, named)}
        share = _OF_A_TABLE if table.is_lookup else _OF_BRANCHES
        if len(known) >= _FEWEST and len(known) >= share * table.size:
            found.append(_diagnostic(table, known))
    return sorted(found, key=lambda each: each.line or 0)


def _diagnostic(table: Table, known: dict[_Wanted, int]) -> Diagnostic:
    some = [f"{case} (line {line})" for case, line in sorted(known.items(), key=lambda each: each[1])]
    more = f" and {len(some) - _MOST_SHOWN} more" if len(some) > _MOST_SHOWN else ""
    message = f"the gates' own cases are written into the code: {', '.join(some[:_MOST_SHOWN])}{more}; {_ADVICE}"
    return Diagnostic("policy", "candidate", table.line, "hard-coded", message)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A case that could be known by heart.

    Attributes:
        given: its arguments that are not trivial.
        expected: what has to come out.
    """

    given: frozenset[str]
    expected: str

    @classmethod
    def of(cls, case: Case) -> _Wanted | None:
        """What of a case is worth looking for; None if it is trivial."""
        given = frozenset(each for each in case.given if not _is_trivial(each))
        return None if not given or _is_trivial(case.expected) else cls(given, case.expected)

    def __str__(self) -> str:
        return f"{', '.join(sorted(self.given))} gives {self.expected}"

    def is_answered_by(self, answer: Answer, named: _Named) -> bool:
        """Whether a candidate's answer to some inputs is this case's, and the interface names neither side of it."""
        if answer.output != self.expected or not _plain(self.given) <= _plain(answer.inputs):
            return False
        return not (named.names(self.expected) or all(named.names(each) for each in self.given))


class _Named:
    """The values that a candidate's interface names: its annotations, and its docstrings' prose."""

    def __init__(self, tree: ast.Module) -> None:
        self._values: set[str] = set()
        prose = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and "Literal" in {getattr(node.value, "attr", ""), _id(node.value)}:
                self._values |= set(_values(node.slice))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.body:
                prose += _prose(ast.get_docstring(node) or "")
        self._prose = "\n".join(prose)

    def names(self, value: str) -> bool:
        """Whether it stands in the interface."""
        bare = value[1:-1] if value[:1] in "'\"" else value
        return value in self._values or bool(re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", self._prose))


def _prose(docstring: str) -> Iterable[str]:
    """The lines of a docstring that belong to no example."""
    in_example = False
    for line in docstring.split("\n"):
        in_example = bool(line.strip()) and (in_example or line.lstrip().startswith(">>>"))
        if not in_example:
            yield line


def _values(node: ast.expr) -> Iterable[str]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return [shown(each.value) for each in parts if isinstance(each, ast.Constant)]


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_trivial(text: str) -> bool:
    """Whether a value is one that rules and tests are full of anyway."""
    try:
        value = evaluate(ast.parse(text, mode="eval").body, _unknown)
    except (SyntaxError, NotLiteralError, ValueError):
        return False
    if value is None or value is ... or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return value in range(-_SMALL, _SMALL + 1)
    return hasattr(value, "__len__") and len(value) <= isinstance(value, str | bytes)


def _plain(values: Iterable[str]) -> set[str]:
    """Inputs without what a candidate may strip or fold before it compares: blanks and case."""
    return {"".join(each.split()).casefold() for each in values}


def _unknown(name: str) -> object:
    raise NotLiteralError(name)
