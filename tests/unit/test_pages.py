"""The pages for people: what they link to is there, and so is each command and option that they name."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from jiti.cli.group import COMMANDS, group

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "examples/**/*.md", ".github/**/*.md")
    for path in ROOT.glob(pattern)
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:[\w./-]*/)?jiti (.*)$", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def anchors(text: str) -> set[str]:
    """The headings, as links to them write them."""
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in _HEADING.findall(_FENCE.sub("", text)))
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", TEXTS)
def test_what_a_page_links_to_is_there(page: str) -> None:
    lost = []
    for place, anchor in _LINK.findall(_FENCE.sub("", TEXTS[page])):
        target = (ROOT / page).parent / place if place else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            lost.append(f"{place}#{anchor}")
    assert lost == []


def commands_in(text: str) -> Iterator[str]:
    """What follows `jiti` where a page tells to type it: in a span of code, or a line of a block for a shell."""
    for block in _FENCE.findall(text):
        if block.startswith(("```sh", "```console")):
            yield from _COMMAND.findall(block.replace(" && ", "\n"))
    for span in _SPAN.findall(_FENCE.sub("", text)):
        yield from _COMMAND.findall(span)


def command_of(words: list[str]) -> click.Command:
    """The command that words begin with; of a group's, that one's, unless an option or nothing follows.

    Raises:
        KeyError: there is none; says how far the words were read.
    """
    found = group.get_command(click.Context(group), words[0])
    if isinstance(found, click.Group) and words[1:] and words[1][0] != "-":
        if words[1] not in found.commands:
            raise KeyError(" ".join(words[:2]))
        return found.commands[words[1]]
    if found is None:
        raise KeyError(words[0])
    return found


def options_of(command: click.Command) -> set[str]:
    """All spellings of a command's options; of a group, those of its commands too."""
    own = {option for each in command.params for option in each.opts} | {"--help", "-h"}
    return own.union(*map(options_of, command.commands.values())) if isinstance(command, click.Group) else own


def wrong(line: str) -> str:
    """What is wrong with the words after `jiti`; empty if nothing is."""
    words = line.partition("  #")[0].split()
    while words[:1] == ["--root"]:
        del words[:2]
    if not words or not re.fullmatch(r"[a-z]+", words[0]):
        return ""  # no command is named
    try:
        command = command_of(words)
    except KeyError as error:
        return f"jiti {error.args[0]}"
    meant = takewhile(lambda word: word not in {"|", ">", ">>"}, words)
    unknown = set(_OPTION.findall(" ".join(meant))) - options_of(command)
    return f"jiti {line}: {' '.join(sorted(unknown))}" if unknown else ""


@pytest.mark.parametrize("page", TEXTS)
def test_the_commands_and_options_that_a_page_names_exist(page: str) -> None:
    assert [told for line in commands_in(TEXTS[page]) if (told := wrong(line))] == []


FOREIGN = {
    *("--no-deps", "--collect-only", "--lf", "--jiti", "--import-mode"),  # pip's and pytest's
}


@pytest.mark.parametrize("page", [page for page in TEXTS if page.startswith("docs/") or "/" not in page])
def test_the_options_that_a_page_names_alone_exist(page: str) -> None:
    known = FOREIGN.union({"--root", "--version"}, *(options_of(command_of([name])) for name in COMMANDS))
    alone = [span for span in _SPAN.findall(_FENCE.sub("", TEXTS[page])) if span.startswith("--")]
    assert [span for span in alone if not {*_OPTION.findall(span)} <= known] == []


def test_what_is_wrong_is_found() -> None:
    block = "```console\n$ JITI_LOG=off jiti test kepe x\n$ jiti check -z | less -R\n```\n"
    text = f"`jiti frobnicate` `jiti merge --everything`\n\n{block}"
    assert [*filter(None, map(wrong, commands_in(text)))] == [
        "jiti test kepe",
        "jiti check -z | less -R: -z",
        "jiti frobnicate",
        "jiti merge --everything: --everything",
    ]
    assert anchors("# `a b`: c, D\n```\n# no\n```\n") == {"a-b-c-d"}


def test_help_says_what_each_command_does_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    group.main(["--help"], prog_name="jiti", standalone_mode=False)
    shown = capsys.readouterr().out
    assert "..." not in shown.partition("Commands:")[2]
    assert max(map(len, shown.splitlines())) <= 80
