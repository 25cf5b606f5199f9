# Scratch tests that jiti's agent wrote for examples/semver/semver/version.py::parse.
# body: 26843c400a85193003636b7b0578b06e

import pytest

from semver.version import Version, parse


def test_all_parts_are_read() -> None:
    assert parse("10.20.30-a-b.0x.0+--.001") == Version(10, 20, 30, ("a-b", "0x", "0"), ("--", "001"))


@pytest.mark.parametrize("text", ["0.0.0", "1.0.0--", "1.0.0-0A.is.legal", "1.0.0+0.build.1-rc.10000aaa-kk-0.1"])
def test_a_version_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-",
        "1.2.3+",
        "1.2.3-01",
        "1.2.3-a..b",
        "v1.2.3",
        "1.2.3\n",
        "1.2.\u0663",
    ],
)
def test_what_is_no_version_is_turned_down(text: str) -> None:
    with pytest.raises(ValueError, match="not a semantic version: "):
        parse(text)
