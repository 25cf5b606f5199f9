"""A README taken apart: the parts of it that matter to somebody who has a few words to look for."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST_WORD = 3
LONGEST_PART = 1_200
"""Characters of a paragraph with its example."""
_SURE = 3.0
"""How much more a name counts for than a word."""
_MOST_CHARACTERS = 200_000
"""Of a README that are read: some end in all their releases."""

_WORD = re.compile(r"[^\W\d_][\w]*")
_COMMON = (
    "about above after all also and any are because been before being below both but can could does each else even "
    "every for from get give given has have here how into its just like make may more most must not now off one only "
    "other our out over own per same see should some such than that the their them then there these they this those "
    "through too under until use used using very via was were what when where whether which while who will with within "
    "without would you your none true false return raise self def class import arg example str int bool float list "
    "dict tuple set byte value name type function notimplementederror jiti"
)
"""Words that stand in any docstring and in any README, and tell nothing of what either is about."""
_ASIDE = re.compile(
    r"^v?\d+\.\d|\b(change ?log|changes|release notes|history|what's (new|changed)|contribut|licen[sc]e|sponsor|credits"
    r"|acknowledg|authors?|backers|install|support us|donat|security|code of conduct|community|badges|cloning)",
    re.IGNORECASE,
)
"""Headings of sections that are about the project, and not about what it does; and of releases."""
_FENCE = re.compile(r"\s*(```+|~~~+)")
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)$")
_UNDERLINE = re.compile(r"([=\-~^\"'*+.])\1{2,}\s*$")
_NOISE = re.compile(
    r"\s*(#+$|\[?!\[.*|\.\. (image|figure|\||_|raw|contents|toctree|badge|note::$).*"
    r"|:(target|alt|width|height|align):.*|(\|[\w -]+\|_?\s*)+|\[[^\]]+\]:\s.*|(</?[a-zA-Z][^>]*>\s*)+|<!--.*|-->)$"
)
_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\((?:[^()\s]|\([^()]*\))+\)")


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, with the example that follows it; and the heading that it stands under."""

    heading: str
    text: str


def words_of(text: str) -> frozenset[str]:
    """The words that say what a text is about: long enough, not too common, in one form."""
    found = set()
    for match in _WORD.finditer(text):
        for word in (match[0], *match[0].split("_")):
            plain = _plain(word)
            if len(plain) >= SHORTEST_WORD and plain not in _common():
                found.add(plain)
    return frozenset(found)


def matching(text: str, words: Iterable[str], names: Iterable[str] = (), *, characters: int) -> str:
    """The parts of a README that hold some of the words, in their order, under their headings; empty if none does.

    A part counts that holds one of the names, or two of the words; rare words count for more.

    Args:
        text: the README, as Markdown or reStructuredText.
        words: as `words_of` gives them.
        names: what is surely meant if it turns up: functions and classes.
        characters: how long the answer may be.
    """
    parts = parts_of(text)
    sure = {_plain(name) for name in names}
    wanted = dict.fromkeys(words, 1.0) | dict.fromkeys(sure, _SURE)
    known = [words_of(f"{part.heading} {part.text}") for part in parts]
    spread = Counter(word for each in known for word in each & wanted.keys())
    ranked: list[tuple[float, int]] = []
    for number, each in enumerate(known):
        held = each & wanted.keys()
        if len(held) > 1 or held & sure:
            weight = sum(wanted[word] * math.log(1 + len(parts) / spread[word]) for word in held)
            ranked.append((-weight, number))
    return _told(parts, [number for _, number in sorted(ranked)], characters)


def beginning(text: str, *, characters: int) -> str:
    """The first parts of a README."""
    parts = parts_of(text)
    return _told(parts, range(len(parts)), characters)


def parts_of(text: str) -> list[Part]:
    """Its parts, without pictures, badges and sections that are not about what the thing does."""
    lines = text[:_MOST_CHARACTERS].replace("\r\n", "\n").expandtabs(4).split("\n")
    parts: list[Part] = []
    for heading, paragraph in _paragraphs(lines):
        if parts and parts[-1].heading == heading and _is_example(paragraph) and not _is_example(parts[-1].text):
            parts[-1] = Part(heading, _cut(f"{parts[-1].text}\n\n{paragraph}"))
        else:
            parts.append(Part(heading, _cut(paragraph)))
    return [part for part in parts if not part.text.endswith(":")]  # what it spoke of was a picture


# ---------------------------------------------------------------- taking it apart


def _plain(word: str) -> str:
    """A word in one form, whatever its case and its ending."""
    word = word.lower()
    for ending in ("s", "ing", "ed", "e"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= SHORTEST_WORD:
            word = word.removesuffix(ending)
    return word


@cache
def _common() -> frozenset[str]:
    return frozenset(map(_plain, _COMMON.split()))


class _Headings:
    """The heading that a line stands under, and whether what stands there is told at all."""

    def __init__(self) -> None:
        self.current = ""
        self._underlines: list[str] = []
        self._aside: int | None = None

    @property
    def is_aside(self) -> bool:
        """Whether this is no section about what the thing does, or stands in one that is not."""
        return self._aside is not None

    def enter(self, title: str, mark: str) -> None:
        """Begin a section; the mark is its `##`, or what it is underlined with."""
        if not mark.startswith("#") and mark not in self._underlines:
            self._underlines.append(mark)
        level = len(mark) if mark.startswith("#") else self._underlines.index(mark) + 1
        self.current = title
        if self._aside is None or level <= self._aside:
            self._aside = level if _ASIDE.search(title) else None


def _paragraphs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each paragraph, fenced or indented block, with the heading above it."""
    headings, gathered, fence = _Headings(), [], ""
    for number, line in enumerate([*lines, ""]):
        mark = _FENCE.match(line)
        if fence or mark:
            gathered.append(line)
            if not fence and mark:
                fence = mark[1]
            elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
            continue
        title = _title(lines, number)
        if title is None and line.strip() and not _UNDERLINE.match(line):
            if not _NOISE.match(line):
                gathered.append(_LINK.sub(r"\1", line.rstrip()))
            continue
        if gathered and not headings.is_aside:
            yield headings.current, "\n".join(gathered)
        gathered = []
        if title is not None:
            headings.enter(*title)
    if gathered and not headings.is_aside:  # a fence that nobody closes
        yield headings.current, "\n".join(gathered).rstrip()


def _title(lines: list[str], number: int) -> tuple[str, str] | None:
    """The heading that a line is, with what marks it as one; None if it is none."""
    if number >= len(lines):
        return None
    if match := _HEADING.match(lines[number]):
        return _LINK.sub(r"\1", match[2].rstrip().rstrip("#").rstrip()), match[1]
    line = lines[number].strip()
    below = _UNDERLINE.match(lines[number + 1]) if number + 1 < len(lines) else None
    is_alone = not number or not lines[number - 1].strip() or _UNDERLINE.match(lines[number - 1])
    return (line, below[1]) if line and below and is_alone and not lines[number][0].isspace() else None


def _is_example(paragraph: str) -> bool:
    """Whether it is code alone: between fences, or indented."""
    return bool(_FENCE.match(paragraph)) or all(line.startswith("  ") for line in paragraph.split("\n") if line)


def _cut(text: str) -> str:
    """The text, or its first lines; fences that this opens are closed."""
    if len(text) <= LONGEST_PART:
        return text
    kept = text[:LONGEST_PART].rpartition("\n")[0] or text[:LONGEST_PART]
    fences = [match[1] for line in kept.split("\n") if (match := _FENCE.match(line))]
    return f"{kept}\n…\n{fences[-1]}" if len(fences) % 2 else f"{kept}\n…"


def _told(parts: list[Part], ranked: Iterable[int], characters: int) -> str:
    """As many of the parts as there is room for, the first ones first; then in their own order."""
    chosen: list[int] = []
    room = characters
    for number in ranked:
        cost = len(parts[number].text) + len(parts[number].heading) + 6
        if cost <= room:
            chosen.append(number)
            room -= cost
    pieces = []
    for heading, group in groupby((parts[number] for number in sorted(chosen)), key=lambda part: part.heading):
        pieces += [f"# {heading}"] * bool(heading) + [part.text for part in group]
    return "\n\n".join(pieces)
