"""`import jiti`: what it loads, what it offers."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import jiti

PUBLIC = {
    "ApprovalNeededError",
    "BrokenImplementationError",
    "Budget",
    "BudgetExceededError",
    "ConfigError",
    "ConflictError",
    "Engine",
    "FrozenError",
    "GenerationCycleError",
    "GenerationError",
    "JitiError",
    "MergeError",
    "ModelError",
    "RealBodyError",
    "SpecConflictError",
    "StubError",
    "clear",
    "jiti",
    "required_for",
}
HEAVY = {
    *("anthropic", "click", "filelock", "libcst", "pathspec", "pytest", "rich", "typeguard"),
    *("ast", "asyncio", "contextlib", "dataclasses", "functools", "hashlib", "importlib", "importlib.metadata"),
    *("inspect", "json", "logging", "pathlib", "re", "tempfile", "threading", "tokenize", "typing"),
}


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement adds to what a bare Python has loaded."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_jiti_loads_nothing_heavy() -> None:
    assert loaded_by("import jiti") & HEAVY == set()


def test_declaring_a_stub_loads_nothing_heavy() -> None:
    assert loaded_by("from jiti import jiti; exec('@jiti\\ndef f(): ...')") & HEAVY == set()


def test_the_public_names_are_few_and_all_there() -> None:
    assert set(jiti.__all__) == PUBLIC
    assert {name for name in PUBLIC if not hasattr(jiti, name)} == set()
    assert set(dir(jiti)) == {*PUBLIC, "__version__"}


def test_the_version_is_that_of_the_installed_package() -> None:
    assert jiti.__version__ == version("jiti")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'jiti' has no attribute 'unknown'$"):
        _ = jiti.unknown
