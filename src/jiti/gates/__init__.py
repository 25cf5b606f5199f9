"""Gates: the tests that an implementation has to pass, found by reading test files; none is ever imported here."""

from __future__ import annotations

from jiti.gates.gate import Case, Gate, Problem

__all__ = ["Case", "Gate", "Problem"]
