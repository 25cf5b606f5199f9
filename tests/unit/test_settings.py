"""Settings: where they come from, which wins, and what is said of a wrong one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from jiti.errors import ConfigError
from jiti.settings import Settings, in_force, load
from jiti.usage import Budget


def project(root: Path, text: str) -> str:
    """A project whose pyproject.toml is `text`."""
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return str(root)


def test_without_a_file_and_variables_the_defaults_hold(tmp_path: Path) -> None:
    assert load(str(tmp_path), {}) == Settings()


def test_a_file_without_our_table_sets_nothing(tmp_path: Path) -> None:
    assert load(project(tmp_path, '[project]\nname = "app"\n[tool.ruff]\n'), {}) == Settings()


def test_every_key_of_the_file_is_read(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        """
        [tool.jiti]
        model = "claude-opus-5-5"
        frozen = true
        max_turns = 3
        max_tokens = 500
        quality_threshold = 8
        max_refactor = 0
        style = "docs/style.md"
        test_guide = "docs/tests.md"
        prompts = "prompts"
        values = "types"
        approve = "ask"
        log = "info"
        replay = "sessions"
        sources = ["src"]
        tests = ["tests"]
        exclude = ["vendor/"]
        [tool.jiti.budget]
        usd = 1
        tokens = 1000
        seconds = 60.5
        process_usd = 20
        [tool.jiti.sandbox]
        env = ["DATABASE_URL"]
        """,
    )
    assert load(root, {}) == Settings(
        model="claude-opus-5-5",
        frozen=True,
        max_turns=3,
        max_tokens=500,
        quality_threshold=8.0,
        max_refactor=0,
        budget=Budget(usd=1.0, tokens=1000, seconds=60.5),
        process_usd=20.0,
        style="docs/style.md",
        test_guide="docs/tests.md",
        prompts="prompts",
        values="types",
        approve="ask",
        log="info",
        replay="sessions",
        env=("DATABASE_URL",),
        sources=("src",),
        tests=("tests",),
        exclude=("vendor/",),
    )


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    root = project(tmp_path, '[tool.jiti]\nmodel = "a"\nlog = "info"\nstyle = "x"\n')
    recording, style, tests = (tmp_path / name for name in ("sessions", "style.md", "tests.md"))
    for path in (recording, style, tests):
        path.touch()
    environ = {
        "JITI_MODEL": "b",
        "JITI_LOG": "off",
        "JITI_REPLAY": str(recording),
        "JITI_STYLE": str(style),
        "JITI_TESTS": str(tests),
        "JITI_FROZEN": "1",
    }
    assert load(root, environ) == Settings(
        model="b", log="off", replay=str(recording), style=str(style), test_guide=str(tests), frozen=True
    )


def test_demo_stands_for_the_recordings_that_come_with_jiti(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the program is; a folder of that name is `./demo`."""
    (tmp_path / "demo").mkdir()
    monkeypatch.chdir(tmp_path)
    replay = load(str(tmp_path), {"JITI_REPLAY": "demo"}).replay
    assert replay is not None
    assert {each.name for each in Path(replay).iterdir()} == {"nothing_to_keep.jsonl", "slugify.jsonl"}
    assert load(str(tmp_path), {"JITI_REPLAY": "./demo"}).replay == str(tmp_path / "demo")


def test_an_empty_variable_sets_nothing(tmp_path: Path) -> None:
    assert load(str(tmp_path), {"JITI_MODEL": "", "JITI_FROZEN": "", "JITI_REPLAY": ""}) == Settings()


def test_a_relative_path_in_a_variable_is_seen_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "style.md").touch()
    monkeypatch.chdir(tmp_path / "here")
    assert load(str(tmp_path), {"JITI_STYLE": "style.md"}).style == str(Path.cwd() / "style.md")


@pytest.mark.parametrize(
    ("in_file", "variable", "frozen"),
    [
        ("true", "0", True),
        ("false", "true", True),
        ("true", "", True),
        ("false", "off", False),
    ],
)
def test_of_frozen_the_stricter_wins(tmp_path: Path, in_file: str, variable: str, *, frozen: bool) -> None:
    root = project(tmp_path, f"[tool.jiti]\nfrozen = {in_file}\n")
    assert load(root, {"JITI_FROZEN": variable}).frozen is frozen


@pytest.mark.parametrize(
    ("in_file", "variable", "engine", "approve"),
    [
        ("ask", "auto", "auto", "ask"),
        ("auto", "ask", "auto", "ask"),
        ("auto", "", "ask", "ask"),
        ("auto", "auto", "auto", "auto"),
        ("auto", "", None, "auto"),
    ],
)
def test_of_approve_the_stricter_wins(
    tmp_path: Path, in_file: str, variable: str, engine: str | None, approve: str
) -> None:
    root = project(tmp_path, f'[tool.jiti]\napprove = "{in_file}"\n')
    assert load(root, {"JITI_APPROVE": variable}).with_overrides(approve=engine).approve == approve


def test_an_engine_wins_over_all_else() -> None:
    settings = Settings(model="a", max_turns=3, style="x")
    assert settings.with_overrides(model="b", max_turns=None, style=Path("guide.md"), quality_threshold=9) == Settings(
        model="b", max_turns=3, style="guide.md", quality_threshold=9.0
    )


def test_an_engine_cannot_thaw_what_is_frozen() -> None:
    assert Settings(frozen=True).with_overrides(frozen=False).frozen
    assert Settings().with_overrides(frozen=True).frozen


def test_of_each_limit_of_the_budget_the_stricter_wins() -> None:
    settings = Settings(budget=Budget(usd=1.0, seconds=60.0))
    given = Budget(usd=2.0, tokens=500, seconds=5.0)
    assert settings.with_overrides(budget=given).budget == Budget(usd=1.0, tokens=500, seconds=5.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.jiti]\nmodle = 'x'", "[tool.jiti] modle: there is no such setting\n  did you mean model?"),
        ("[tool.jiti]\nzzz = 1", "[tool.jiti] zzz: there is no such setting\n  there are: approve, budget,"),
        (
            "[tool.jiti.budget]\nzzz = 1",
            "[tool.jiti.budget] zzz: there is no such setting\n  there are: process_usd, seconds",
        ),
        (
            "[tool.jiti.budget]\nusd = 'x'",
            "[tool.jiti.budget] usd: expected a number of at least 0, found 'x' (a text)",
        ),
        ("[tool.jiti.sandbox]\nenvs = []", "[tool.jiti.sandbox] envs: there is no such setting\n  did you mean env?"),
        (
            "[tool.jiti.budget]\nprocess_usd = -1",
            "[tool.jiti.budget] process_usd: expected a number of at least 0, found -1 (a whole number)",
        ),
        ("[tool.jiti]\nbudget = 5", "[tool.jiti] budget: expected a table, found 5 (a whole number)"),
        ("[tool.jiti]\nmodel = 5", "[tool.jiti] model: expected a text that is not empty, found 5 (a whole number)"),
        ("[tool.jiti]\nmodel = ''", "[tool.jiti] model: expected a text that is not empty, found '' (a text)"),
        ("[tool.jiti]\nfrozen = 1", "[tool.jiti] frozen: expected true or false, found 1 (a whole number)"),
        (
            "[tool.jiti]\nmax_turns = 0",
            "[tool.jiti] max_turns: expected a whole number of at least 1, found 0 (a whole",
        ),
        ("[tool.jiti]\nmax_turns = true", "[tool.jiti] max_turns: expected a whole number of at least 1, found True"),
        (
            "[tool.jiti]\nquality_threshold = 11",
            "[tool.jiti] quality_threshold: expected a number from 0 to 10, found 11",
        ),
        ("[tool.jiti]\nvalues = 'all'", 'values: expected one of "repr", "types", "none", found \'all\' (a text)'),
        ("[tool.jiti]\nexclude = 'x'", "[tool.jiti] exclude: expected a list of texts, found 'x' (a text)"),
        ("[tool.jiti]\nsources = [1]", "[tool.jiti] sources: expected a list of texts, found [1] (a list)"),
        ("tool.jiti = 3", "[tool.jiti]: expected a table, found 3 (a whole number)"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file_and_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    root = project(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(root, {})
    assert str(caught.value).startswith(str(tmp_path / "pyproject.toml"))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("[tool.jiti]\nmodel = \n", 2), ("[tool.jiti]\n\nx = [1,\n", 3), ("[tool.jiti", 1)],
)
def test_a_file_that_does_not_parse_is_named_with_the_line(tmp_path: Path, text: str, line: int) -> None:
    root = project(tmp_path, text)
    with pytest.raises(ConfigError, match="not valid TOML") as caught:
        load(root, {})
    assert str(caught.value).startswith(f"{tmp_path / 'pyproject.toml'}:{line}: ")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: cannot be read"):
        load(str(tmp_path), {})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("JITI_LOG", "verbose", 'JITI_LOG: expected one of "off", "info", "debug", found \'verbose\' (a text)'),
        ("JITI_FROZEN", "maybe", "JITI_FROZEN: expected 1 or 0, found 'maybe' (a text)"),
        ("JITI_REPLAY", "/no/such/place", "JITI_REPLAY: there is no file or folder "),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(str(tmp_path), {variable: value})
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_turns": "many"}, "Engine(max_turns=): expected a whole number of at least 1, found 'many' (a text)"),
        ({"budget": {"usd": 1}}, "Engine(budget=): expected a Budget, found {'usd': 1} (a table)"),
        ({"budget": Budget(tokens=-1)}, "Engine(budget=) tokens: expected a whole number of at least 1, found -1"),
    ],
)
def test_a_wrong_argument_of_an_engine_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings().with_overrides(**given)
    assert str(caught.value).startswith(message)


# ---------------------------------------------------------------- the sandbox


@pytest.mark.parametrize(
    ("in_file", "variable", "engine", "level"),
    [
        ("", "", None, None),
        ("off", "", None, "off"),
        ("off", "auto", None, "auto"),
        ("require", "off", "auto", "require"),
        ("auto", "require", "off", "require"),
        ("auto", "off", "off", "auto"),
        ("", "off", None, "off"),
        ("", "", "require", "require"),
    ],
)
def test_of_the_sandbox_the_stricter_wins(
    tmp_path: Path, in_file: str, variable: str, engine: str | None, level: str | None
) -> None:
    root = project(tmp_path, f'[tool.jiti]\nsandbox = "{in_file}"\n' if in_file else "")
    assert load(root, {"JITI_SANDBOX": variable}).with_overrides(sandbox=engine).sandbox == level


def test_the_sandbox_is_a_text_or_a_table_with_a_level(tmp_path: Path) -> None:
    root = project(
        tmp_path, '[tool.jiti.sandbox]\nlevel = "require"\nnetwork = true\nwrite = ["var/"]\nread = ["/srv"]\n'
    )
    expected = Settings(sandbox="require", network=True, write=("var/",), read=("/srv",))
    assert load(root, {}) == expected
    places = {each.name: (each.value, each.place) for each in in_force(root, {"JITI_SANDBOX": "off"})}
    assert places["sandbox"] == ("require", "pyproject.toml")
    assert places["sandbox.network"] == (True, "pyproject.toml")
    assert places["sandbox.processes"] == (False, "default")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.jiti]\nsandbox = "on"', '[tool.jiti] sandbox: expected one of "off", "auto", "require", or a table'),
        ('[tool.jiti.sandbox]\nlevel = "on"', '[tool.jiti.sandbox] level: expected one of "off", "auto", "require"'),
        ("[tool.jiti.sandbox]\nnetwork = 1", "[tool.jiti.sandbox] network: expected true or false"),
    ],
)
def test_a_sandbox_that_cannot_be_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(project(tmp_path, text), {})


def test_an_engine_says_a_level_and_no_table() -> None:
    with pytest.raises(ConfigError, match=re.escape('Engine(sandbox=): expected one of "off"')):
        Settings().with_overrides(sandbox={"network": True})
