# Written by jiti for examples/jwt/tokens/encoding.py::encoded. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: 1f0e81cf096c567a7131dfcae55192b9
# spec: signature=bcfa18d529b49594d2cc8a175ab42d33 docstring=ab733be9b90b3a7b47e687d3c8557e45 hints=-
# code: 1239f37e04c8acda2f496c5fd328b20a
# body: 98e82dd44b2ca7e6279936d82aafedf6
# gates: examples/jwt/tests/test_encoding.py::test_bytes_are_the_text_that_the_specification_says=63b8e081e3ae6929ec5a9955d621d6e8
# uses: -
# effects: none
# approved: -
# made: replay of a hand-written session · 1 turn · ruff 0.17.6, ty 0.0.105, 4 tests

from __future__ import annotations

import base64


def encoded(data: bytes) -> str:
    """Bytes in the URL-safe alphabet of base64 (RFC 4648, section 5), without padding.

    >>> encoded(bytes([251, 255]))
    '-_8'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
