"""Source files as Python reads them."""

from __future__ import annotations

import pytest

from jiti.source import decode


@pytest.mark.parametrize("encoding", ["none", "rot13", "hex", "zip", "undefined"])
def test_an_encoding_that_is_not_known_or_not_of_text_is_an_error_as_python_has_it(encoding: str) -> None:
    data = f"# coding: {encoding}\nx = 'a..b'\n".encode()
    with pytest.raises((SyntaxError, UnicodeDecodeError)):
        decode(data)
