# Written by jiti for examples/jwt/tokens/signing.py::verify. It is yours: read it, edit it, commit it.
# jiti: 1
# stub: a9642c665f38146558fd9de6b4bae305
# spec: signature=c2dcc12fceb2cb4af65aa2ef7a16ba76 docstring=1c0792eea61124956161833c9f874a3c hints=bb58212040f0354504f033784776ba3c
# code: 3aca514431a8246f8fe69bd58de2909c
# body: 6d7eab917f93e00d58ea9b9aae474fd9
# gates: examples/jwt/tests/test_signing.py::test_a_clock_may_be_wrong_by_so_much_either_way=71ac6cfc0dacd2b9827588444c343863 examples/jwt/tests/test_signing.py::test_a_token_is_turned_down_for_the_first_thing_that_is_wrong=b9aab9a2284a4e06512b778a09b3b15f examples/jwt/tests/test_signing.py::test_no_part_of_a_token_can_be_changed=fee50bd87ae6d7fb53c245809cbc7110 examples/jwt/tests/test_signing.py::test_the_token_of_the_specification_is_valid_until_it_expires=587834e46809b555cca4c1d6b21a7d41 examples/jwt/tests/test_signing.py::test_what_is_no_token_is_turned_down=b58ad68ce0b4431d619e65fd33ea52bf examples/jwt/tests/test_signing.py::test_what_was_created_is_verified=1c297f94ebe96c4697220769f9c67660
# uses: examples/jwt/tokens/claims.py::Claims.of_payload=bb7c47165436db765fefb687a500f40d examples/jwt/tokens/claims.py::Claims=0dce3916c7fa0405279503da1bb789b1 examples/jwt/tokens/encoding.py::decoded=e02bf9cb73500d142361a975da7b5b46 examples/jwt/tokens/errors.py::AlgorithmError=e4c13243c436246a46cc1d4f7be7842c examples/jwt/tokens/errors.py::AudienceError=d58272159d6e78a09d9dfa6ebdac1bc2 examples/jwt/tokens/errors.py::ExpiredError=832256980da75b234ccea04d22d831e9 examples/jwt/tokens/errors.py::MalformedError=44024a865c16c7dc07e508011371de71 examples/jwt/tokens/errors.py::NotYetValidError=2d8889fc0c9322034547f4ba15c672b7 examples/jwt/tokens/errors.py::SignatureError=8ad5540a8e5f86d80e2066c5e2475bc5
# effects: none
# approved: -
# made: replay of a hand-written session · 2 turns · ruff 0.17.6, ty 0.0.105, 4 tests

from __future__ import annotations

import hmac
import json
from typing import NoReturn

from tokens.claims import Claims
from tokens.encoding import decoded
from tokens.errors import AlgorithmError, AudienceError, ExpiredError, MalformedError, NotYetValidError, SignatureError

_PARTS = 3


def _content(part: str) -> dict[str, object]:
    """The JSON object that a part of a token holds."""
    try:
        found = json.loads(decoded(part).decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise MalformedError("a part of it holds no JSON object")
    return found


def _refuse(constant: str) -> NoReturn:
    """Turn down what Python reads as a number, and JSON does not know."""
    raise ValueError(constant)


def verify(token: str, key: bytes, *, now: float, audience: str | None = None, leeway: float = 0) -> Claims:
    """The claims of a token that was signed with this key and is valid now.

    Checked in this order, and the first that fails is told:

    1. it has three parts, `encoded`; header and payload are JSON objects in UTF-8 (NaN and infinity are no
       JSON), and the claims are of their types;
    2. its header says `HS256`, and nothing of extensions that have to be understood (`crit`);
    3. its signature is that of `create`, compared in a time that tells nothing of where they differ;
    4. `now` is before it expires;
    5. `now` is not before it becomes valid;
    6. it is meant for this audience: its own names it, or is empty.

    Args:
        token: the token.
        key: the key that it should be signed with.
        now: the time, in seconds since 1970.
        audience: who asks; None: whoever it is meant for.
        leeway: how many seconds the clock of whoever made it may be wrong, either way.

    Raises:
        MalformedError: 1 fails.
        AlgorithmError: 2 fails.
        SignatureError: 3 fails.
        ExpiredError: 4 fails.
        NotYetValidError: 5 fails.
        AudienceError: 6 fails.
    """
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise MalformedError("a token has three parts")
    header, payload = _content(parts[0]), _content(parts[1])
    signature, claims = decoded(parts[2]), Claims.of_payload(payload)
    if header.get("alg") != "HS256" or "crit" in header:
        raise AlgorithmError("it is not signed with HS256 alone")
    signed, _, _ = token.rpartition(".")
    if not hmac.compare_digest(signature, hmac.digest(key, signed.encode("ascii"), "sha256")):
        raise SignatureError("it was not signed with this key, or changed since")
    if claims.expires is not None and now >= claims.expires + leeway:
        raise ExpiredError("it has expired")
    if claims.not_before is not None and now < claims.not_before - leeway:
        raise NotYetValidError("it is not valid yet")
    if audience is not None and claims.audience and audience not in claims.audience:
        raise AudienceError("it is meant for others")
    return claims
