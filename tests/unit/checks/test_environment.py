"""What of the environment a child gets to see."""

from __future__ import annotations

import pytest

from jiti.checks.environment import TAG, child_environment


def kept(environ: dict[str, str], *passed: str) -> set[str]:
    return set(child_environment(environ, passed=passed, tag="t", folder="/f")) & set(environ)


@pytest.mark.parametrize(
    "name",
    [
        *("ANTHROPIC_API_KEY", "anthropic_base_url", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_TENANT"),
        *(
            "GITHUB_TOKEN",
            "DB_PASSWORD",
            "PGPASSWORD",
            "client_secret",
            "SSH_AUTH_SOCK",
            "JITI_MODEL",
            "GPG_PASSPHRASE",
        ),
        *("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "COV_CORE_SOURCE", "COVERAGE_PROCESS_START"),
    ],
)
def test_secrets_and_what_distorts_a_test_run_are_withheld(name: str) -> None:
    assert kept({name: "x"}) == set()
    assert kept({name: "x"}, name) == {name}


def test_an_address_with_a_password_is_withheld() -> None:
    addresses = {
        "DATABASE_URL": "postgres://user:word@host/db",
        "REDIS": "redis://:word@host",
        "SITE": "https://host/a:b@c",
    }
    assert kept(addresses) == {"SITE"}


def test_what_looks_like_a_credential_is_withheld_whatever_its_name() -> None:
    held = {
        "MINE": "ghp_" + "a1B2" * 6,
        "OPENAI": "sk-ant-api03-" + "x" * 20,
        "FORWARDED": "Authorization: Bearer a1b2c3d4e5",
    }
    assert kept({**held, "GH": "main"}) == {"GH"}


def test_what_a_program_needs_is_kept() -> None:
    ordinary = {"PATH": "/bin", "LANG": "C", "PYTHONPATH": "src", "PYTEST_PLUGINS": "p", "DJANGO_SETTINGS_MODULE": "s"}
    assert kept(ordinary) == set(ordinary)


def test_a_child_has_one_thread_a_folder_of_its_own_and_a_tag() -> None:
    found = child_environment({"HOME": "/home/me", "OMP_NUM_THREADS": "8"}, passed=(), tag="t", folder="/f")
    assert (found["HOME"], found["TMPDIR"], found["OMP_NUM_THREADS"], found[TAG]) == ("/f", "/f", "1", "t")
