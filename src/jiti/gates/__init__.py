"""Gates: the tests that an implementation has to pass, found by reading test files; none is ever imported here."""

from __future__ import annotations

from jiti.gates.cases import cases_of, example_cases
from jiti.gates.finder import Found, find
from jiti.gates.gate import Case, Gate, Problem
from jiti.gates.header import changed, header_line, parse

__all__ = ["Case", "Found", "Gate", "Problem", "cases_of", "changed", "example_cases", "find", "header_line", "parse"]
