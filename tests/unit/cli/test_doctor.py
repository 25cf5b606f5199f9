"""`jiti doctor`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jiti.cli import main
from jiti.sandbox import level

if TYPE_CHECKING:
    import pytest

    from tests.unit.cli.shop import Shop

SECRET = "sk-ant-api03-" + "x" * 40  # the value of a key that nobody has


def doctor(shop: Shop, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = main(["--root", str(shop.root), "doctor", "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_where_all_is_well_it_exits_0(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = doctor(shop, capsys)
    assert (code, told["ok"], told["wrong"]) == (0, True, [])
    assert told["project"]["root"] == f"{shop.root}  (it holds .jiti and pyproject.toml)"
    assert told["sandbox"]["level"] == str(level())


def test_the_key_is_told_to_be_there_and_never_shown(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, without = doctor(shop, capsys)
    assert without["model"]["key"].startswith("ANTHROPIC_API_KEY is not set")
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"https://me:{SECRET}@models.example/v1?token={SECRET}")
    _, told = doctor(shop, capsys)
    assert told["model"] == {
        "key": "ANTHROPIC_API_KEY is set",
        "endpoint": "https://models.example/v1  (ANTHROPIC_BASE_URL)",
    }
    assert SECRET not in json.dumps(told)


def test_every_setting_says_what_sets_it(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JITI_MODEL", "another")
    monkeypatch.setenv("JITI_FROZEN", "1")
    _, told = doctor(shop, capsys)
    settings = told["settings"]
    assert settings["model"] == "another  (JITI_MODEL)"
    assert settings["frozen"] == "true  (JITI_FROZEN)"
    assert settings["budget.usd"] == "1.0  (pyproject.toml)"
    assert settings["budget.seconds"] == "900.0  (default)"


def test_of_frozen_the_strictest_is_told(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("pyproject.toml", "[tool.jiti]\nfrozen = true\n")
    monkeypatch.setenv("JITI_FROZEN", "0")
    _, told = doctor(shop, capsys)
    assert told["settings"]["frozen"] == "true  (pyproject.toml)"


def test_what_is_wrong_is_told_and_does_not_end_it(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write(".jiti/app/money/tax.py", "")
    code, told = doctor(shop, capsys)
    assert (code, told["wrong"]) == (1, ["mirror: stubs"])
    shop.write("pyproject.toml", "[tool.jiti]\nmodle = 'x'\n")
    code, told = doctor(shop, capsys)
    assert (code, told["wrong"]) == (1, ["settings: error"])
    assert "did you mean model?" in told["settings"]["error"]


def test_a_sandbox_that_is_switched_off_is_told(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JITI_SANDBOX", "off")
    code, told = doctor(shop, capsys)
    assert code == 0
    assert told["sandbox"]["level"].startswith("layer 1: processes without credentials, limits")
    assert told["sandbox"]["level"].endswith('(sandbox = "off")')
    assert told["settings"]["sandbox"] == "off  (JITI_SANDBOX)"
