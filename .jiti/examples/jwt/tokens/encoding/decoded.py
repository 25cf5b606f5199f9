# Written by jiti for examples/jwt/tokens/encoding.py::decoded. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 8cfa08e4e583d9a3e3031236f34312e2
# spec: signature=9711547b902d5f08f3e5cdbaad6153f3 docstring=c0b7c022acea3fdfeaf75b7758b9cbd8 hints=-
# code: 3d24198ee6cc093357c1e2d02cbf1f0a
# body: edbb8c899d626b1bde4f29d31d1e53e2
# gates: examples/jwt/tests/test_encoding.py::test_another_text_for_the_same_bytes_is_turned_down=c6cb23940dbe6af6b04ad689ecba7b11 examples/jwt/tests/test_encoding.py::test_what_was_encoded_is_decoded_again=229f71d81b5f49fdd053afdc1b9343a3
# uses: examples/jwt/tokens/encoding.py::encoded=80e516165398a3d1b77d27ebd21a75c9 examples/jwt/tokens/errors.py::MalformedError=44024a865c16c7dc07e508011371de71
# effects: none
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105, 5 tests

from __future__ import annotations

import base64

from tokens.encoding import encoded
from tokens.errors import MalformedError


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
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if encoded(data) != text:
        raise MalformedError("not base64url without padding")
    return data
