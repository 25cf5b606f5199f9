# Scratch tests that jiti's agent wrote for examples/jwt/tokens/claims.py::Claims.
# body: fefe55e44e553cd52002147373a5e0ee

import pytest

from tokens.claims import Claims
from tokens.errors import MalformedError


def test_what_is_not_claimed_is_left_out() -> None:
    assert Claims(subject="joe", issued=0).payload() == {"sub": "joe", "iat": 0}


def test_null_is_no_claim() -> None:
    assert Claims.of_payload({"iss": None, "aud": None, "exp": None}) == Claims()


def test_an_audience_of_one_is_told_as_a_string_and_read_as_one() -> None:
    assert Claims(audience=("a",)).payload() == {"aud": "a"}
    assert Claims.of_payload({"aud": "a"}).audience == ("a",)


def test_true_is_no_number() -> None:
    with pytest.raises(MalformedError, match=r"^bad claim: iat$"):
        Claims.of_payload({"iat": True})


def test_a_payload_stays_as_it_is() -> None:
    payload: dict[str, object] = {"iss": "a", "x": 1}
    assert Claims.of_payload(payload).others == {"x": 1}
    assert payload == {"iss": "a", "x": 1}
