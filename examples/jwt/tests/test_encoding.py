"""What decides on the functions of `tokens.encoding`."""

from __future__ import annotations

import pytest

from jiti import jiti
from tokens.encoding import decoded, encoded
from tokens.errors import MalformedError

# From RFC 4648, section 10, without the padding.
KNOWN = {
    b"": "",
    b"f": "Zg",
    b"fo": "Zm8",
    b"foo": "Zm9v",
    b"foob": "Zm9vYg",
    b"fooba": "Zm9vYmE",
    b"foobar": "Zm9vYmFy",
}


@jiti.required_for(encoded)
@pytest.mark.parametrize("data", KNOWN)
def test_bytes_are_the_text_that_the_specification_says(data: bytes) -> None:
    assert encoded(data) == KNOWN[data]


@jiti.required_for(decoded)
@pytest.mark.parametrize("data", [*KNOWN, bytes(range(256))])
def test_what_was_encoded_is_decoded_again(data: bytes) -> None:
    assert decoded(encoded(data)) == data


@jiti.required_for(decoded)
@pytest.mark.parametrize("text", ["Zg=", "Zg==", "Z", "Zh", "Zm9=", "+_8", "/_8", "Z g", "Zg\n", "Zé", "ZgA=A"])
def test_another_text_for_the_same_bytes_is_turned_down(text: str) -> None:
    with pytest.raises(MalformedError, match="not base64url"):
        decoded(text)
