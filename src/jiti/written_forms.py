"""How programs write a text: as it is, quoted, escaped, and in the encodings that addresses and headers use."""

from __future__ import annotations

import base64
import html
import json
from functools import lru_cache
from urllib.parse import quote, quote_plus


@lru_cache(256)
def forms_of(text: str) -> tuple[str, ...]:
    """The forms of a text, without quotes around it, the longest first.

    These are what `repr`, JSON (twice over, too), HTML, addresses, base64 (wherever in a longer text it begins) and
    hexadecimal digits make of it.
    """
    data = text.encode("utf-8", "surrogatepass")
    as_json = json.dumps(text)
    forms = {
        text,
        *(repr(text)[1:-1], ascii(text)[1:-1], repr(data)[2:-1]),
        *(as_json[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(as_json)[3:-3]),
        *(quote(data), quote(data, safe=""), quote_plus(data), html.escape(text)),
        *(data.hex(), data.hex().upper()),
    }
    for before in range(3):
        forms |= {_within_base64(data, before, altchars) for altchars in (b"+/", b"-_")}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _within_base64(data: bytes, before: int, altchars: bytes) -> str:
    """The characters that stand for these bytes alone, where so many others (modulo 3) come before them."""
    encoded = base64.b64encode(b"\0" * before + data, altchars).decode()
    first = -(-before * 8 // 6)
    return encoded[first : (before + len(data)) * 8 // 6]
