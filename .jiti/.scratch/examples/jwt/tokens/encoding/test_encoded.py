# Scratch tests that jiti's agent wrote for examples/jwt/tokens/encoding.py::encoded.
# body: 1b10c40e87b3265dcfe1ed1fabefd7ec

import pytest

from tokens.encoding import encoded


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"a", "YQ"), (b"ab", "YWI"), (b"abc", "YWJj")])
def test_padding_is_left_out(data: bytes, text: str) -> None:
    assert encoded(data) == text
