"""Models that the Messages API serves: Anthropic's, and whatever ANTHROPIC_BASE_URL points at.

To import the `anthropic` package takes a second or two, so that it waits until a request is due; `AnthropicModel.warm`
does it in the background.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

from jiti.errors import ConfigError, ModelError
from jiti.models import clients, exchange, failures
from jiti.models.messages_api import body_of
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.models import Reply, Request
    from jiti.models.clients import Client

FORBID_REQUESTS = "JITI_FORBID_REQUESTS"
"""The environment variable that, when it is not empty, forbids requests to any host but this machine."""


class AnthropicModel:
    """A model behind the Messages API.

    What fails for a passing reason is sent again from here, and not by the package, which would obey a server that
    asks it to wait for an hour, and does not notice a reply that broke off half way. The package's rules hold
    otherwise, and the client says how often.

    Args:
        name: the model, as the provider names it.
        client: one of the `anthropic` package's clients, for Bedrock, Vertex, a proxy and so on. Left out, one is made
            of ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL and profiles.
        effort: `low`, `medium`, `high`, `xhigh` or `max` turns thinking on; None leaves it to the provider.
        sleep: waits so many seconds before a request is sent again.

    Raises:
        jiti.errors.ConfigError: `client` is none of those, or an asynchronous one.
    """

    def __init__(
        self,
        name: str,
        client: Client | None = None,
        effort: str | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._given = None if client is None else clients.required(client)
        self._effort = effort
        self._sleep = sleep
        self._connecting = threading.Lock()
        self._connected: tuple[Client, int] | None = None

    def warm(self) -> None:
        """Import the package and make the client in the background, so that the first request need not wait."""
        threading.Thread(target=self._try_to_connect, name="jiti: import anthropic", daemon=True).start()

    @property
    def host(self) -> str:
        """The host that requests go to. Makes the client, since a profile may name the host.

        Raises:
            jiti.errors.ConfigError: there is no client to be had.
        """
        return self._provider().host

    def reply(self, request: Request) -> Reply:
        """Answer one request.

        It is sent again where it failed for a passing reason, and waits before that as long as the provider asks, a
        minute at most. What replies that broke off had cost is counted in.

        Raises:
            jiti.errors.ModelError: there is no answer, after retries; `__cause__` is the package's error, and `usage`
                what it had cost.
            jiti.errors.ConfigError: the package is missing or cannot be set up.
        """
        (client, most_retries), provider = self._connect(), self._provider()
        if os.environ.get(FORBID_REQUESTS) and not provider.is_this_machine:
            raise _model_error(request, failures.forbidden(provider), Usage())
        body = body_of(request, model=self.name, effort=self._effort)
        end = None if request.seconds is None else time.monotonic() + request.seconds
        lost = Usage()
        attempt = 0
        while True:
            attempt += 1
            reply, failure = exchange.send(client, body, end)
            if failure is None:
                return replace(reply, usage=reply.usage + lost)
            lost += reply.usage
            wait = failure.wait_before(attempt) if attempt <= most_retries else None
            if wait is None or (end is not None and time.monotonic() + wait >= end):
                raise _model_error(request, failure.explained(provider, attempt), lost) from failure.shown()
            self._sleep(wait)

    def _provider(self) -> failures.Provider:
        client, _ = self._connect()
        return _provider_of(client, self.name)

    def _connect(self) -> tuple[Client, int]:
        """The client, and how often it would have sent again what failed; it does not do so itself any more."""
        with self._connecting:
            if self._connected is None:
                client = self._given or _client()
                self._connected = client.with_options(max_retries=0), client.max_retries
            return self._connected

    def _try_to_connect(self) -> None:
        # The request that needs the client meets the same error, and raises it where somebody hears it.
        with suppress(ConfigError):
            self._connect()
            complete_types()


def _client() -> Client:
    try:
        import anthropic
        import httpx2
    except ImportError as error:
        message = f"asking a model needs the `anthropic` package, which cannot be imported: {error}"
        raise ConfigError(
            message, hint="pip install jiti  (installed with --no-deps, it only runs what is there)"
        ) from error
    try:
        client = anthropic.Anthropic()
    except (anthropic.AnthropicError, httpx2.InvalidURL, ValueError, OSError) as error:
        message = f"the `anthropic` package cannot be set up: {error}"
        raise ConfigError(message, hint="Check ANTHROPIC_BASE_URL and the other ANTHROPIC_* variables.") from error
    if not clients.has_credentials(client):
        message, hint = failures.no_credentials(_provider_of(client, ""))
        raise ConfigError(message, hint=hint)
    return client


def complete_types() -> None:
    """Have the package complete its types of events: else every thread does so that reads one while the first does."""
    with suppress(Exception):  # what a later package has of other kinds is completed when it is read
        from anthropic.types import RawMessageStreamEvent

        union, *_ = get_args(RawMessageStreamEvent)
        for event in get_args(union):
            event.model_rebuild()


def _provider_of(client: Client, model: str) -> failures.Provider:
    url = urlsplit(str(client.base_url))
    # A user's name and password may stand before the host, and are nobody's business.
    shown = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    kind = type(client).__name__
    # What holds for ours holds for any `Anthropic`: it takes what it was not told from the same variables.
    return failures.Provider(model, url.hostname or shown, shown, None if kind == "Anthropic" else kind)


def _model_error(request: Request, told: tuple[str, str], lost: Usage) -> ModelError:
    message, hint = told
    return ModelError(f"{request.key}: {message}", key=request.key, hint=hint, usage=lost)
