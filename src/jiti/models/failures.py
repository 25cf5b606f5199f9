"""What went wrong with a request to a provider, and what its user can do about it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

_KEYS = "https://platform.claude.com/settings/keys"
_AGAIN = "Nothing was filed; the next call tries again."

STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
    # As Bedrock names them.
    "validationException": 400,
    "throttlingException": 429,
    "internalServerException": 500,
    "modelStreamErrorException": 500,
    "serviceUnavailableException": 503,
    "modelTimeoutException": 504,
}
"""The status that belongs to an error that came inside of a reply, where the response's own is 200."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Whom a request goes to.

    Attributes:
        model: the model's name.
        host: where it is.
        url: the base URL, without credentials.
        client: the class of the client that `Engine(client=…)` was given; None for a plain `Anthropic`.
    """

    model: str
    host: str
    url: str
    client: str | None = None

    @property
    def is_this_machine(self) -> bool:
        """Whether what is sent stays here."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def address(self) -> str:
        """Where its base URL was set, and what it is, for a hint."""
        return (
            f"{'ANTHROPIC_BASE_URL' if self.client is None else f'the base URL of the {self.client}'} (now {self.url})"
        )

    @property
    def path_rule(self) -> str:
        """What the base URL has to be like, which is a common mistake."""
        if self.client is None:
            return f"{self.address} must not end in /v1"
        return f"its names may differ from Anthropic's, and so may {self.address}"

    @property
    def credentials(self) -> str:
        """What to do where it does not know who asks."""
        if self.client is not None:
            return f"Check the credentials of the {self.client} that Engine(client=…) was given."
        return (
            f"Set ANTHROPIC_API_KEY to a key from {_KEYS} (or ANTHROPIC_AUTH_TOKEN to a token); "
            "a server of your own, at ANTHROPIC_BASE_URL, takes any."
        )


def turned_down(provider: Provider, status: int, detail: str, wait: float | None) -> tuple[str, str]:
    """Message and hint for an answer that is an error; `detail` is the provider's own message.

    Args:
        provider: who answered.
        status: the HTTP status.
        detail: the provider's own words, its request's id included.
        wait: seconds until it may be asked again, where it says so.
    """
    host, model = provider.host, provider.model
    match status:
        case 401:
            message, hint = f"{host} does not accept the credentials", provider.credentials
        case 402:
            message, hint = f"{host} asks for payment", "Mend the account's billing, or use another account's key."
        case 403:
            message = f"{host} does not let these credentials use {model}"
            hint = "Set JITI_MODEL to a model that they may use, or use other credentials."
        case 404:
            message = f"{host} has no model {model!r}"
            hint = f"Set JITI_MODEL, or `model` under [tool.jiti], to one that it has; {provider.path_rule}."
        case 413:
            message = f"the request is larger than {host} takes"
            hint = 'Send less of the arguments: values = "types" under [tool.jiti]; or split the stub\'s module.'
        case 429:
            message = f"{host} limits how much is asked of it, and that is used up"
            hint = f"Try again in {wait:.0f} s." if wait is not None and wait >= 1 else "Wait a minute, then try again."
        case 529:
            message = f"{host} is overloaded"
            hint = f"Try again later, or set JITI_MODEL to a model other than {model}. {_AGAIN}"
        case _ if status in {408, 409, 504} or status >= 500:  # noqa: PLR2004 - an HTTP status
            message, hint = f"{host} failed", f"Try again later. {_AGAIN}"
        case _:
            message = f"{host} turned the request down"
            hint = "Its words say why. Where it has only a part of the Messages API, try another model: JITI_MODEL."
    return f"{message} ({status}: {detail})", hint


def unreachable(provider: Provider, detail: str) -> tuple[str, str]:
    """Message and hint where no connection came about."""
    return f"cannot reach {provider.host}: {detail}", f"Check the network and {provider.address}. {_AGAIN}"


def unknown_host(provider: Provider, detail: str) -> tuple[str, str]:
    """Message and hint where the host's name leads nowhere."""
    hint = f"Check the spelling of {provider.address}, and whether this machine can look names up. {_AGAIN}"
    return f"there is no host {provider.host}: {detail}", hint


def untrusted(provider: Provider, detail: str) -> tuple[str, str]:
    """Message and hint where no safe connection came about."""
    hint = (
        f"Check {provider.address}: a server on this machine is mostly http://, not https://. "
        "Behind a proxy with a certificate of its own, name that in SSL_CERT_FILE."
    )
    return f"there is no safe connection to {provider.host}: {detail}", hint


def timed_out(provider: Provider) -> tuple[str, str]:
    """Message and hint where no answer came in time."""
    hint = f"Check the network and {provider.address}; a slow server needs a client with a longer time-out. {_AGAIN}"
    return f"{provider.host} did not answer in time", hint


def broken_off(provider: Provider, attempts: int, detail: str) -> tuple[str, str]:
    """Message and hint for a reply that broke off half way, each time it was asked for."""
    times = "once" if attempts == 1 else f"{attempts} times in a row"
    hint = f"Try again; a proxy on the way may cut off replies that are streamed. {_AGAIN}"
    return f"the reply of {provider.host} broke off {times}: {detail}", hint


def no_credentials(provider: Provider, detail: str = "") -> tuple[str, str]:
    """Message and hint where there is nothing to say who asks, or nothing that can be used."""
    return f"there are no credentials for {provider.host}{detail}", provider.credentials


def unprepared(provider: Provider, detail: str) -> tuple[str, str]:
    """Message and hint where the client itself failed before anything was sent; mostly it found no credentials."""
    return f"the {provider.client or 'client'} could not prepare a request to {provider.host}: {detail}", (
        provider.credentials
    )


def forbidden(provider: Provider) -> tuple[str, str]:
    """Message and hint where JITI_FORBID_REQUESTS is set and the host is not this machine."""
    hint = "Give the test a scripted model, a recording or a loopback server (see `jiti.testing`)."
    return f"a request to {provider.host} was refused, as JITI_FORBID_REQUESTS is set", hint
