# Scratch tests that jiti's agent wrote for examples/jwt/tokens/encoding.py::decoded.
# body: 40cbc41b9e39a6b6858d5aad36aec6ab

import pytest

from tokens.encoding import decoded
from tokens.errors import MalformedError


def test_no_text_is_no_bytes() -> None:
    assert decoded("") == b""


@pytest.mark.parametrize("text", ["A", "YR", "YQ=", "Y Q"])
def test_a_text_that_no_bytes_have_is_turned_down(text: str) -> None:
    with pytest.raises(MalformedError, match="not base64url"):
        decoded(text)
