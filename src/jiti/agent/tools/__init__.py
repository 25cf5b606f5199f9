"""The agent's tools, a concern a module. Their names and arguments are fixed: recordings hold calls of them.

A set stands in each request in one order and with the same bytes, so that a provider can cache it.
"""

from __future__ import annotations

from jiti.agent.tools import experiments, give_up, list_files, outline, read_file, search, submit, submit_test

_LOOKING_AROUND = (
    read_file.TOOL,
    list_files.TOOL,
    search.TOOL,
    outline.TOOL,
    experiments.DOCS,
    experiments.INSPECT,
    experiments.RUN_PYTHON,
)
FOR_CODE = (*_LOOKING_AROUND, submit.TOOL, give_up.TOOL)
"""For the session of an implementation."""
FOR_TESTS = (*_LOOKING_AROUND, submit_test.TOOL, give_up.TOOL)
"""For the session of a jiti-test."""
