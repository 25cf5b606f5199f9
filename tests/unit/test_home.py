"""Where source files are at home: in projects, in packages that carry their mirror, in what is installed."""

from __future__ import annotations

import zipfile
import zipimport
from typing import TYPE_CHECKING

import pytest

from jiti import home, mirror
from jiti.stub import declaration_for

if TYPE_CHECKING:
    from pathlib import Path


def laid_out(root: Path, *names: str) -> Path:
    """Empty files; a name that ends in a slash is a folder."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.touch()
    return root


PACKAGE = ("p/pyproject.toml", "p/src/app/__init__.py", "p/src/app/sub/__init__.py", "p/src/app/sub/text.py")
STUB = 'from jiti import jiti\n\n\n@jiti\ndef one() -> int:\n    """One."""\n'


def test_a_projects_mirror_is_in_its_root(tmp_path: Path) -> None:
    found = home.home_of(str(laid_out(tmp_path, *PACKAGE) / "p/src/app/sub/text.py"))
    assert (found.root, found.base) == (str(tmp_path / "p"), str(tmp_path / "p"))
    assert (found.mirror, found.is_installed) == (str(tmp_path / "p/.jiti"), False)


def test_a_package_may_carry_a_mirror_of_its_own(tmp_path: Path) -> None:
    found = home.home_of(str(laid_out(tmp_path, *PACKAGE, "p/src/app/.jiti/") / "p/src/app/sub/text.py"))
    assert (found.root, found.base) == (str(tmp_path / "p"), str(tmp_path / "p/src"))
    assert (found.mirror, found.is_installed) == (str(tmp_path / "p/src/app/.jiti"), False)


def test_a_package_is_made_to_carry_its_mirror(tmp_path: Path) -> None:
    path = str(laid_out(tmp_path, *PACKAGE) / "p/src/app/sub/text.py")
    assert home.home_of(path).base == str(tmp_path / "p")
    for _ in range(2):
        assert home.with_package_mirror(path).mirror == home.home_of(path).mirror == str(tmp_path / "p/src/app/.jiti")


@pytest.mark.parametrize("names", [("p/pyproject.toml", "p/main.py"), ("p/.git/", "p/__init__.py", "p/main.py")])
def test_what_lies_in_no_package_below_the_root_has_the_roots_mirror(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = str(laid_out(tmp_path, *names) / "p/main.py")
    assert home.with_package_mirror(path).mirror == str(tmp_path / "p/.jiti")
    assert not (tmp_path / "p/.jiti").exists()


@pytest.mark.parametrize(
    "names",
    [
        ("e/lib/site-packages/app/__init__.py",),
        ("pyproject.toml", "e/lib/site-packages/app/__init__.py", "e/lib/site-packages/app/.jiti/"),
        ("pyproject.toml", "e/pyvenv.cfg", "e/lib/site-packages/app/__init__.py"),
        ("pyproject.toml", "e/lib/site-packages/pyvenv.cfg", "e/lib/site-packages/app/__init__.py"),
    ],
)
def test_what_lies_in_an_environment_is_installed(tmp_path: Path, names: tuple[str, ...]) -> None:
    folder = laid_out(tmp_path, *names) / "e/lib/site-packages"
    found = home.home_of(str(folder / "app/__init__.py"))
    assert (found.root, found.base, found.is_installed) == (str(folder), str(folder), True)
    assert found.mirror == str(folder / "app/.jiti")


def test_a_project_whose_root_is_an_environment_is_not_installed(tmp_path: Path) -> None:
    found = home.home_of(str(laid_out(tmp_path, "p/pyproject.toml", "p/pyvenv.cfg", "p/main.py") / "p/main.py"))
    assert (found.root, found.is_installed) == (str(tmp_path / "p"), False)


@pytest.mark.parametrize(
    ("file", "module", "carried_by"),
    [("app/text.py", "app.text", "app/"), ("app/__init__.py", "app", "app/"), ("text.py", "text", "")],
)
def test_what_lies_in_a_zip_is_installed_and_read_by_its_loader(
    tmp_path: Path, file: str, module: str, carried_by: str
) -> None:
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr(f"{carried_by}.jiti/x.py", "carried")
    found = home.home_in(zipimport.zipimporter(str(archive)), str(archive / file), module)
    assert (found.root, found.base, found.is_installed) == (str(archive), str(archive), True)
    assert found.mirror == str(archive / carried_by / ".jiti")
    assert found.read(f"{found.mirror}/x.py") == b"carried"
    with pytest.raises(FileNotFoundError):
        found.read(f"{found.mirror}/y.py")


def test_a_stub_is_filed_by_the_name_that_it_is_imported_by(tmp_path: Path) -> None:
    laid_out(tmp_path, *PACKAGE, "p/src/app/.jiti/")
    (tmp_path / "p/src/app/sub/text.py").write_text(STUB)
    declaration = declaration_for(str(tmp_path / "p"), "src/app/sub/text.py::one")
    assert mirror.implementation_path(declaration) == str(tmp_path / "p/src/app/.jiti/app/sub/text/one.py")
    assert mirror.filed_key(declaration) == "app/sub/text.py::one"
    assert mirror.scratch_path(declaration) == str(tmp_path / "p/.jiti/.scratch/src/app/sub/text/test_one.py")
