"""What a token claims of whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti import jiti
from tokens.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping


@jiti(uses=[MalformedError])
@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of a token: the registered ones of RFC 7519, section 4.1, and others.

    Attributes:
        issuer: who made the token (`iss`).
        subject: whom it is about (`sub`).
        audience: whom it is meant for (`aud`); empty: anybody.
        expires: from when on it is not valid any more (`exp`), in seconds since 1970.
        not_before: from when on it is valid (`nbf`), in seconds since 1970.
        issued: when it was made (`iat`), in seconds since 1970.
        token_id: its name, which no other token has (`jti`).
        others: further claims by their names, as JSON has them.
    """

    issuer: str | None = None
    subject: str | None = None
    audience: tuple[str, ...] = ()
    expires: float | None = None
    not_before: float | None = None
    issued: float | None = None
    token_id: str | None = None
    others: Mapping[str, object] = field(default_factory=dict)

    def payload(self) -> dict[str, object]:
        """The claims as a token holds them: those that are there, by their registered names, then the others.

        The registered ones come in the order of the attributes above. An audience of one is told as a string, a larger
        one as a list.

        Raises:
            ValueError: one of the others has a registered name; the message begins with `registered: ` and names it.

        Examples:
            >>> Claims(issuer="joe", audience=("shop",), expires=60, others={"admin": True}).payload()
            {'iss': 'joe', 'aud': 'shop', 'exp': 60, 'admin': True}
        """
        raise NotImplementedError

    @classmethod
    def of_payload(cls, payload: Mapping[str, object]) -> Claims:
        """The claims of a payload, as `payload` gives it.

        Names are strings, times are numbers (true and false are none), and an audience is a string or a list of
        strings. A claim that is null is not there; one of the others is kept as it is, null as well.

        Raises:
            MalformedError: a registered claim is of another type; the message is `bad claim: ` and its registered name.

        Examples:
            >>> claims = Claims.of_payload({"iss": "joe", "aud": ["shop", "bank"], "admin": True})
            >>> claims.issuer, claims.audience, claims.others
            ('joe', ('shop', 'bank'), {'admin': True})
            >>> Claims.of_payload({"exp": "tomorrow"})
            Traceback (most recent call last):
                ...
            tokens.errors.MalformedError: bad claim: exp
        """
        raise NotImplementedError
