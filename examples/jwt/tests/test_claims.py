"""What decides on `tokens.Claims`, which is written as a whole."""

from __future__ import annotations

import pytest

from jiti import jiti
from tokens import Claims, MalformedError

WHOLE = Claims(
    issuer="shop",
    subject="joe",
    audience=("bank", "shop"),
    expires=1_300_819_380,
    not_before=1_300_000_000.5,
    issued=0,
    token_id="a-1",
    others={"https://example.com/is_root": True, "roles": ["a", {"b": None}], "note": None},
)
PAYLOAD = {
    "iss": "shop",
    "sub": "joe",
    "aud": ["bank", "shop"],
    "exp": 1_300_819_380,
    "nbf": 1_300_000_000.5,
    "iat": 0,
    "jti": "a-1",
    "https://example.com/is_root": True,
    "roles": ["a", {"b": None}],
    "note": None,
}


@jiti.required_for(Claims.payload)
def test_a_payload_holds_what_is_claimed_in_order() -> None:
    assert list(WHOLE.payload().items()) == list(PAYLOAD.items())
    assert Claims().payload() == {}
    assert Claims(audience=("a",), subject="").payload() == {"sub": "", "aud": "a"}


@jiti.required_for(Claims.payload)
@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"])
def test_a_registered_name_is_none_of_the_others(name: str) -> None:
    with pytest.raises(ValueError, match=f"^registered: {name}"):
        Claims(others={"a": 1, name: None}).payload()


@jiti.required_for(Claims)
def test_claims_come_back_from_their_payload() -> None:
    assert Claims.of_payload(PAYLOAD) == WHOLE
    assert Claims.of_payload({}) == Claims()
    assert Claims.of_payload({"iss": None, "exp": None, "aud": None, "x": None}) == Claims(others={"x": None})
    assert Claims.of_payload(Claims(audience=("a",)).payload()) == Claims(audience=("a",))


@jiti.required_for(Claims.of_payload)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("iss", 1), ("sub", ["a"]), ("jti", True), ("exp", "1"), ("exp", True), ("nbf", False), ("iat", [1])),
        *(("aud", 1), ("aud", ["a", 1]), ("aud", {"a": "b"})),
    ],
)
def test_a_registered_claim_of_another_type_is_turned_down(name: str, value: object) -> None:
    with pytest.raises(MalformedError, match=f"^bad claim: {name}$"):
        Claims.of_payload({name: value})
