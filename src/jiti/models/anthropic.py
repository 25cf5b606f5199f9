"""Models that the Messages API serves: Anthropic's, and whatever ANTHROPIC_BASE_URL points at.

The one module that imports the `anthropic` package. That takes a second or two, so it waits until a request is due;
`AnthropicModel.warm` does it in the background.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

from jiti.errors import ConfigError, ModelError
from jiti.models import clients, deadline, failures, retries
from jiti.models.messages_api import Assembly, body_of
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    import anthropic
    import httpx2

    from jiti.models import Reply, Request
    from jiti.models.clients import Client

FORBID_REQUESTS = "JITI_FORBID_REQUESTS"
"""The environment variable that, when it is not empty, forbids requests to any host but this machine."""

_LONGEST_DETAIL = 1000  # characters; what is no JSON may be a whole web page
_SHORTEST_TIMEOUT = 1.0  # seconds, however little of a budget is left
_RETRIED = frozenset({408, 409, 429})  # HTTP statuses, besides all from 500 on
_FIRST_SERVER_ERROR = 500


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
            reply, failure = _send(client, body, end)
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


@dataclass(eq=False)
class _RequestError(Exception):
    """What came between a request and its reply.

    Attributes:
        error: what the client raised.
        inside: whether the reply had begun.
    """

    error: Exception
    inside: bool

    def wait_before(self, retry: int) -> float | None:
        """Seconds to wait before the request is sent again; None where that is no use, or too long."""
        import anthropic

        error = self.error
        if isinstance(error, anthropic.APIStatusError):
            headers = {} if self.inside else error.response.headers
            if not self._is_passing(self.status, headers.get("x-should-retry")):
                return None
            return retries.wait_before(retry, headers)
        if isinstance(error, anthropic.APIConnectionError):
            return None if _cause(error, ssl.SSLError) else retries.wait_before(retry, {})
        return (
            retries.wait_before(retry, {}) if self.inside and not isinstance(error, anthropic.AnthropicError) else None
        )

    @staticmethod
    def _is_passing(status: int, word: str | None) -> bool:
        if word in {"true", "false"}:  # the provider knows best
            return word == "true"
        return status in _RETRIED or status >= _FIRST_SERVER_ERROR

    @property
    def status(self) -> int:
        """The HTTP status of an error that has one; an error inside of a reply comes under 200, with its type's."""
        if self.inside:
            return failures.STATUS_OF_TYPE.get(getattr(self.error, "type", None) or "", _FIRST_SERVER_ERROR)
        return getattr(self.error, "status_code", _FIRST_SERVER_ERROR)

    def explained(self, provider: failures.Provider, attempts: int) -> tuple[str, str]:
        """What happened, and what to do about it."""
        import anthropic

        error = self.error
        detail = (str(error) or type(error).__name__)[:_LONGEST_DETAIL]
        match error:
            case anthropic.APIStatusError():
                said = (error.api_message or error.message)[:_LONGEST_DETAIL]
                named = f"{said}, request {error.request_id}" if error.request_id else said
                return failures.turned_down(provider, self.status, named, retries.asked_wait(error.response.headers))
            case anthropic.APIConnectionError():
                return _unreached(provider, error)
            case anthropic.CredentialsError():
                return failures.no_credentials(provider, f": {detail}")
            case _ if self.inside:
                return failures.broken_off(provider, attempts, detail)
            case TypeError():
                return failures.no_credentials(provider)
        return failures.unprepared(provider, f"{type(error).__name__}: {detail}")

    def shown(self) -> Exception:
        """The client's error as a traceback is to show it: the way through the client tells nobody what to mend.

        What is behind it stays in its `__context__`. JITI_LOG=debug shows it all, as does an error that is not known.
        """
        import anthropic

        error = self.error
        is_known = self.inside or isinstance(error, (anthropic.AnthropicError, TypeError))
        if is_known and os.environ.get("JITI_LOG") != "debug":
            error.__context__ = error.__cause__ or error.__context__
            error.__cause__ = None  # and so neither is shown
            error.__traceback__ = None
        return error


def _unreached(provider: failures.Provider, error: anthropic.APIConnectionError) -> tuple[str, str]:
    import anthropic

    if isinstance(error, anthropic.APITimeoutError):
        return failures.timed_out(provider)
    detail = str(error.__cause__ or error)
    if _cause(error, ssl.SSLError):
        return failures.untrusted(provider, detail)
    if _cause(error, socket.gaierror):
        return failures.unknown_host(provider, detail)
    return failures.unreachable(provider, detail)


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """The error of that kind that is behind an error, or is it."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _send(client: Client, body: Mapping[str, Any], end: float | None) -> tuple[Reply, _RequestError | None]:
    """One reply as far as it came before `end` of the monotonic clock, and what ended it early."""
    assembly = Assembly()
    try:
        with closing(_events(client, body, end)) as events:
            for event in events:
                assembly.add(event)
    except _RequestError as failure:
        return assembly.reply(), failure
    except ValueError as error:
        return assembly.reply(), _RequestError(error, inside=True)
    ended = None if assembly.complete else _RequestError(EOFError("it ended before its last event"), inside=True)
    return assembly.reply(), ended


def _events(client: Client, body: Mapping[str, Any], end: float | None) -> Generator[Mapping[str, Any]]:
    """The events of a reply; what the client raises, be it of botocore or google.auth, comes as a `_RequestError`."""
    try:
        stream = client.messages.create(stream=True, timeout=_timeout(client, end), **body)
    except TypeError as error:
        # With no credentials at all the package raises this, and no error of its own.
        if "authentication" not in str(error):
            raise
        raise _RequestError(error, inside=False) from error
    except Exception as error:
        missing = _cause(error, ImportError)
        if missing is not None:
            raise clients.not_installed(client, str(missing)) from error
        raise _RequestError(error, inside=False) from error
    if end is not None:
        deadline.end_at(stream.response, end)
    with stream:
        try:
            yield from map(_plain, stream)
        except Exception as error:
            raise _RequestError(error, inside=True) from error


def _timeout(client: Client, end: float | None) -> httpx2.Timeout:
    """The client's own time-outs, none longer than what is left."""
    import httpx2

    own = httpx2.Timeout(client.timeout).as_dict()
    if end is None:
        return httpx2.Timeout(**own)
    most = max(end - time.monotonic(), _SHORTEST_TIMEOUT)
    return httpx2.Timeout(**{kind: most if limit is None else min(limit, most) for kind, limit in own.items()})


def _plain(event: object) -> Mapping[str, Any]:
    to_dict = getattr(event, "to_dict", None)
    if to_dict is None:
        message = f"this is no event of the Messages API: {event!r:.100}"
        raise ValueError(message)
    # What a newer API adds is kept, and not worth a warning.
    return to_dict(warnings=False)


def _model_error(request: Request, told: tuple[str, str], lost: Usage) -> ModelError:
    message, hint = told
    return ModelError(f"{request.key}: {message}", key=request.key, hint=hint, usage=lost)
