"""Clients that cannot be used are turned down before anything is sent."""

from __future__ import annotations

import anthropic
import pytest

from jiti.errors import ConfigError
from jiti.models.anthropic import AnthropicModel

ASYNC = {
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
