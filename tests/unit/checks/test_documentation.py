"""What `docs` tells of a name: of functions, classes, modules and packages, and of what is not there."""

from __future__ import annotations

import sys
import typing
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from jiti import distributions, readme
from jiti.checks import documentation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = '''\
"""Pages, fetched.

In a line or two.
"""

from typing import overload

from pages.inner import Helper

LIMIT = 3


@overload
def fetch(url: str) -> str: ...
@overload
def fetch(url: bytes) -> bytes: ...
def fetch(url, limit=LIMIT):
    """Get a page.

    It waits.
    """


async def wait(seconds: float = 1.0) -> None: ...


def _private(): ...


class Page(dict):
    """A page."""

    def __init__(self, url: str) -> None: ...

    def text(self, *, clean: bool = False) -> str:
        """Its words."""

    @property
    def size(self) -> int:
        """How large it is."""

    @classmethod
    def blank(cls) -> "Page": ...

    @staticmethod
    def known() -> list[str]: ...

    async def load(self) -> None: ...

    def _hidden(self) -> None: ...


class Odd:
    @property
    def __signature__(self):
        raise RuntimeError
'''
INNER = '''\
class Helper:
    """Helps."""

    __slots__ = ("a",)


def deep() -> None: ...
'''
README = (
    "# Pages\n\nFetches pages.\n\n# Cookies\n\nCookies of a session are kept.\n\n# Deep things\n\nFor `shallow` ones.\n"
)


@pytest.fixture(scope="module", autouse=True)
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installed distribution `web-pages`, with a package `pages`."""
    site = tmp_path_factory.mktemp("site")
    for name, text in {
        "pages/__init__.py": PAGES,
        "pages/inner.py": INNER,
        "pages/broken.py": "import not_installed_at_all\n",
        "pages/worse.py": "raise ValueError('no\\nway')\n",
        "web_pages-1.2.dist-info/METADATA": f"Metadata-Version: 2.1\nName: web-pages\nVersion: 1.2\n\n{README}",
        "web_pages-1.2.dist-info/RECORD": "pages/__init__.py,,\npages/inner.py,,\n",
    }.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text, "utf-8")
    sys.path.insert(0, str(site))
    distributions.by_package.cache_clear()
    yield site
    sys.path.remove(str(site))
    distributions.by_package.cache_clear()
    for name in [each for each in sys.modules if each.partition(".")[0] == "pages"]:
        del sys.modules[name]


def docs(name: str, words: str = "", **names: object) -> str:
    return documentation.of(name, words=readme.words_of(words), names=names)


def test_a_function_is_its_signature_its_overloads_and_its_docstring() -> None:
    assert docs("pages.fetch") == (
        "pages.fetch(url, limit=3)\noverload: pages.fetch(url: str) -> str\n"
        "overload: pages.fetch(url: bytes) -> bytes\n\nGet a page.\n\nIt waits."
    )
    assert docs("pages.wait()") == "async pages.wait(seconds: float = 1.0) -> None\n\n(no docstring)"


def test_a_class_is_its_signature_its_docstring_and_a_line_for_each_public_member() -> None:
    assert docs("pages.Page") == (
        "class pages.Page(url: str) -> None\nbases: dict\n\nA page.\n\n"
        "classmethod blank(cls) -> 'Page'\n"
        "staticmethod known() -> list[str]\n"
        "async load(self) -> None\n"
        "property size  # How large it is.\n"
        "text(self, *, clean: bool = False) -> str  # Its words."
    )


def test_what_is_defined_elsewhere_says_where() -> None:
    assert docs("pages.Helper") == "class pages.Helper()\ndefined as pages.inner.Helper\n\nHelps."


def test_a_module_is_its_docstring_and_what_is_in_it() -> None:
    assert docs("pages.inner") == (
        "module pages.inner: Helper, deep\n\n(no docstring)\n\nclass Helper()  # Helps.\ndeep() -> None"
    )


def test_a_package_has_its_modules_and_what_matches_of_its_readme() -> None:
    told = docs("pages", "a session, with cookies")
    assert told.startswith("module pages: Helper, LIMIT, Odd, Page, fetch, inner, overload, wait\n\nPages, fetched.")
    assert "\nfetch(url, limit=3)  # Get a page.\n" in told
    assert "\nmodules: broken, inner, worse\n" in told
    assert told.endswith("\n\nweb-pages 1.2\n\nFrom its README:\n\n# Cookies\n\nCookies of a session are kept.")
    assert "Its README begins:\n\n# Pages\n\nFetches pages." in docs("pages", "colours")


def test_a_distribution_that_is_imported_by_another_name_says_so() -> None:
    told = docs("web-pages", "a session, with cookies")
    assert told.startswith("web-pages 1.2\n\nFrom its README:\n\n# Cookies")
    assert told.endswith("\n\nIt is imported as `pages`.")


def test_a_value_is_told_without_its_types_docstring() -> None:
    assert docs("pages.LIMIT") == "pages.LIMIT: int = 3"
    assert docs("pages.Page.size") == "pages.Page.size: property of type int\n\nHow large it is."


def test_a_name_of_the_stubs_own_module_is_found_where_no_module_has_it() -> None:
    pages = __import__("pages")
    assert docs("pg.fetch", pg=pages).startswith("pg.fetch(url, limit=3)")
    assert docs("Page", Page=pages.Page).startswith("class Page(url: str)")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pages.fetsh", "pages.fetsh: nothing in pages has that name.\nNear: fetch"),
        ("pages.deep", "pages.deep: nothing in pages has that name.\nNear: pages.inner.deep"),
        ("pages.Page.txt", "pages.Page.txt: nothing in Page has that name.\nNear: text"),
        ("pages.LIMIT.x", "pages.LIMIT.x: nothing in int has that name."),
        ("pagse", "pagse: no installed package or module has that name.\nNear: pages"),
        ("web-page", "web-page: no installed package or module has that name.\nNear: web-pages"),
        ("", ": no installed package or module has that name."),
        (".", ".: no installed package or module has that name."),
    ],
)
def test_an_unknown_name_gets_what_is_near_it(name: str, told: str) -> None:
    assert docs(name).startswith(told)


def test_an_unknown_name_gets_what_the_readme_says_of_it() -> None:
    assert docs("pages.shallow").endswith("From the README of web-pages:\n\n# Deep things\n\nFor `shallow` ones.")


def test_a_module_that_cannot_be_imported_says_why() -> None:
    assert "pages.broken cannot be imported: ModuleNotFoundError: No module named 'not_installed_at_all'" in docs(
        "pages.broken"
    )
    assert "\npages.worse cannot be imported: ValueError: no\n" in f"{docs('pages.worse')}\n"


def test_what_fails_when_it_is_looked_at_is_told_as_far_as_it_goes() -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> typing.Never:
            raise RuntimeError(name)

    assert "Lazy.x raised RuntimeError: x" in docs("Lazy.x", Lazy=Lazy("Lazy"))
    assert docs("pages.Odd").startswith("class pages.Odd")


def test_a_module_that_ends_its_process_or_lists_what_is_no_name_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ended_script.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "odd_names.py").write_text("__all__ = ['one', 3, None]\none = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "ended_script cannot be imported: SystemExit: 3" in docs("ended_script")
    assert docs("odd_names").startswith("module odd_names: one\n")


def test_much_is_cut_with_a_word_on_how_to_see_more() -> None:
    names = {f"name_{number:03}": lambda: None for number in range(900)}
    module = ModuleType("large", "A line.\n" * 2_000)
    vars(module).update(names)
    told = docs("large", large=module)
    assert documentation.CHARACTERS - 200 < len(told) <= documentation.CHARACTERS or "more" in told
    assert len(told) <= documentation.CHARACTERS
    assert "more" in told.rpartition("\n")[2]
