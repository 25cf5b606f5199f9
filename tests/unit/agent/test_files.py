"""The project's files: what may be read, and what may not, however it is called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from jiti import header
from jiti.agent import tools
from jiti.agent.files import LARGEST_FILE, ProjectFiles
from jiti.agent.tool import Surroundings, ToolError
from jiti.models import ToolCall
from tests.unit.agent.stage import FakeWorkbench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "my prøject"
    root.mkdir()
    return root


@pytest.fixture
def files(root: Path) -> ProjectFiles:
    return ProjectFiles(str(root))


def lay(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


SECRETS = [
    *(".env", ".env.local", ".ENV", ".envrc", "app/.env", ".env/app.py", "Server.PEM", "tls/server.key", "id_rsa"),
    *("prod.env", "AuthKey_1.p8", "config/kubeconfig", "terraform.tfstate", ".my.cnf", "service-account-dev.json"),
    *("ID_RSA.pub", ".ssh/config", ".aws/credentials", ".netrc", ".pypirc", "credentials.json", "secrets.toml"),
    *(".git/config", ".GIT/config", "sub/.git/HEAD", ".jiti/.local/sessions/a.jsonl", ".JITI/.Local/x"),
    *(".e\u200bnv", "\uff0eenv", ".env ", ".env.", ".env::$DATA", "id_rsa:stream"),
]


@pytest.mark.parametrize("path", SECRETS)
def test_secrets_are_refused_by_name_whether_they_are_there_or_not(root: Path, files: ProjectFiles, path: str) -> None:
    for _ in range(2):
        with pytest.raises(ToolError, match=r"cannot be read: .* Work without it"):
            files.read(path)
        lay(root, path)


@pytest.mark.parametrize(
    "path", ["environment.py", "app/secrets.py", "keys.py", "app/token.py", ".github/ci.yml", ".jiti/app/text/f.py"]
)
def test_ordinary_names_are_read(root: Path, files: ProjectFiles, path: str) -> None:
    lay(root, path)
    assert files.read(path) == "x = 1\n"


@pytest.mark.parametrize("path", ["../other.py", "a/../../other.py", "..", "/etc/passwd", "/", "~/../../etc/passwd"])
def test_what_lies_outside_is_refused(root: Path, files: ProjectFiles, path: str) -> None:
    lay(root.parent, "other.py")
    lay(root, "a/b.py")
    with pytest.raises(ToolError, match="leads out of the project"):
        files.read(path)


@pytest.mark.parametrize("path", ["", " ", "a\0b", "a\ud800"])
def test_what_is_no_path_is_refused(files: ProjectFiles, path: str) -> None:
    with pytest.raises(ToolError, match="must be a file's, from the project root"):
        files.read(path)


@pytest.mark.parametrize("written", ["app/text.py", "./app//text.py", "app/x/../text.py", "{root}/app/text.py"])
def test_a_path_may_be_written_in_several_ways(root: Path, files: ProjectFiles, written: str) -> None:
    lay(root, "app/text.py")
    assert files.read(written.format(root=root)) == "x = 1\n"


def test_what_git_ignores_is_refused_by_nested_rules_and_negations(root: Path, files: ProjectFiles) -> None:
    lay(root, "build/a.py", "app/a.log", "app/keep.log", "app/deep/b.log", "app/local.py")
    lay(root, ".gitignore", text="build/\n*.log\n")
    lay(root, "app/.gitignore", text="!keep.log\n/local.py\n")
    for hidden in ("build/a.py", "app/a.log", "app/deep/b.log", "app/local.py"):
        with pytest.raises(ToolError, match="git ignores it"):
            files.read(hidden)
    assert files.read("app/keep.log") == "x = 1\n"
    assert files.paths() == [".gitignore", "app/.gitignore", "app/keep.log"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_links_are_followed_inside_the_project_alone(root: Path, files: ProjectFiles) -> None:
    lay(root.parent, "other.py", "outside/c.py")
    lay(root, "a.py", ".env", "hidden.py")
    lay(root, ".gitignore", text="hidden.py\n")
    for name, target in {
        "good.py": "a.py",
        "out.py": "../other.py",
        "secret.py": ".env",
        "ignored.py": "hidden.py",
        "folder": "../outside",
        "dangling.py": "nothing.py",
        "loop.py": "loop.py",
    }.items():
        (root / name).symlink_to(target)
    assert files.read("good.py") == "x = 1\n"
    for path, said in {
        "out.py": "leads out",
        "folder/c.py": "leads out",
        "secret.py": "holds secrets",
        "ignored.py": "git ignores it",
        "dangling.py": "No such file",
        "loop.py": "cannot be read",
    }.items():
        with pytest.raises(ToolError, match=said):
            files.read(path)
    assert [place.path for place in files.places()] == [".gitignore", "a.py", "good.py"]


def test_only_names_that_a_folder_lists_are_found(root: Path, files: ProjectFiles) -> None:
    lay(root, "app/Text.py")
    for path in ("app/text.py", "APP/Text.py", "app/Text.py.", "app/Text.py/x"):
        with pytest.raises(ToolError, match="There is no file"):
            files.read(path)


def test_names_are_found_in_either_unicode_form(root: Path, files: ProjectFiles) -> None:
    lay(root, "nai\u0308ve file.py")
    assert files.read("na\u00efve file.py") == "x = 1\n"
    assert files.read("nai\u0308ve file.py") == "x = 1\n"


def test_a_missing_file_is_answered_with_those_that_may_be_meant(root: Path, files: ProjectFiles) -> None:
    lay(root, "src/app/text.py", "src/app/other.py")
    with pytest.raises(ToolError, match=r"There is no file app/text\.py\. Did you mean src/app/text\.py\?"):
        files.read("app/text.py")
    with pytest.raises(ToolError, match=r"Did you mean src/app/other\.py"):
        files.read("src/app/othr.py")
    with pytest.raises(ToolError, match="list_files gives what there is"):
        files.read("zzzzzz")


@pytest.mark.parametrize(
    ("path", "said"),
    [("app", r"list_files\(glob='app/\*\*'\)"), (".", "the project's root"), ("app/..", "the project's root")],
)
def test_a_folder_is_answered_with_how_to_list_it(root: Path, files: ProjectFiles, path: str, said: str) -> None:
    lay(root, "app/a.py")
    with pytest.raises(ToolError, match=said):
        files.read(path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa\r\nb\rc", "a\nb\nc"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "# coding: latin-1\nx = 'é'\n"),
        ("é\n".encode("utf-16"), "é\n"),
        (b"", ""),
    ],
    ids=["byte order mark and line ends", "coding line", "UTF-16", "empty"],
)
def test_text_is_decoded(root: Path, files: ProjectFiles, data: bytes, text: str) -> None:
    (root / "a.py").write_bytes(data)
    assert files.read("a.py") == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\0\0", "is a binary file"),
        (b"caf\xe9\n", "cannot be decoded"),
        (b"# coding: klingon\n", "cannot be decoded"),
        (b"x" * (LARGEST_FILE + 1), r"has 2,000,001 bytes, more than"),
    ],
    ids=["binary", "not UTF-8", "unknown encoding", "huge"],
)
def test_what_is_no_readable_text_is_refused_with_the_reason(
    root: Path, files: ProjectFiles, data: bytes, said: str
) -> None:
    (root / "a.bin").write_bytes(data)
    with pytest.raises(ToolError, match=said):
        files.read("a.bin")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_regular_file_is_not_waited_for(root: Path, files: ProjectFiles) -> None:
    os.mkfifo(root / "pipe.py")
    with pytest.raises(ToolError, match="no regular file"):
        files.read("pipe.py")


def test_credentials_in_files_are_masked_and_lines_keep_their_numbers(root: Path, files: ProjectFiles) -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "QUJD" * 16 + "\n-----END PRIVATE KEY-----"
    lay(root, "a.py", text=f'KEY = """{key}"""\nlast = 1\n')
    assert files.read("a.py") == 'KEY = """[masked]\n\n"""\nlast = 1\n'


def test_globs_match_as_lines_of_a_gitignore_do(root: Path, files: ProjectFiles) -> None:
    lay(root, "a.py", "src/b.py", "src/deep/c.py", "src/d.txt", ".venv/pyvenv.cfg", ".hidden/e.py", ".env")
    assert files.paths("*.py") == ["a.py", "src/b.py", "src/deep/c.py"]
    assert files.paths("./src/*.py") == ["src/b.py"]
    assert files.paths("src/**/c.py") == ["src/deep/c.py"]
    assert files.paths("src/") == ["src/b.py", "src/d.txt", "src/deep/c.py"]
    assert files.paths("**") == ["a.py", "src/b.py", "src/d.txt", "src/deep/c.py"]
    for glob in ("", "!a.py", "#a", "a\\"):
        with pytest.raises(ToolError, match="glob"):
            files.paths(glob)


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let go of a working directory")
def test_the_working_directory_may_be_gone(root: Path, files: ProjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(root, "a.py")
    gone = root.parent / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert files.read("a.py") == "x = 1\n"
    assert files.paths("*.py") == ["a.py"]
    with pytest.raises(ToolError):
        files.read("../a.py")


# ---------------------------------------------------------------- without the mirror

GENERATED = header.compose("app/text.py::slugify", {}) + "\ndef slugify(text): return 'secret'\n"


@pytest.fixture
def blind(root: Path) -> ProjectFiles:
    """The files as the author of a test may see them."""
    lay(root, "app/text.py", ".jiti/ruff.toml", "src/app/.jiti/text/f.py")
    lay(root, ".jiti/app/text/slugify.py", text=GENERATED)
    return ProjectFiles(str(root), with_mirror=False)


@pytest.mark.parametrize(
    "written",
    [
        *(".jiti/app/text/slugify.py", ".jiti/ruff.toml", ".jiti/.scratch/x.py", "src/app/.jiti/text/f.py", ".jiti"),
        *("./.jiti/app/text/slugify.py", "app/../.jiti/ruff.toml", "{root}/.jiti/ruff.toml", ".jiti/./ruff.toml"),
        *(".JITI/ruff.toml", ".Jiti/ruff.toml", "JITI~1/ruff.toml", ".jiti./ruff.toml", ".jiti /ruff.toml"),
        *(
            ".j\u200biti/ruff.toml",
            "\uff0ejiti/ruff.toml",
            ".\uff4aiti/ruff.toml",
            ".jiti::$INDEX_ALLOCATION/ruff.toml",
        ),
        *(".j\u0131ti/ruff.toml", "%2ejiti/ruff.toml", "\\.jiti\\ruff.toml"),
    ],
)
def test_the_author_of_a_test_reads_nothing_of_the_mirror(root: Path, blind: ProjectFiles, written: str) -> None:
    with pytest.raises(ToolError, match=r"jiti generated|There is no file|leads out"):
        blind.read(written.format(root=root))


def test_whoever_writes_the_code_reads_the_mirror(root: Path, blind: ProjectFiles) -> None:
    assert blind.read("app/text.py") == "x = 1\n"
    assert ProjectFiles(str(root)).read(".jiti/app/text/slugify.py") == GENERATED


def _link(root: Path) -> None:
    (root / "innocent.py").symlink_to(".jiti/app/text/slugify.py")


def _linked_folder(root: Path) -> None:
    (root / "folder").symlink_to(".jiti/app", target_is_directory=True)
    (root / "innocent.py").symlink_to("folder/text/slugify.py")


def _hard_link(root: Path) -> None:
    os.link(root / ".jiti/app/text/slugify.py", root / "innocent.py")


def _copy(root: Path) -> None:
    (root / "innocent.py").write_bytes(b"\xef\xbb\xbf" + GENERATED.replace("\n", "\r\n").encode())


def _mirror_elsewhere(root: Path) -> None:
    """The mirror is a link to a folder that nothing hides."""
    (root / ".jiti").rename(root / "generated")
    (root / ".jiti").symlink_to("generated", target_is_directory=True)
    (root / "generated" / "plain.py").write_text("secret")
    (root / "innocent.py").symlink_to("generated/plain.py")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
@pytest.mark.parametrize("lead", [_link, _linked_folder, _hard_link, _copy, _mirror_elsewhere])
def test_no_link_and_no_copy_leads_to_the_mirror(root: Path, blind: ProjectFiles, lead: Callable[[Path], None]) -> None:
    lead(root)
    again = ProjectFiles(str(root), with_mirror=False)  # the mirror may lie elsewhere now
    for path in ("innocent.py", "folder/text/slugify.py", "generated/plain.py", "generated/app/text/slugify.py"):
        with pytest.raises(ToolError, match=r"jiti generated|There is no file"):
            again.read(path)
    assert [place.path for place in again.places()] == ["app/text.py"]
    assert not any(path.startswith("generated") for path in again.paths())
    assert "secret" in ProjectFiles(str(root)).read("innocent.py")
    assert blind.read("app/text.py") == "x = 1\n"


# ---------------------------------------------------------------- every way round


def odd_ways(root: Path) -> list[str]:
    """Other ways to write `.env`, `other.py` outside the root, and a file that git ignores."""
    inside, outside = f"{root}/.env", f"{root.parent}/other.py"
    return [
        *(f"/proc/self/root{inside}", f"/proc/self/root{outside}", "/proc/self/cwd/.env", "/proc/1/root/etc/passwd"),
        *("/proc/self/environ", "/dev/fd/0", "/dev/stdin", f"/{inside}", f"//{inside}"),
        *(f"file://{inside}", f"file:{inside}", "file:///etc/passwd", "~/.ssh/id_rsa", "~root/.netrc", "$HOME/.env"),
        *("app/../.env", "./.env", ".//.env", "app/./../.env", f"{root}/app/../.env", f"{root}/../{root.name}/.env"),
        *(
            "..\\other.py",
            "app\\..\\.env",
            "C:\\Windows\\win.ini",
            "C:.env",
            "\\\\?\\C:\\x\\.env",
            "\\\\host\\share\\.env",
        ),
        *(
            ".env/",
            ".env/.",
            ".env/../.env",
            ".ENV",
            ".Env",
            ".eNV",
            ".env ",
            " .env",
            ".env\t",
            ".env.",
            ".env:",
            ".env::$DATA",
        ),
        *("ENV~1", "GIT~1/config", "%2eenv", "..%2fother.py", "%2e%2e/other.py", ".e\u0301nv/../.env"),
        *("\uff0eenv", ".\uff45nv", ".\u212fnv", ".e\u200dnv", "\u202e.env", ".env\ufeff", "\u2024env"),
        *(".env\0", ".env\0.py", "a.py\0/../.env", "\0", "app/\0.env"),
        *("x" * 5_000, "a/" * 3_000 + ".env", "../" * 2_000 + "etc/passwd", "x" * 1_000_000),
        *(
            "hidden.py",
            "app/../hidden.py",
            f"{root}/hidden.py",
            "link-to-env",
            "link-to-hidden",
            "link-out",
            "folder/other.py",
        ),
        *("links/.env", "links/hidden.py", "hard-env", "hard-hidden", "excluded.py"),
    ]


def asked(files: ProjectFiles, tool: str, path: str) -> str:
    """What a tool tells of a path, be it an answer or an error."""
    given = {"path": path} if tool in {"read_file", "outline"} else {"glob": path}
    if tool == "search":
        given["pattern"] = "."
    by_name = {each.spec.name: each for each in tools.FOR_CODE}
    try:
        return by_name[tool].call(ToolCall("1", tool, given), Surroundings(files, FakeWorkbench())).text
    except ToolError as error:
        return str(error)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_no_way_of_writing_a_path_leads_to_what_may_not_be_read(root: Path, files: ProjectFiles) -> None:
    lay(root, "app/a.py", "a.py")
    lay(root, ".env", "hidden.py", "excluded.py", text="PLANTED = 1\ndef planted(): ...\n")
    lay(root.parent, "other.py", text="PLANTED = 2\ndef planted(): ...\n")
    lay(root, ".gitignore", text="hidden.py\n")
    lay(root, ".git/info/exclude", text="# of this clone\nexcluded.py\n")
    for name, target in {
        "link-to-env": ".env",
        "link-to-hidden": "hidden.py",
        "link-out": "../other.py",
        "folder": "..",
        "links": ".",
    }.items():
        (root / name).symlink_to(target)
    os.link(root / ".env", root / "hard-env")
    os.link(root / "hidden.py", root / "hard-hidden")
    for path in odd_ways(root):
        for tool in ("read_file", "outline"):
            told = asked(files, tool, path)
            assert "planted" not in told.lower(), (tool, path)
            assert len(told) < 10_000, (tool, path[:50])
    assert "planted" not in asked(files, "search", "*").lower()
    assert asked(files, "list_files", "*").splitlines() == [".gitignore", "a.py", "app/a.py", *LINKS]


LINKS = ("hard-env", "hard-hidden", "link-out", "link-to-env", "link-to-hidden")
"""Names that are listed; what they lead to is not read."""


def test_a_file_with_two_harmless_names_is_read(root: Path, files: ProjectFiles) -> None:
    lay(root, "a.py", ".env")
    os.link(root / "a.py", root / "b.py")
    assert files.read("b.py") == "x = 1\n"


def test_a_hard_link_below_an_ignored_folder_is_known(root: Path, files: ProjectFiles) -> None:
    lay(root, "build/deep/secret.txt")
    lay(root, ".gitignore", text="build/\n")
    os.link(root / "build/deep/secret.txt", root / "notes.txt")
    with pytest.raises(ToolError, match="another name of a file that must not be read"):
        files.read("notes.txt")
    assert "notes.txt" not in [place.path for place in files.places()]
