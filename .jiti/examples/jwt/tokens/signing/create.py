# Written by jiti for examples/jwt/tokens/signing.py::create. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: cc7d8f35abdc44ab8da179881e9149ad
# spec: signature=12de537d3deef650b888f007e6231832 docstring=06fbbe5b607ac9581e64051cf3456b1c hints=-
# code: be53d013f84b8012c4c0ab16db59c834
# body: ed197cfd67be11e4c79ba2516ce07049
# gates: examples/jwt/tests/test_signing.py::test_a_token_is_what_others_make_of_the_same_claims=47e6b9969247ec4087a6cc16d1f37212 examples/jwt/tests/test_signing.py::test_what_cannot_be_signed_or_told_is_turned_down=4d0776f1987b86ffb2d56e5f6aec2557
# uses: examples/jwt/tokens/claims.py::Claims.payload=8f1640655b2d9a223b730191a462bbf4 examples/jwt/tokens/claims.py::Claims=0dce3916c7fa0405279503da1bb789b1 examples/jwt/tokens/encoding.py::encoded=80e516165398a3d1b77d27ebd21a75c9
# effects: none
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105, 2 tests

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from tokens import signing
from tokens.encoding import encoded

if TYPE_CHECKING:
    from tokens.claims import Claims


def _part(content: dict[str, object]) -> str:
    """A part of a token: JSON without blanks."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return encoded(text.encode("utf-8"))


def create(claims: Claims, key: bytes) -> str:
    """A token that makes these claims: header, payload and signature, `encoded`, with dots between them.

    The header is `{"alg":"HS256","typ":"JWT"}`. It and the payload are JSON without blanks, in UTF-8, characters beyond
    ASCII as they are. The signature is the HMAC-SHA256 of the first two parts and the dot between them.

    Raises:
        ValueError: the key has fewer than `SHORTEST_KEY` bytes, or a number is none that JSON has (infinity).
        TypeError: one of the other claims is nothing that JSON has.
    """
    if len(key) < signing.SHORTEST_KEY:
        raise ValueError(f"a key of {len(key)} bytes is too short: {signing.SHORTEST_KEY} are the least")
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims.payload())}"
    return f"{signed}.{encoded(hmac.digest(key, signed.encode('ascii'), 'sha256'))}"
