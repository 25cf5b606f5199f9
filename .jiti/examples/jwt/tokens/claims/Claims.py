# Written by jiti for examples/jwt/tokens/claims.py::Claims. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 881838d66723d3a70b00a814d674e196
# spec: signature=5575d10f12c5c625d2a2a8b378d0b0f4 docstring=b74505c549c433221eca7c381c64771e hints=-
# code: f2d4fc4a50f224ad8974fcb37cc1b348
# body: a863a2cb779dc8ada24c53d9b625f94e
# gates: examples/jwt/tests/test_claims.py::test_a_payload_holds_what_is_claimed_in_order=355e593309260a19817f870ec798e97a examples/jwt/tests/test_claims.py::test_a_registered_claim_of_another_type_is_turned_down=32ccc5e16b1e8fdb1b291a0e86ec3f22 examples/jwt/tests/test_claims.py::test_a_registered_name_is_none_of_the_others=a2d776ff54d8179d15de58cff8db39c3 examples/jwt/tests/test_claims.py::test_claims_come_back_from_their_payload=756b9342e3d56e1878e6d70a6c5c42e9
# uses: examples/jwt/tokens/errors.py::MalformedError=44024a865c16c7dc07e508011371de71
# effects: none
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105, 5 tests

from __future__ import annotations

from typing import TYPE_CHECKING

from tokens.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tokens.claims import Claims


def _text(left: dict[str, object], name: str) -> str | None:
    """Take away a claim that is a string; None where it is not there."""
    value = left.pop(name, None)
    if value is None or isinstance(value, str):
        return value
    raise MalformedError(f"bad claim: {name}")


def _moment(left: dict[str, object], name: str) -> float | None:
    """Take away a claim that is a number; None where it is not there."""
    value = left.pop(name, None)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise MalformedError(f"bad claim: {name}")


def _audience(left: dict[str, object]) -> tuple[str, ...]:
    """Take away whom a token is meant for: nobody in particular, one, or several."""
    value = left.pop("aud", None)
    names = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        raise MalformedError("bad claim: aud")
    texts = tuple(name for name in names if isinstance(name, str))
    if len(texts) < len(names):
        raise MalformedError("bad claim: aud")
    return texts


class _Claims(Claims if TYPE_CHECKING else object):
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
        registered: dict[str, object] = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.audience[0] if len(self.audience) == 1 else [*self.audience] or None,
            "exp": self.expires,
            "nbf": self.not_before,
            "iat": self.issued,
            "jti": self.token_id,
        }
        if taken := [name for name in self.others if name in registered]:
            raise ValueError(f"registered: {', '.join(taken)}")
        return {name: value for name, value in registered.items() if value is not None} | dict(self.others)

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
        left = dict(payload)
        return cls(
            issuer=_text(left, "iss"),
            subject=_text(left, "sub"),
            audience=_audience(left),
            expires=_moment(left, "exp"),
            not_before=_moment(left, "nbf"),
            issued=_moment(left, "iat"),
            token_id=_text(left, "jti"),
            others=left,
        )


if not TYPE_CHECKING:
    Claims = _Claims
