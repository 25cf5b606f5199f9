"""Why a token is turned down."""

from __future__ import annotations


class TokenError(ValueError):
    """A token is not to be trusted, whatever the reason."""


class MalformedError(TokenError):
    """It is no token: parts, encoding or JSON are wrong, or a claim is of the wrong type."""


class AlgorithmError(TokenError):
    """It is signed in another way, or says that it must be understood in a way that this package does not know."""


class SignatureError(TokenError):
    """It was not signed with this key, or changed since."""


class ExpiredError(TokenError):
    """It was valid once."""


class NotYetValidError(TokenError):
    """It will be valid later."""


class AudienceError(TokenError):
    """It is meant for others."""
