"""Models that the Messages API serves: Anthropic's, and whatever ANTHROPIC_BASE_URL points at.

The one module that imports the `anthropic` package. That takes a second or two, so it waits until a request is due;
`AnthropicModel.warm` does it in the background.
"""

from __future__ import annotations

import ipaddress
import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from jiti.errors import ConfigError, ModelError
from jiti.models import failures
from jiti.models.messages_api import Assembly, body_of
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import anthropic

    from jiti.models import Reply, Request

FORBID_REQUESTS = "JITI_FORBID_REQUESTS"
"""The environment variable that, when it is not empty, forbids requests to any host but this machine."""

_LONGEST_DETAIL = 1000  # characters; what is no JSON may be a whole web page
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 8.0  # seconds; those of the provider's package
_FIRST_ERROR, _RATE_LIMITED, _FIRST_SERVER_ERROR = 400, 429, 500  # HTTP statuses


class Client(Protocol):
    """A client of the `anthropic` package: `Anthropic`, `AnthropicBedrock`, `AnthropicVertex` and the like."""

    @property
    def messages(self) -> Any:  # noqa: ANN401 - each client has a class of its own for it
        """Its side of the Messages API."""
        ...

    @property
    def base_url(self) -> object:
        """Where its requests go."""
        ...


class AnthropicModel:
    """A model behind the Messages API.

    Args:
        name: the model, as the provider names it.
        client: one of the `anthropic` package's clients, for Bedrock, Vertex, a proxy and so on. Left out, one is made
            of ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL and profiles.
        max_retries: how often a request is sent again before it counts as failed.
        effort: `low`, `medium`, `high`, `xhigh` or `max` turns thinking on; None leaves it to the provider.
        sleep: waits so many seconds before a reply that broke off is asked for again.
    """

    def __init__(
        self,
        name: str,
        client: Client | None = None,
        max_retries: int = 2,
        effort: str | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._client = client
        self._max_retries = max_retries
        self._effort = effort
        self._sleep = sleep
        self._connecting = threading.Lock()

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

        The package sends it again where it is turned down for a passing reason. A reply that breaks off half way
        is asked for again from here, whole; what it had cost is counted in.

        Raises:
            jiti.errors.ModelError: there is no answer, after retries; `__cause__` is the package's error.
            jiti.errors.ConfigError: the package is missing or cannot be set up.
        """
        client, provider = self._connect(), self._provider()
        if os.environ.get(FORBID_REQUESTS) and not _is_loopback(provider.host):
            raise _model_error(request, failures.forbidden(provider))
        body = body_of(request, model=self.name, effort=self._effort)
        lost = Usage()
        for attempt in range(self._max_retries + 1):
            if attempt:
                self._sleep(min(_FIRST_DELAY * 2 ** (attempt - 1), _LONGEST_DELAY))
            reply, failure = _send(client, body)
            if failure is None:
                return replace(reply, usage=reply.usage + lost)
            lost += reply.usage
            if not _passes(failure):
                break
        raise _model_error(request, _explained(failure, provider, attempt + 1)) from failure

    def _provider(self) -> failures.Provider:
        url = urlsplit(str(self._connect().base_url))
        # A user's name and password may stand before the host, and are nobody's business.
        shown = url._replace(netloc=url.netloc.rpartition("@")[2])
        return failures.Provider(self.name, url.hostname or shown.geturl(), shown.geturl())

    def _connect(self) -> Client:
        with self._connecting:
            if self._client is None:
                self._client = _client(self._max_retries)
            return self._client

    def _try_to_connect(self) -> None:
        # The request that needs the client meets the same error, and raises it where somebody hears it.
        with suppress(ConfigError):
            self._connect()


def _client(max_retries: int) -> Client:
    try:
        import anthropic
        import httpx2
    except ImportError as error:
        message = f"asking a model needs the `anthropic` package, which cannot be imported: {error}"
        raise ConfigError(
            message, hint="pip install jiti  (installed with --no-deps, it only runs what is there)"
        ) from error
    try:
        return anthropic.Anthropic(max_retries=max_retries)
    except (anthropic.AnthropicError, httpx2.InvalidURL, ValueError, OSError) as error:
        message = f"the `anthropic` package cannot be set up: {error}"
        raise ConfigError(message, hint="Check ANTHROPIC_BASE_URL and the other ANTHROPIC_* variables.") from error


def _send(client: Client, body: Mapping[str, Any]) -> tuple[Reply, Exception | None]:
    """One reply as far as it came, and what ended it early."""
    import anthropic
    import httpx2

    assembly = Assembly()
    failure: Exception | None = None
    try:
        with client.messages.create(stream=True, **body) as stream:
            for event in stream:
                assembly.add(_plain(event))
    except (anthropic.AnthropicError, httpx2.RequestError, ValueError) as error:
        failure = error
    except TypeError as error:
        # With no credentials at all the package raises this, and no error of its own.
        if "authentication" not in str(error):
            raise
        failure = error
    else:
        if not assembly.complete:
            failure = EOFError("it ended before its last event")
    return assembly.reply(), failure


def _plain(event: object) -> Mapping[str, Any]:
    to_dict = getattr(event, "to_dict", None)
    if to_dict is None:
        message = f"this is no event of the Messages API: {event!r:.100}"
        raise ValueError(message)
    # What a newer API adds is kept, and not worth a warning.
    return to_dict(warnings=False)


def _passes(failure: Exception) -> bool:
    """Whether the same request may well succeed; not where the package has tried it again itself."""
    import anthropic

    if isinstance(failure, anthropic.APIStatusError):
        status = _status(failure)
        return _came_inside_of_reply(failure) and (status == _RATE_LIMITED or status >= _FIRST_SERVER_ERROR)
    return not isinstance(failure, anthropic.AnthropicError | TypeError)


def _status(failure: anthropic.APIStatusError) -> int:
    if _came_inside_of_reply(failure):
        return failures.STATUS_OF_TYPE.get(failure.type or "", _FIRST_SERVER_ERROR)
    return failure.status_code


def _came_inside_of_reply(failure: anthropic.APIStatusError) -> bool:
    return failure.status_code < _FIRST_ERROR


def _explained(failure: Exception, provider: failures.Provider, attempts: int) -> tuple[str, str]:
    """What happened, and what to do about it."""
    import anthropic

    match failure:
        case anthropic.APIStatusError():
            detail = (failure.api_message or failure.message)[:_LONGEST_DETAIL]
            if failure.request_id:
                detail = f"{detail}, request {failure.request_id}"
            return failures.turned_down(provider, _status(failure), detail, failure.response.headers.get("retry-after"))
        case anthropic.APITimeoutError():
            return failures.timed_out(provider)
        case anthropic.APIConnectionError():
            return failures.unreachable(provider, str(failure.__cause__ or failure))
        case TypeError():
            return failures.no_credentials(provider)
        case anthropic.CredentialsError():
            return failures.no_credentials(provider, f": {failure}")
    return failures.broken_off(provider, attempts, str(failure))


def _model_error(request: Request, told: tuple[str, str]) -> ModelError:
    message, hint = told
    return ModelError(message, key=request.key, hint=hint)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
