"""The agent's tools, a concern a module. Their names and arguments are fixed: recordings hold calls of them."""

from __future__ import annotations

from jiti.agent.tools import experiments, give_up, list_files, outline, read_file, search, submit

ALL = (
    read_file.TOOL,
    list_files.TOOL,
    search.TOOL,
    outline.TOOL,
    experiments.DOCS,
    experiments.INSPECT,
    experiments.RUN_PYTHON,
    submit.TOOL,
    give_up.TOOL,
)
BY_NAME = {tool.spec.name: tool for tool in ALL}
SPECS = tuple(tool.spec for tool in ALL)
"""As every request carries them: the same bytes in the same order, so that a provider can cache them."""
