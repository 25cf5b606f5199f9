"""Putting an implementation together: the stub's own signature and docstring, and what the agent wrote.

The agent sends a body and what goes above the function. Everything else comes from the user's source:
so the signature cannot drift, and the names that the body uses mean what they mean to the stub.
"""

from __future__ import annotations

from jiti.splice.compose import compose
from jiti.splice.scratch import complete_tests
from jiti.splice.shape import ShapeError

__all__ = ["ShapeError", "complete_tests", "compose"]
