"""Tokens: created from claims, and verified."""

from __future__ import annotations

from jiti import jiti
from tokens.claims import Claims
from tokens.encoding import decoded, encoded
from tokens.errors import (
    AlgorithmError,
    AudienceError,
    ExpiredError,
    MalformedError,
    NotYetValidError,
    SignatureError,
)

SHORTEST_KEY = 32
"""Bytes of a key, at the least: as many as its hash has (RFC 7518, section 3.2)."""


@jiti(uses=[encoded])
def create(claims: Claims, key: bytes) -> str:
    """A token that makes these claims: header, payload and signature, `encoded`, with dots between them.

    The header is `{"alg":"HS256","typ":"JWT"}`. It and the payload are JSON without blanks, in UTF-8, characters beyond
    ASCII as they are. The signature is the HMAC-SHA256 of the first two parts and the dot between them.

    Raises:
        ValueError: the key has fewer than `SHORTEST_KEY` bytes, or a number is none that JSON has (infinity).
        TypeError: one of the other claims is nothing that JSON has.
    """
    raise NotImplementedError


@jiti(
    uses=[
        decoded,
        Claims,
        MalformedError,
        AlgorithmError,
        SignatureError,
        ExpiredError,
        NotYetValidError,
        AudienceError,
    ]
)
def verify(token: str, key: bytes, *, now: float, audience: str | None = None, leeway: float = 0) -> Claims:
    """The claims of a token that was signed with this key and is valid now.

    Checked in this order, and the first that fails is told:

    1. it has three parts, `encoded`; header and payload are JSON objects in UTF-8 (NaN and infinity are no
       JSON), and the claims are of their types;
    2. its header says `HS256`, and nothing of extensions that have to be understood (`crit`);
    3. its signature is that of `create`, compared in a time that tells nothing of where they differ;
    4. `now` is before it expires;
    5. `now` is not before it becomes valid;
    6. it is meant for this audience: its own names it, or is empty.

    Args:
        token: the token.
        key: the key that it should be signed with.
        now: the time, in seconds since 1970.
        audience: who asks; None: whoever it is meant for.
        leeway: how many seconds the clock of whoever made it may be wrong, either way.

    Raises:
        MalformedError: 1 fails.
        AlgorithmError: 2 fails.
        SignatureError: 3 fails.
        ExpiredError: 4 fails.
        NotYetValidError: 5 fails.
        AudienceError: 6 fails.
    """
    # no claim, and no part of a token, belongs into a message: it may end in a log
    raise NotImplementedError
