"""What went wrong with a request to a provider, and what its user can do about it."""

from __future__ import annotations

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
}
"""The status that belongs to an error that came inside of a reply, where the response's own is 200."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Whom the request went to: the `model`, the `host`, and its base `url`."""

    model: str
    host: str
    url: str


def turned_down(provider: Provider, status: int, detail: str, retry_after: str | None) -> tuple[str, str]:
    """Message and hint for an answer that is an error; `detail` is the provider's own message.

    Args:
        provider: who answered.
        status: the HTTP status.
        detail: the provider's own words, its request's id included.
        retry_after: seconds, as its header of that name has them, if there was one.
    """
    host, model = provider.host, provider.model
    match status:
        case 401:
            message = f"{host} does not accept the credentials"
            hint = f"Set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN) to one that is valid: {_KEYS}"
        case 402:
            message, hint = f"{host} asks for payment", "Mend the account's billing, or use another account's key."
        case 403:
            message = f"{host} does not let these credentials use {model}"
            hint = f"Set JITI_MODEL to a model that they may use, or use another key: {_KEYS}"
        case 404:
            message = f"{host} has no model {model!r}"
            hint = (
                "Set JITI_MODEL, or `model` in [tool.jiti], to one that it has; "
                f"ANTHROPIC_BASE_URL (now {provider.url}) must not end in /v1."
            )
        case 413:
            message = f"the request is larger than {host} takes"
            hint = 'Send less of the arguments: values = "types" in [tool.jiti]; or split the stub\'s module.'
        case 429:
            message = f"{host} limits how much is asked of it, and that is used up"
            hint = (
                f"Try again in {retry_after} s." if retry_after not in {None, "0"} else "Wait a minute, then try again."
            )
        case 529:
            message = f"{host} is overloaded"
            hint = f"Try again later, or set JITI_MODEL to a model other than {model}. {_AGAIN}"
        case _ if status in {408, 504} or status >= 500:  # noqa: PLR2004 - an HTTP status
            message, hint = f"{host} failed", f"Try again later. {_AGAIN}"
        case _:
            message = f"{host} turned the request down"
            hint = (
                f"A server that knows less of the Messages API may need another JITI_MODEL than {model}, or no effort."
            )
    return f"{message} ({status}: {detail})", hint


def unreachable(provider: Provider, detail: str) -> tuple[str, str]:
    """Message and hint where no connection came about."""
    hint = f"Check the network and ANTHROPIC_BASE_URL (now {provider.url}). {_AGAIN}"
    return f"cannot reach {provider.host}: {detail}", hint


def timed_out(provider: Provider) -> tuple[str, str]:
    """Message and hint where no answer came in time."""
    return f"{provider.host} did not answer in time", f"Check the network, then try again. {_AGAIN}"


def broken_off(provider: Provider, attempts: int, detail: str) -> tuple[str, str]:
    """Message and hint for a reply that broke off half way, each time it was asked for."""
    times = "once" if attempts == 1 else f"{attempts} times in a row"
    hint = f"Try again; a proxy on the way may cut off replies that are streamed. {_AGAIN}"
    return f"the reply of {provider.host} broke off {times}: {detail}", hint


def no_credentials(provider: Provider, detail: str = "") -> tuple[str, str]:
    """Message and hint where there is nothing to say who asks, or nothing that can be used."""
    hint = (
        f"Set ANTHROPIC_API_KEY to a key from {_KEYS} (or ANTHROPIC_AUTH_TOKEN to a token); "
        "a server of your own, at ANTHROPIC_BASE_URL, takes any."
    )
    return f"there are no credentials for {provider.host}{detail}", hint


def forbidden(provider: Provider) -> tuple[str, str]:
    """Message and hint where JITI_FORBID_REQUESTS is set and the host is not this machine."""
    hint = "Give the test a scripted model, a recording or a loopback server (see `jiti.testing`)."
    return f"a request to {provider.host} was refused, as JITI_FORBID_REQUESTS is set", hint
