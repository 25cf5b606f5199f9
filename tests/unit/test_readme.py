"""A README, and the parts of it that somebody needs who has a few words to look for."""

from __future__ import annotations

import pytest

from jiti import readme

MARKDOWN = """\
[![build](https://ci/badge.svg)](https://ci)
<p align="center">
  <img src="logo.png">
</p>

# Fetch

**Fetch** gets [web pages](https://pages.example/(all)) over HTTP.

## Timeouts

Every request waits for at most ten seconds. Say otherwise:

```python
fetch.get(url, timeout=3)

fetch.get(url, timeout=None)
```

![a picture](picture.png)

Cookies
-------

A `Session` keeps cookies from one request to the next.

The output looks like this:

## Changelog

### What's new in timeouts

The timeout of a request may be None, and cookies of a Session are kept.

## License

MIT: request what you like, timeouts included.
"""

RST = """\
=====
Fetch
=====

|build| |coverage|

.. image:: logo.png
   :alt: logo

Gets web pages.

Timeouts
--------

Every request waits for ten seconds::

    fetch.get(url, timeout=3)

    fetch.get(url)

1.2 (2024)
----------

Timeouts of requests.
"""


def texts(text: str) -> list[tuple[str, str]]:
    return [(part.heading, part.text) for part in readme.parts_of(text)]


def test_a_readme_is_taken_apart_without_pictures_badges_and_what_is_about_the_project() -> None:
    example = "```python\nfetch.get(url, timeout=3)\n\nfetch.get(url, timeout=None)\n```"
    assert texts(MARKDOWN) == [
        ("Fetch", "**Fetch** gets web pages over HTTP."),
        ("Timeouts", f"Every request waits for at most ten seconds. Say otherwise:\n\n{example}"),
        ("Cookies", "A `Session` keeps cookies from one request to the next."),
    ]


def test_restructured_text_is_taken_apart_too() -> None:
    assert texts(RST) == [
        ("Fetch", "Gets web pages."),
        ("Timeouts", "Every request waits for ten seconds::\n\n    fetch.get(url, timeout=3)\n\n    fetch.get(url)"),
    ]


@pytest.mark.parametrize(
    ("spec", "names", "headings"),
    [
        ("Wait for each request, with a timeout in seconds.", [], ["Timeouts"]),
        ("Requests with timeouts", ["Session"], ["Timeouts", "Cookies"]),
        ("Keeping cookies of the last requests", [], ["Cookies"]),
        ("Says nothing of it but: cookies", [], []),
        ("The value of each name, which you return as a list of strings.", [], []),
    ],
)
def test_what_matches_is_what_holds_a_name_or_two_words(spec: str, names: list[str], headings: list[str]) -> None:
    found = readme.matching(MARKDOWN, readme.words_of(spec), names, characters=2_000)
    assert [line[2:] for line in found.split("\n") if line.startswith("# ")] == headings


def test_of_too_much_the_best_is_told_in_the_order_of_the_readme() -> None:
    sections = [f"# Part {number}\n\nCookies and sessions{' and timeouts' * (number == 3)}." for number in range(6)]
    text = "\n\n".join(sections)
    words = readme.words_of("cookies of sessions, and timeouts")
    assert readme.matching(text, words, characters=100) == (
        "# Part 0\n\nCookies and sessions.\n\n# Part 3\n\nCookies and sessions and timeouts."
    )


def test_a_long_part_is_cut_and_its_fence_closed() -> None:
    text = "Cookies of sessions:\n\n```python\n" + "cookies(1)\n" * 500 + "```\n"
    found = readme.matching(text, readme.words_of("cookies of sessions"), characters=2_000)
    assert len(found) < readme.LONGEST_PART + 20
    assert found.endswith("cookies(1)\n…\n```")


def test_a_fence_that_nobody_closes_is_told_to_its_end() -> None:
    assert readme.beginning("Cookies.\n\n~~~\na\n\nb", characters=100) == "Cookies.\n\n~~~\na\n\nb"


@pytest.mark.parametrize("text", ["[" * 100_000, f"# a{' ' * 100_000}b", f"# {'a #' * 30_000}"])
def test_a_line_without_end_keeps_nobody_waiting(text: str) -> None:
    # Read step by step from each of its characters, one would take minutes.
    assert len(readme.beginning(f"{text}\n\nCookies.", characters=2_000)) <= 2_000


@pytest.mark.parametrize("text", ["", "\n\n", "#", "===\n", "![x](y)", "a:\n"])
def test_a_readme_that_says_nothing_has_no_parts(text: str) -> None:
    assert readme.beginning(text, characters=100) == ""


def test_words_are_found_whatever_their_form() -> None:
    assert readme.words_of("Parsing parsed_headers; raises the Cookie's values!") == {
        *("pars", "parsed_header", "header", "cooki"),
    }
