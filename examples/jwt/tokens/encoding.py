"""Bytes as the text of which tokens are made."""

from __future__ import annotations

from jiti import jiti
from tokens.errors import MalformedError


@jiti
def encoded(data: bytes) -> str:
    """Bytes in the URL-safe alphabet of base64 (RFC 4648, section 5), without padding.

    >>> encoded(bytes([251, 255]))
    '-_8'
    """
    raise NotImplementedError


@jiti(uses=[MalformedError, encoded])
def decoded(text: str) -> bytes:
    """The bytes that `encoded` makes this text of.

    Raises:
        MalformedError: there are none. Characters of other alphabets, padding, and bits that are left over count: each
            text but one is turned down that a more lenient reader would take for the same bytes.

    Examples:
        >>> list(decoded("-_8"))
        [251, 255]
        >>> decoded("-_8=")
        Traceback (most recent call last):
            ...
        tokens.errors.MalformedError: not base64url without padding
    """
    raise NotImplementedError
