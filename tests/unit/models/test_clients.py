"""Clients that cannot be used are turned down before anything is sent; most of them by a type checker already."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

from jiti.errors import ConfigError
from jiti.models.anthropic import AnthropicModel, complete_types

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ASYNC: dict[str, Callable[[], Any]] = {
    "AsyncAnthropic": lambda: anthropic.AsyncAnthropic(api_key="key"),
    "AsyncAnthropicVertex": lambda: anthropic.AsyncAnthropicVertex(region="europe-west1", project_id="p"),
    "AsyncAnthropicFoundry": lambda: anthropic.AsyncAnthropicFoundry(resource="r", api_key="key"),
    "AsyncAnthropicBedrock": lambda: anthropic.AsyncAnthropicBedrock(aws_region="us-east-1", api_key="key"),
}


@pytest.mark.parametrize("name", ASYNC)
def test_an_asynchronous_client_is_turned_down_and_the_right_one_named(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        AnthropicModel("claude-test", ASYNC[name]())
    assert f"Engine(client=) was given an asynchronous client, {name}" in str(caught.value)
    assert f"Give it {name.removeprefix('Async')}(…)." in str(caught.value)


@pytest.mark.parametrize("given", ["claude-sonnet-5-5", anthropic.Anthropic, 5], ids=["a name", "a class", "a number"])
def test_what_is_no_client_is_turned_down(given: object) -> None:
    with pytest.raises(ConfigError, match="expected a client of the `anthropic` package, found "):
        AnthropicModel("claude-test", given)  # ty: ignore[invalid-argument-type] - that is the mistake


SYNCHRONOUS = (
    *("Anthropic", "AnthropicAWS", "AnthropicBedrock", "AnthropicBedrockMantle"),
    *("AnthropicFoundry", "AnthropicGoogleCloud", "AnthropicVertex"),
)
ASYNCHRONOUS = tuple(f"Async{name}" for name in SYNCHRONOUS)
GIVEN = [
    "import anthropic",
    "from jiti import Engine",
    "class Ours(anthropic.Anthropic): ...",
    "def ours(client: Ours) -> Engine: return Engine(client=client)",
    *(f"def given(client: anthropic.{name}) -> Engine: return Engine(client=client)" for name in SYNCHRONOUS),
    *(f"def given(client: anthropic.{name}) -> Engine: return Engine(client=client)" for name in ASYNCHRONOUS),
    "Engine(client='claude-sonnet-5-5')",
    "Engine(client=anthropic.Anthropic)",
]


def test_a_type_checker_takes_each_synchronous_client_of_the_package_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_text("\n".join(GIVEN), "utf-8")
    command = [sys.executable, "-m", "ty", "check", "--python", sys.prefix, "--output-format", "concise"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if line.startswith("given.py:")}
    wrong = {number for number, line in enumerate(GIVEN, 1) if "Async" in line or line.startswith("Engine(")}
    assert found == wrong, done.stdout


def test_types_of_events_are_complete_before_any_is_read() -> None:
    script = """
from typing import get_args
from anthropic.types import RawMessageStreamEvent
from jiti.models.anthropic import complete_types

events = get_args(get_args(RawMessageStreamEvent)[0])
print(all(each.__pydantic_complete__ for each in events))
complete_types()
print(len(events) > 3 and all(each.__pydantic_complete__ for each in events))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("types", [anthropic.types.Message, int | str])
def test_a_package_that_has_events_of_another_kind_completes_them_itself(
    types: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anthropic.types.RawMessageStreamEvent", types)
    complete_types()
