"""One exchange with a provider: a request is sent, its reply is put together, and what came between is explained."""

from __future__ import annotations

import os
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jiti.models import clients, deadline, failures, retries
from jiti.models.messages_api import Assembly

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import anthropic
    import httpx2

    from jiti.models import Reply
    from jiti.models.clients import Client

_LONGEST_DETAIL = 1000  # characters; what is no JSON may be a whole web page
_SHORTEST_TIMEOUT = 1.0  # seconds, however little of a budget is left
_RETRIED = frozenset({408, 409, 429})  # HTTP statuses, besides all from 500 on
_FIRST_SERVER_ERROR = 500


@dataclass(eq=False)
class RequestError(Exception):
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


def send(client: Client, body: Mapping[str, Any], end: float | None) -> tuple[Reply, RequestError | None]:
    """One reply as far as it came before `end` of the monotonic clock, and what ended it early."""
    assembly = Assembly()
    try:
        with closing(_events(client, body, end)) as events:
            for event in events:
                assembly.add(event)
    except RequestError as failure:
        return assembly.reply(), failure
    except ValueError as error:
        return assembly.reply(), RequestError(error, inside=True)
    ended = None if assembly.complete else RequestError(EOFError("it ended before its last event"), inside=True)
    return assembly.reply(), ended


def _events(client: Client, body: Mapping[str, Any], end: float | None) -> Generator[Mapping[str, Any]]:
    """The events of a reply; what the client raises, be it of botocore or google.auth, comes as a `RequestError`."""
    try:
        stream = client.messages.create(stream=True, timeout=_timeout(client, end), **body)
    except TypeError as error:
        # With no credentials at all the package raises this, and no error of its own.
        if "authentication" not in str(error):
            raise
        raise RequestError(error, inside=False) from error
    except Exception as error:
        missing = _cause(error, ImportError)
        if missing is not None:
            raise clients.not_installed(client, str(missing)) from error
        raise RequestError(error, inside=False) from error
    if end is not None:
        deadline.end_at(stream.response, end)
    with stream:
        try:
            yield from map(_plain, stream)
        except Exception as error:
            raise RequestError(error, inside=True) from error


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
