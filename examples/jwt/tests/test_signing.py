"""What decides on the functions of `tokens.signing`."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from jiti import jiti
from tokens import (
    AlgorithmError,
    AudienceError,
    Claims,
    ExpiredError,
    MalformedError,
    NotYetValidError,
    SignatureError,
    create,
    verify,
)

KEY = bytes(range(32))
CLAIMS = Claims(issuer="joe", audience=("shop", "bank"), not_before=100, expires=200, others={"name": "Zoë"})

# The example of RFC 7515, appendix A.1: its JSON has blanks and line ends, which no token of ours has.
RFC_KEY = urlsafe_b64decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==")
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
EXPIRES = 1_300_819_380


def part(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def token_of(header: object, payload: object) -> str:
    """A token, right or wrong, with a right signature."""
    texts = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, payload)]
    signed = ".".join(map(part, texts))
    return f"{signed}.{part(hmac.digest(KEY, signed.encode(), hashlib.sha256))}"


HEADER = {"alg": "HS256"}


@jiti.required_for(create)
def test_a_token_is_what_others_make_of_the_same_claims() -> None:
    payload = '{"iss":"joe","aud":["shop","bank"],"exp":200,"nbf":100,"name":"Zoë"}'
    assert create(CLAIMS, KEY) == token_of(b'{"alg":"HS256","typ":"JWT"}', payload.encode())


@jiti.required_for(create)
def test_what_cannot_be_signed_or_told_is_turned_down() -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        create(Claims(), KEY[:-1])
    assert KEY[:-1].hex() not in str(caught.value)
    with pytest.raises(ValueError, match=r"."):
        create(Claims(expires=math.inf), KEY)
    with pytest.raises(TypeError):
        create(Claims(others={"key": KEY}), KEY)


@jiti.required_for(verify)
def test_the_token_of_the_specification_is_valid_until_it_expires() -> None:
    claims = verify(RFC_TOKEN, RFC_KEY, now=EXPIRES - 1)
    assert claims == Claims(issuer="joe", expires=EXPIRES, others={"http://example.com/is_root": True})
    with pytest.raises(ExpiredError):
        verify(RFC_TOKEN, RFC_KEY, now=EXPIRES)


@jiti.required_for(verify)
@pytest.mark.parametrize("now", [100, 199.9])
@pytest.mark.parametrize("audience", [None, "shop", "bank"])
def test_what_was_created_is_verified(now: float, audience: str | None) -> None:
    assert verify(create(CLAIMS, KEY), KEY, now=now, audience=audience) == CLAIMS
    assert verify(create(Claims(), KEY), KEY, now=now, audience=audience) == Claims()


@jiti.required_for(verify)
def test_a_clock_may_be_wrong_by_so_much_either_way() -> None:
    token = token_of(HEADER, {"nbf": 100, "exp": 200})
    assert verify(token, KEY, now=95, leeway=5) == verify(token, KEY, now=204, leeway=5)
    with pytest.raises(ExpiredError):
        verify(token, KEY, now=205, leeway=5)
    with pytest.raises(NotYetValidError):
        verify(token, KEY, now=94, leeway=5)


@jiti.required_for(verify)
@pytest.mark.parametrize(
    ("header", "payload", "error"),
    [
        ({"alg": "none"}, {}, AlgorithmError),
        ({"alg": "HS512"}, {}, AlgorithmError),
        ({}, {}, AlgorithmError),
        ({"alg": ["HS256"]}, {}, AlgorithmError),
        (HEADER | {"crit": ["exp"], "exp": 1}, {}, AlgorithmError),
        (["HS256"], {}, MalformedError),
        (b"\xff", {}, MalformedError),
        (HEADER, [], MalformedError),
        (HEADER, b"{", MalformedError),
        (HEADER, b'{"exp":NaN}', MalformedError),
        (HEADER, {"exp": "1"}, MalformedError),
        (HEADER, {"exp": 150}, ExpiredError),
        (HEADER, {"nbf": 151}, NotYetValidError),
        (HEADER, {"aud": "bank"}, AudienceError),
        (HEADER, {"aud": ["banks", "shops"]}, AudienceError),
    ],
)
def test_a_token_is_turned_down_for_the_first_thing_that_is_wrong(
    header: object, payload: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        verify(token_of(header, payload), KEY, now=150, audience="shop")


@jiti.required_for(verify)
@pytest.mark.parametrize("text", ["", "a.b", "e30.e30", "e30.e30.e30.e30", "e30.e30.=", "e30 .e30.", "..", "é.é.é"])
def test_what_is_no_token_is_turned_down(text: str) -> None:
    with pytest.raises(MalformedError):
        verify(text, KEY, now=0)


@jiti.required_for(verify)
def test_no_part_of_a_token_can_be_changed() -> None:
    token = create(CLAIMS, KEY)
    header, payload, signature = token.split(".")
    forged = create(Claims(subject="root"), KEY).split(".")[1]
    for changed in (f"{header}.{forged}.{signature}", f"{header}.{payload}.", f"{header}.{payload}.{signature[4:]}"):
        with pytest.raises(SignatureError):
            verify(changed, KEY, now=150)
    with pytest.raises(SignatureError):
        verify(token, bytes(32), now=150)
