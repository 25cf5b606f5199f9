"""Where settings come from and which of them wins, in real processes; and what a model is really sent of guides."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jiti import Budget, ConfigError, Engine, FrozenError, JitiError, SpecConflictError, options, settings
from jiti.agent.ledger import PROCESS_USD
from jiti.agent.session import Limits
from jiti.testing import MessagesServer, Project, ScriptedModel, call, give_up, reply, say, submit
from jiti.usage import Usage
from tests.functional.one_stub import Asked, one_stub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.testing import Call
    from jiti.testing.scripted import Line

STUB = 'def double(n: int) -> int:\n    """Twice n."""\n'


def project(table: str, engine: str = "", *script: Line) -> Project:
    """A project with that table in its pyproject.toml, whose stub has that engine."""
    decorator = f"@jiti(engine={engine})" if engine else "@jiti"
    module = f"from jiti import Budget, Engine, jiti\n\n\n{decorator}\n{STUB}"
    return Project({"m.py": module, "pyproject.toml": table}, ScriptedModel(*script))


def called(project: Project, **env: str) -> Call:
    return project.call("m:double", 21, env=env)


# ---------------------------------------------------------------- which wins


@pytest.mark.parametrize(
    ("table", "variable", "engine", "model"),
    [
        ("", "", {}, "claude-sonnet-5-5"),
        ('model = "of-the-file"', "", {}, "of-the-file"),
        ('model = "of-the-file"', "of-the-variable", {}, "of-the-variable"),
        ('model = "of-the-file"', "of-the-variable", {"model": "of-the-engine"}, "of-the-engine"),
    ],
)
def test_a_later_place_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, variable: str, engine: dict[str, Any], model: str
) -> None:
    monkeypatch.setenv("JITI_MODEL", variable)
    with MessagesServer(give_up("no")) as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        settings_of_the_file = f"[tool.jiti]\n{table}\nmax_tokens = 500\n"
        with one_stub(tmp_path, Engine(**engine), settings_of_the_file) as stub, pytest.raises(SpecConflictError):
            stub.double(21)
    (received,) = server.requests
    assert (received.body["model"], received.body["max_tokens"]) == (model, 500)


def test_what_an_engine_does_not_say_comes_from_the_file() -> None:
    asked = project('[tool.jiti]\nvalues = "types"\nmax_turns = 1\n', "Engine(max_turns=3)", *[say("Hm.")] * 9)
    ran = called(asked)
    assert len(ran.requests) == 3
    assert "n: int\n" in str(ran.requests[0]["messages"]).replace("\\n", "\n")
    assert "n: int = 21" not in str(ran.requests[0]["messages"])


@pytest.mark.parametrize(
    ("table", "variable", "engine", "frozen"),
    [
        ("frozen = true", "0", "Engine(frozen=False)", True),
        ("frozen = false", "1", "Engine(frozen=False)", True),
        ("frozen = false", "off", "Engine(frozen=True)", True),
        ("frozen = false", "0", "Engine(frozen=False)", False),
    ],
)
def test_the_strictest_frozen_wins(table: str, variable: str, engine: str, *, frozen: bool) -> None:
    ran = called(project(f"[tool.jiti]\n{table}\n", engine, give_up("no")), JITI_FROZEN=variable)
    assert isinstance(ran.error, FrozenError) is frozen
    assert len(ran.requests) == (0 if frozen else 1)


@pytest.mark.parametrize(
    ("table", "budget", "spent"),
    [
        ("tokens = 200", "Budget(tokens=9000)", "200 of 200 tokens"),
        ("tokens = 9000", "Budget(tokens=200)", "200 of 200 tokens"),
        ("usd = 0.0", "Budget(tokens=200)", "$0.0000 of $0.0000"),
    ],
)
def test_the_strictest_limit_wins(table: str, budget: str, spent: str) -> None:
    looks = reply(call("list_files", glob="*"), usage=Usage(100))
    ran = called(project(f"[tool.jiti.budget]\n{table}\n", f"Engine(budget={budget})", *[looks] * 9))
    assert f"the budget is spent: {spent}" in str(ran.error)


def test_a_variable_says_what_is_told_over_the_file() -> None:
    quiet = project('[tool.jiti]\nlog = "debug"\n', "", give_up("no"), give_up("no"))
    assert called(quiet, JITI_LOG="off").stderr.count("jiti: ") == 0
    assert "turn 1: give_up" in called(quiet).stderr


# ---------------------------------------------------------------- what is wrong

WRONG = {
    "an unknown key": ('modle = "x"', "[tool.jiti] modle: there is no such setting\n  did you mean model?"),
    "an unknown key of a table": (
        "[tool.jiti.budget]\nproces_usd = 1",
        "[tool.jiti.budget] proces_usd: there is no such setting\n  did you mean process_usd?",
    ),
    "a wrong type": ('max_turns = "many"', "max_turns: expected a whole number of at least 1, found 'many' (a text)"),
    "a value out of range": ("quality_threshold = 11", "quality_threshold: expected a number from 0 to 10, found 11"),
    "no number": ("[tool.jiti.budget]\nusd = nan", "usd: expected a number of at least 0, found nan (a number)"),
}


@pytest.mark.parametrize(("table", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_told_by_a_call_and_by_a_command(table: str, message: str) -> None:
    wrong = project(f"[tool.jiti]\n{table}\n", "", give_up("no"))
    error = called(wrong).error
    assert type(error) is ConfigError
    assert str(error).startswith(str(wrong.root / "pyproject.toml"))
    assert message in str(error)
    command = wrong.run("jiti", "status")
    assert (command.exit_code, command.stdout) == (2, "")
    assert message.partition("\n")[0] in command.stderr.replace("\n", " ")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("Engine(max_turns=0)", "Engine(max_turns=): expected a whole number of at least 1, found 0 (a whole number)"),
        ("Engine(values='all')", 'Engine(values=): expected one of "repr", "types", "none", found \'all\' (a text)'),
        ("Engine(budget=5)", "Engine(budget=): expected a Budget, found 5 (a whole number)"),
    ],
)
def test_a_wrong_argument_is_told_by_the_call(given: str, message: str) -> None:
    error = called(project("", given, give_up("no"))).error
    assert type(error) is ConfigError
    assert str(error) == message


# ---------------------------------------------------------------- guides and prompts


def sent(root: Path, *script: Line, engine: Mapping[str, Any] | None = None, table: str = "") -> list[dict[str, Any]]:
    """The bodies of the requests of a call of the stub."""
    with MessagesServer(*script) as server:
        asked = Engine(model=Asked(server.url).model, **(engine or {}))
        with one_stub(root, asked, f"[tool.jiti]\n{table}\n") as stub, pytest.raises(JitiError):
            stub.double(21)
    return [received.body for received in server.requests]


def own(name: str) -> str:
    return resources.files("jiti").joinpath("prompts", f"{name}.md").read_text("utf-8")


GUIDES = {
    "style": (1, "style", "JITI_STYLE", "jiti.style.md", "style"),
    "tests": (2, "test_guide", "JITI_TESTS", "jiti.tests.md", "tests"),
}


@pytest.mark.parametrize(("part", "setting", "variable", "name", "default"), GUIDES.values(), ids=GUIDES)
def test_a_guide_comes_from_the_first_place_that_has_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    part: int,
    setting: str,
    variable: str,
    name: str,
    default: str,
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "of the variable.md").write_text("From the variable's file.", encoding="utf-8")

    def told(**given: Any) -> str:  # noqa: ANN401 - whatever the engine or the table may hold
        (body,) = sent(root, give_up("no"), **given)
        others = [text["text"] for index, text in enumerate(body["system"]) if index != part]
        assert others == [own(each) for index, each in enumerate(("system", "style", "tests")) if index != part]
        return body["system"][part]["text"]

    assert told() == own(default)
    (root / name).write_text("From the root's file.", encoding="utf-8")
    assert told() == "From the root's file."
    table = f'{setting} = "From the table, in words."'
    assert told(table=table) == "From the table, in words."
    monkeypatch.setenv(variable, str(tmp_path / "of the variable.md"))
    assert told(table=table) == "From the variable's file."
    assert told(table=table, engine={setting: "From the engine,\nin two lines."}) == "From the engine,\nin two lines."
    (root / "guides").mkdir()
    (root / "guides" / "ours.md").write_text("From a path of the engine's.", encoding="utf-8")
    assert told(table=table, engine={setting: "guides/ours.md"}) == "From a path of the engine's."
    assert told(table=table, engine={setting: Path("guides/ours.md")}) == "From a path of the engine's."


def test_a_guide_that_is_not_there_is_told_and_nothing_is_sent(tmp_path: Path) -> None:
    with one_stub(tmp_path, Engine(style="guides/none.md")) as stub, pytest.raises(ConfigError) as caught:
        stub.double(21)
    assert f"{tmp_path}/guides/none.md cannot be read" in str(caught.value).replace("\\", "/")


def test_prompts_are_replaced_by_their_files_and_only_those(tmp_path: Path) -> None:
    folder = tmp_path / "our prompts"
    folder.mkdir()
    texts = {
        "system": "You write Python.",
        "task": "Fill in `$qualname`.\n\n$stub\n",
        "no-tool": "Call a tool.",
        "cut-off": "Shorter than $max_tokens.",
        "refactor": "From $quality to $threshold, please.",
    }
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    poor = submit("return 2 * n", quality=3)
    script = [say("Hm."), reply("So", stop_reason="max_tokens"), poor, submit("return n + n", quality=9)]
    with MessagesServer(*script) as server:
        engine = Engine(model=Asked(server.url).model)
        with one_stub(tmp_path, engine, '[tool.jiti]\nprompts = "our prompts"\n') as stub:
            assert stub.double(21) == 42
    bodies = [received.body for received in server.requests]
    assert [part["text"] for part in bodies[0]["system"]] == ["You write Python.", own("style"), own("tests")]
    (task,) = bodies[0]["messages"][0]["content"]
    assert task["text"].startswith("Fill in `double`.\n\n```python\n")
    heard = [body["messages"][-1]["content"][-1]["text"] for body in bodies[1:]]
    assert heard == ["Call a tool.", "Shorter than 16,000.", "From 3 to 7, please."]


def test_what_is_cached_is_the_same_for_all_stubs_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "jiti.style.md").write_text("Ours.", encoding="utf-8")
    first, second = (sent(tmp_path, give_up("no"))[0] for _ in range(2))
    assert (first["system"], first["tools"]) == (second["system"], second["tools"])
    assert [part.get("cache_control") for part in first["system"]] == [None, None, {"type": "ephemeral"}]
    assert first["messages"] != second["messages"]


# ---------------------------------------------------------------- the page

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")


def rows() -> dict[str, list[str]]:
    """The page's settings by their keys: variable, argument, default, unit, and what it sets."""
    tables = re.findall(r"^\| `(\w+)` \|(.*)\|$", PAGE, re.MULTILINE)
    return {key: [cell.strip() for cell in rest.split("|")] for key, rest in tables}


def test_the_page_holds_every_setting_and_no_other() -> None:
    tables = {"budget", "sandbox"}
    assert rows().keys() == (options.SETTINGS.keys() - tables) | options.BUDGET.keys() | options.SANDBOX.keys()


def test_the_page_knows_every_variable() -> None:
    said = {row[0].strip("`"): "sandbox" if key == "level" else key for key, row in rows().items() if row[0]}
    assert said == settings.VARIABLES


def test_the_page_knows_every_argument() -> None:
    no_settings = {"self", "client", "observe"}
    said = {row[1].strip("`=") for row in rows().values() if row[1]}
    assert said == inspect.signature(Engine.__init__).parameters.keys() - no_settings
    of_the_budget = {key for key, row in rows().items() if row[1] == "`budget=`"}
    assert of_the_budget == inspect.signature(Budget).parameters.keys()


def test_the_page_says_every_default() -> None:
    defaults = settings.Settings()
    known = asdict(defaults) | asdict(Limits.of(defaults).budget) | {"process_usd": PROCESS_USD, "level": "auto"}
    for key, row in rows().items():
        default = row[2]
        said = tomllib.loads(f"it = {default.strip('`')}")["it"] if default.startswith("`") else None
        expected = [] if known[key] == () else known[key]
        assert said == expected, key


def test_the_page_has_a_unit_for_every_number() -> None:
    for key, row in rows().items():
        assert len(row) == 5, key
        is_number = key in options.BUDGET or isinstance(getattr(settings.Settings(), key, None), int | float)
        is_switch = isinstance(getattr(settings.Settings(), key, None), bool)
        assert bool(row[3]) is (is_number and not is_switch), key


def test_the_page_names_every_prompt() -> None:
    said = set(re.findall(r"`([\w-]+\.md)`", PAGE[PAGE.index("`prompts` names a folder") :]))
    assert said == {path.name for path in resources.files("jiti").joinpath("prompts").iterdir()}
