"""What the clients of the `anthropic` package have in common, and what is said of one that will not do."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from jiti.errors import ConfigError

if TYPE_CHECKING:
    from typing import Self

    import anthropic
    import httpx2

_EXTRAS = {"Bedrock": "bedrock", "Vertex": "vertex", "AWS": "aws", "GoogleCloud": "google-cloud"}
"""Which extra of the `anthropic` package a client needs, by what its name holds."""

_WHO_ASKS = ("authorization", "x-api-key")


class Client(Protocol):
    """A client of the `anthropic` package: `Anthropic`, `AnthropicBedrock`, `AnthropicVertex` and the like."""

    max_retries: int
    """How often it sends again what failed for a passing reason."""

    @property
    def messages(self) -> Any:  # noqa: ANN401 - each client has a class of its own for it
        """Its side of the Messages API."""
        ...

    @property
    def base_url(self) -> object:
        """Where its requests go."""
        ...

    @property
    def timeout(self) -> float | httpx2.Timeout | None:
        """How long it waits for the next sign of life."""
        ...

    def with_options(self, *, max_retries: int) -> Self:
        """The same client, with as many retries."""
        ...

    def close(self) -> None:
        """Close its connections; by this, type checkers know an asynchronous client, whose gives a coroutine."""
        ...


def required(client: Client) -> Client:
    """The client, if it is one that can be used.

    Raises:
        ConfigError: it is not.
    """
    name = getattr(client, "__name__", type(client).__name__)
    if hasattr(client, "__aenter__") and not isinstance(client, type):
        hint = f"Give it {name.removeprefix('Async')}(…). An `async def` stub is written in a thread: its loop goes on."
        raise ConfigError(f"Engine(client=) was given an asynchronous client, {name}", hint=hint)
    if isinstance(client, type) or not hasattr(client, "with_options"):
        hint = "Give it an object like anthropic.Anthropic(…); the name of a model goes to `model`."
        raise ConfigError(f"Engine(client=): expected a client of the `anthropic` package, found {name}", hint=hint)
    if any(kind.__name__ == "AnthropicBedrock" for kind in type(client).__mro__) and find_spec("botocore") is None:
        # Found out before a request is paid for, since it is the answer that cannot be read without.
        raise not_installed(client, "botocore, which reads its answers")
    return client


def has_credentials(client: anthropic.Anthropic) -> bool:
    """Whether there is anything to say who asks: a key, a token, a profile, or a header of the user's own."""
    if client.api_key or client.auth_token or client.credentials is not None:
        return True
    return any(name.lower() in _WHO_ASKS for name in client.default_headers)


def not_installed(client: Client, what: str) -> ConfigError:
    """The error for a client of whose packages one is missing; `what` says which."""
    name = type(client).__name__
    extra = next((extra for kind, extra in _EXTRAS.items() if kind in name), None)
    hint = f'pip install "anthropic[{extra}]"' if extra else None
    return ConfigError(f"{name} needs a package that is not installed: {what}", hint=hint)
