"""What a project, its environment and its engines set: read, checked and merged in one place."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, get_args

from jiti.errors import ConfigError
from jiti.options import BUDGET, SANDBOX, SETTINGS, Sandbox, checked, wrong
from jiti.usage import Budget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.options import Approve, Log, Mirror, Values


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with their defaults.

    Attributes:
        model: name of the model that generates.
        frozen: whether a call that would need a model raises `FrozenError` instead.
        max_turns: requests that one session may make.
        max_tokens: output tokens that one reply may have.
        quality_threshold: a passing candidate that the agent itself rates lower (0 to 10) is refactored.
        max_refactor: turns that a session may spend on refactoring.
        budget: what one stub's generation may spend.
        process_usd: US dollars that all generations of a process may spend together; None: 5.
        style: guide for generated code: the text, or a path of it from the root; None: the default guide.
        test_guide: the same for generated tests.
        prompts: folder, from the root, whose files replace jiti's own prompts of that name.
        values: what of a live call's arguments the model may see.
        mirror: where implementations are filed: in the root's `.jiti/`, or in one that each top package carries.
        approve: whether a person has to approve code before it runs in their process: "ask"; or not: "auto".
        log: what is told on stderr: nothing, each model call, each tool call too; None: start, end and progress.
        replay: a recorded session, or a folder of them, that answers in the model's place; a path from the root.
        sandbox: whether the kernel confines what is checked: as far as it can, or not at all; or nothing is
            generated where it cannot; None: as far as it can.
        env: names of environment variables that child processes get beyond those that hold no secrets.
        read: paths, from the root, that they may read beyond the project, Python and the system's own files.
        write: the same for writing beyond temporary folders.
        network: whether they may use the network.
        processes: whether they may start processes in anything but gates, where they may.
        modes: whether they may change files' modes.
        sources: files and folders, from the root, where stubs are looked for; none: everywhere.
        tests: the same for tests.
        exclude: patterns as in a `.gitignore` for what commands pass over.
    """

    model: str = "claude-sonnet-5-5"
    frozen: bool = False
    max_turns: int = 40
    max_tokens: int = 16_000
    quality_threshold: float = 7.0
    max_refactor: int = 1
    budget: Budget = Budget()
    process_usd: float | None = None
    style: str | None = None
    test_guide: str | None = None
    prompts: str | None = None
    values: Values = "repr"
    mirror: Mirror = "root"
    approve: Approve = "auto"
    log: Log | None = None
    replay: str | None = None
    sandbox: Sandbox | None = None
    env: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: bool = False
    processes: bool = False
    modes: bool = False
    sources: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def with_overrides(self, **given: object) -> Settings:
        """These settings under what an `Engine(...)` was given; None is taken as not given.

        The later wins, but of `frozen`, `approve`, `sandbox` and each of the budget's limits the stricter.

        Raises:
            ConfigError: a value of the wrong type, or out of range.
        """
        values: dict[str, Any] = {}
        for name, value in given.items():
            place = f"Engine({name}=)"
            if value is None:
                continue
            if name == "sandbox":
                values[name] = checked(place, "level", value, SANDBOX)
            elif name != "budget":
                values[name] = checked(place, name, value, SETTINGS)
            elif isinstance(value, Budget):
                values[name] = Budget(**_limits(place, asdict(value)))
            else:
                raise wrong(place, "a Budget", value)
        return _merged(self, values)


def load(root: str, environ: Mapping[str, str]) -> Settings:
    """The settings of a project: the defaults, then `[tool.jiti]` in its pyproject.toml, then `JITI_*`.

    Args:
        root: absolute path of the project root.
        environ: the environment variables.

    Raises:
        ConfigError: the file does not parse, a key is unknown, or a value is of the wrong type.
    """
    return _merged(_merged(Settings(), _from_file(root)), _from_environment(environ))


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting as it holds in a project.

    Attributes:
        name: as in `[tool.jiti]`: `model`, `budget.usd`, `sandbox.env`.
        value: what holds.
        place: what sets it: `default`, `pyproject.toml`, or a variable.
    """

    name: str
    value: object
    place: str


def in_force(root: str, environ: Mapping[str, str]) -> tuple[InForce, ...]:
    """Every setting of a project, and what sets it; as `load`, with which it agrees.

    Raises:
        ConfigError: as `load` does.
    """
    settings = load(root, environ)
    of_file = load(root, {})
    told = _names_in(_tool_table(os.path.join(root, "pyproject.toml")))
    variables = {name: variable for variable, name in VARIABLES.items() if environ.get(variable)}
    budget = {f"budget.{name}": limit for name, limit in asdict(settings.budget).items()}
    values = {each.name: getattr(settings, each.name) for each in fields(Settings) if each.name in SETTINGS}
    values = {**values, **budget, "budget.process_usd": settings.process_usd}
    values |= {f"sandbox.{name}": getattr(settings, name) for name in SANDBOX if name != "level"}
    del values["budget"]
    found = []
    for name, value in values.items():
        place = "pyproject.toml" if name in told else "default"
        _, *stricter = _STRICTER.get(name, (None,))
        if name in variables and not (
            value in stricter and value == getattr(of_file, name)
        ):  # a variable thaws nothing
            place = variables[name]
        found.append(InForce(name, value, place))
    return tuple(found)


def _names_in(table: Mapping[str, object]) -> set[str]:
    """The names that a `[tool.jiti]` sets, those in its tables after a dot."""
    names = set()
    for name, value in table.items():
        names |= {f"{name}.{inner}" for inner in value} if isinstance(value, dict) else {name}
    return names | ({"sandbox"} if "sandbox.level" in names else set())


def _merged(settings: Settings, later: Mapping[str, Any]) -> Settings:
    """The settings with `later` over them; of those in `_STRICTER`, and of the limits, the strictest stays."""
    values = dict(later)
    for name, ranks in _STRICTER.items():
        if name in values and ranks.index(values[name]) < ranks.index(getattr(settings, name)):
            del values[name]
    if "budget" in values:
        values["budget"] = _strictest(settings.budget, values["budget"])
    return replace(settings, **values)


_STRICTER: Mapping[str, tuple[object, ...]] = {
    "frozen": (False, True),
    "approve": ("auto", "ask"),
    "sandbox": (None, *get_args(Sandbox)),
}
"""Values of settings that nothing which comes later loosens, the loosest first."""


def _strictest(one: Budget, other: Budget) -> Budget:
    limits: dict[str, Any] = {}
    for field in fields(Budget):
        set_ones = [limit for budget in (one, other) if (limit := getattr(budget, field.name)) is not None]
        limits[field.name] = min(set_ones, default=None)
    return Budget(**limits)


def _from_file(root: str) -> dict[str, Any]:
    path = os.path.join(root, "pyproject.toml")
    values: dict[str, Any] = {}
    for name, value in _tool_table(path).items():
        setting = checked(f"{path}: [tool.jiti] {name}", name, value, SETTINGS)
        place = f"{path}: [tool.jiti.{name}]"
        if name == "budget":
            limits = _limits(place, setting)
            values["process_usd"] = limits.pop("process_usd", None)
            values["budget"] = Budget(**limits)
        elif name == "sandbox" and isinstance(setting, dict):
            values |= {key: checked(f"{place} {key}", key, each, SANDBOX) for key, each in setting.items()}
            values["sandbox"] = values.pop("level", None)
        else:
            values[name] = setting
    return values


def _limits(place: str, given: Mapping[str, object]) -> dict[str, Any]:
    """The limits of a budget that are set."""
    return {name: checked(f"{place} {name}", name, limit, BUDGET) for name, limit in given.items() if limit is not None}


def _tool_table(path: str) -> Mapping[str, object]:
    """`[tool.jiti]` of a pyproject.toml; empty where there is neither."""
    import tomllib

    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        message = f"{path}:{_line_of(error, path)}: not valid TOML: {error}"
        raise ConfigError(message) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise ConfigError(message) from error
    tools = document.get("tool", {})
    table = tools.get("jiti", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise wrong(f"{path}: [tool.jiti]", "a table", table)
    return table


def _line_of(error: ValueError, path: str) -> int:
    """The line that a TOML error speaks of; the last one where it speaks of the end."""
    import re

    found = re.search(r"at line (\d+)", str(error))
    if found:
        return int(found[1])
    with open(path, "rb") as file:
        return max(1, len(file.read().splitlines()))


VARIABLES = {
    "JITI_MODEL": "model",
    "JITI_FROZEN": "frozen",
    "JITI_APPROVE": "approve",
    "JITI_SANDBOX": "sandbox",
    "JITI_LOG": "log",
    "JITI_REPLAY": "replay",
    "JITI_STYLE": "style",
    "JITI_TESTS": "test_guide",
}
"""Environment variables, and the settings that they set."""

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo", "sessions")
"""The recordings that come with jiti, for the stub of its README and its tour: `JITI_REPLAY=demo`."""

_PATHS = frozenset({"JITI_REPLAY", "JITI_STYLE", "JITI_TESTS"})
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """What `JITI_*` variables set; an empty one sets nothing."""
    values: dict[str, Any] = {}
    for variable, name in VARIABLES.items():
        text = environ.get(variable, "")
        if not text:
            continue
        if (variable, text) == ("JITI_REPLAY", "demo"):
            values[name] = DEMO
        elif variable in _PATHS:
            values[name] = _existing_path(variable, text)
        elif name == "frozen":
            values[name] = _truth(variable, text)
        else:
            values[name] = checked(variable, name, text, SETTINGS)
    return values


def _existing_path(variable: str, text: str) -> str:
    """A path from the working directory, made absolute so that it holds wherever the program goes."""
    try:
        path = os.path.abspath(os.path.expanduser(text))
    except OSError as error:
        message = f"{variable}: {text!r} is a relative path, and the working directory is gone"
        raise ConfigError(message) from error
    if not os.path.exists(path):
        message = f"{variable}: there is no file or folder {path}"
        raise ConfigError(message)
    return path


def _truth(variable: str, text: str) -> bool:
    try:
        return _TRUTH[text.lower()]
    except KeyError:
        raise wrong(variable, "1 or 0", text) from None
