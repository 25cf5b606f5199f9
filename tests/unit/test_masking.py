"""Credentials are masked, and ordinary code is not."""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jiti.masking import MASK, mask

PEM = """\
-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEA7v0n5Jx2Qm8Y3cJkqL0eT1r9f8hS6bVwXyZaBcDeFgHiJkLm
NoPqRsTuVwXyZ0123456789+/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abc
dGFpbA==
-----END RSA PRIVATE KEY-----
"""

CREDENTIALS = {
    "Anthropic key": ("sk-ant-api03-abcDEF123_456-789", "[masked]"),
    "OpenAI key": ("key sk-abcdefghij1234567890ABCD end", "key [masked] end"),
    "OpenAI project key": ("sk-proj-abcdefghij1234567890ABCD-x_y", "[masked]"),
    "OpenRouter key": ("sk-or-v1-0123456789abcdef0123456789abcdef", "[masked]"),
    "AWS key id": ("AKIAIOSFODNN7EXAMPLE", "[masked]"),
    "AWS secret": ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "aws_secret_access_key = [masked]"),
    "GitHub token": ("ghp_0123456789abcdefghijklmnopqrstuvwxyz", "[masked]"),
    "GitHub fine-grained token": ("github_pat_11ABCDEFG0abcdefghijklmnop", "[masked]"),
    "GitLab token": ("glpat-abcDEF12345_67890abc", "[masked]"),
    "Slack token": ("xoxb-123456789012-abcdefGHIJ", "[masked]"),
    "Slack app token": ("xapp-1-A012345678-0123456789", "[masked]"),
    "Slack hook": ("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX", "https://[masked]"),
    "GitHub server token": ("ghs_0123456789abcdefghijklmnopqrstuvwxyz", "[masked]"),
    "GitHub OAuth token": ("gho_0123456789abcdefghijklmnopqrstuvwxyz", "[masked]"),
    "GitHub user token": ("ghu_0123456789abcdefghijklmnopqrstuvwxyz", "[masked]"),
    "GitHub refresh token": ("ghr_0123456789abcdefghijklmnopqrstuvwxyz", "[masked]"),
    "temporary AWS key id": ("ASIAIOSFODNN7EXAMPLE", "[masked]"),
    "Google access token": ("ya29.a0AfH6SMBx0123456789abcdef", "[masked]"),
    "Google client secret": ("GOCSPX-0123456789abcdefghijklmn", "[masked]"),
    "Stripe test key": ("rk_test_abcdefGHIJ1234567890", "[masked]"),
    "Stripe hook": ("whsec_abcdefGHIJ1234567890", "[masked]"),
    "SendGrid key": ("SG.0123456789abcdefghij.0123456789abcdefghij", "[masked]"),
    "Hugging Face token": ("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "[masked]"),
    "npm token": ("npm_0123456789abcdefghijklmnopqrstuvwxyz", "[masked]"),
    "PyPI token": ("pypi-" + "AgEIcHlwaS5vcmc" * 4, "[masked]"),
    "a long s": ('pa\u017f\u017fword = "hunter2"', 'pa\u017f\u017fword = "[masked]"'),
    "Kelvin's sign": ('api_\u212aey = "abcd1234"', 'api_\u212aey = "[masked]"'),
    "a word beyond ASCII before it": ('\u00fc; password = "hunter2"', '\u00fc; password = "[masked]"'),
    "Google key": ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[masked]"),
    "Stripe key": ("sk_live_abcdefGHIJ1234567890", "[masked]"),
    "JWT": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "[masked]"),
    "header": ("Authorization: Bearer abc.def-123", "Authorization: Bearer [masked]"),
    "header in a dict": ('{"Authorization": "Basic dXNlcjpwYXNz"}', '{"Authorization": "Basic [masked]"}'),
    "bearer on its own": ("curl -H 'Bearer 0a1b2c3d4e5f6a7b8c9d'", "curl -H 'Bearer [masked]'"),
    "URL": ("postgresql://bob:s3cr3t@db.example.org/x", "postgresql://bob:[masked]@db.example.org/x"),
    "URL without a user": ("redis://:p@ss@host:6379", "redis://:[masked]@host:6379"),
    "URL with a token": ("https://a1b2c3d4e5f6a7b8c9d0@git.example.org/x", "https://[masked]@git.example.org/x"),
    "Python assignment": ('password = "hunter2"', 'password = "[masked]"'),
    "letters only": ('PASSWORD = "letmein"', 'PASSWORD = "[masked]"'),
    "escaped quote": (r'password = "a\"b1" + x', 'password = "[masked]" + x'),
    "shell characters": ('password = "p$ss%word{"', 'password = "[masked]"'),
    "annotated": ('api_key: str | None = "abcd1234"', 'api_key: str | None = "[masked]"'),
    "bytes": ("secret=b'swordfish'", "secret=b'[masked]'"),
    "triple quotes": ('secret = """swordfish"""', 'secret = """[masked]"""'),
    "dictionary": ('{"client_secret": "abc-def"}', '{"client_secret": "[masked]"}'),
    "escaped JSON": (r'"{\"password\": \"hunter2\"}"', r'"{\"password\": \"[masked]\"}"'),
    "environment": ("os.environ['API_KEY'] = 'abcd1234'", "os.environ['API_KEY'] = '[masked]'"),
    "repr of a dataclass": ("Config(host='db', password='hunter2')", "Config(host='db', password='[masked]')"),
    "comparison": ('if password == "hunter2":', 'if password == "[masked]":'),
    ".env file": ("12\tDB_PASSWORD=letmein", "12\tDB_PASSWORD=[masked]"),
    "YAML": ("api_key: abcd1234", "api_key: [masked]"),
    "query": ("https://x.org/?api_key=abcd1234&page=2", "https://x.org/?api_key=[masked]&page=2"),
    "passphrase": ("passphrase = 'correct horse battery'", "passphrase = '[masked]'"),
    "random value of a token": ("token = 'a8f5f167f44f4964e6c998dee827110c'", "token = '[masked]'"),
    "random value beside a name": ("('credentials', 'a8f5f167f44f4964e6c9')", "('credentials', '[masked]')"),
}

ORDINARY = [
    'raise ValueError("password must have at least 8 characters")',
    "def login(user: str, password: str) -> Token: ...",
    "password: str",
    "password = None",
    'password = ""',
    'password = "password"',
    "password = getpass()",
    'password = input("Password: ")',
    "password=self.settings.password1",
    "connect(password=password1)",
    'api_key = os.environ["API_KEY"]',
    'client = Client(api_key=os.getenv("OPENAI_API_KEY"))',
    'secret_name = "prod/db"',
    'secret = "your-secret-here"',
    '{"password": "Enter your password"}',
    'errors = {"password": "too short"}',
    'fields = ["password", "username"]',
    'password = f"{user}:{word}"',
    'password = "{{ db_password }}"',
    "password = '%(password)s'",
    "PASSWORD=${DB_PASSWORD}",
    "PASSWORD=$DB_PASSWORD",
    "api_key=<your key>",
    "private_key: Ed25519PrivateKey",
    'private_key = "/etc/ssl/key1.pem"',
    "PWD=/home/bob/project1",
    'token = "NUMBER"',
    'if token == "identifier":',
    "token: Token = tokens[0]",
    "token = get_token_2_from_header(request)",
    "token = base64.urlsafe_b64encode(digest)",
    "max_tokens = 16_000",
    "cache_key = f'{user_id}:{page}'",
    "credentials: Credentials | None",
    '"Authorization": f"Bearer {token}"',
    "Authorization: Bearer <token>",
    "authorization: Optional[str] = None",
    'url = f"{scheme}://{user}:{password}@{host}"',
    'DSN = "postgres://user:password@localhost/db"',
    'r"(\\w+)://(\\w+):(\\w+)@(\\w+)"',
    "http://localhost:8080/@scope/package",
    "git@github.com:owner/name.git",
    "sk-fading-circle-1-of-12-items",
    "task-0123456789abcdef0123",
    'if line == "-----BEGIN RSA PRIVATE KEY-----":\n    inside = True\n',
    ">>> slugify(\"Hello, World!\")\n'hello-world'",
    'assert digest == "5f4dcc3b5aa765d61d8327deb882cf99"',
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "eyJ.not.a-token",
]


@pytest.mark.parametrize(("text", "masked"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_code_is_left_as_it_is(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "shown",
    [
        PEM,
        repr(PEM),
        "".join(f"{number}\t{line}\n" for number, line in enumerate(PEM.splitlines(), 8)),
        PEM.replace("KEY-----\nMI", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00AA\n\nMI"),
        PEM.partition("dGF")[0],
    ],
    ids=["as it is", "as a repr", "with line numbers", "encrypted", "cut off"],
)
def test_a_private_key_is_masked(shown: str) -> None:
    masked = mask(f"before = 1\n{shown}after = 2\n")
    assert masked.startswith("before = 1\n")
    assert masked.endswith("after = 2\n")
    assert "MII" not in masked
    assert "NoPq" not in masked
    assert masked.count("\n") == shown.count("\n") + 2


ASSIGNMENTS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["password", "API_KEY", "secret", "token", "Authorization", "https://u"]),
    st.sampled_from(["=", ": ", ' = "', "='", '": "', " Bearer ", ":"]),
    st.text(max_size=40),
)


@given(st.one_of(st.text(), st.lists(ASSIGNMENTS, max_size=4).map("\n".join)))
@example(PEM)
def test_masking_twice_is_masking_once_and_keeps_the_lines(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert once.count("\n") == text.count("\n")


@given(st.text(alphabet="abcdefghjkmnpqrstuvwxyz", min_size=6, max_size=30), st.integers(10, 99))
def test_no_part_of_a_password_is_left(word: str, number: int) -> None:
    value = f"{word}{number}"
    assert value not in mask(f'password="{value}"')
    assert value not in mask(f"postgres://bob:{value}@host/db")
    assert mask(f"PASSWORD={value}") == f"PASSWORD={MASK}"


@pytest.mark.parametrize(
    ("name", "value", "is_masked"),
    [
        ("SHOP_API_KEY", "correct-horse-7", True),
        ("DB_PASSWORD", "hunter2hunter", True),
        ("MY_TOKEN", "0123456789ab", True),
        ("client_secret", "q1w2e3r4t5", True),
        ("SECRET_KEY", "development", False),
        ("API_KEY", "short1", False),
        ("KEYBOARD", "layout-105", False),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/home/me/key1.json", False),
        ("PWD", "/home/me/project1", False),
        ("JITI_MODEL", "claude-sonnet-5-5", False),
    ],
)
def test_what_the_environment_calls_a_credential_is_masked_wherever_it_turns_up(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, is_masked: bool
) -> None:
    monkeypatch.setenv(name, value)
    text = f"ValueError: cannot log in as me with {value}!"
    assert (value not in mask(text)) is is_masked
    assert mask(mask(text)) == mask(text)


ODD = "p@ss\"w0rd'\\1/\u00e4 x9"
FORMS = {
    "a repr": repr(ODD),
    "a repr in ASCII": ascii([ODD]),
    "bytes": repr(ODD.encode()),
    "JSON": json.dumps({"a": ODD}),
    "JSON as it is": json.dumps(ODD, ensure_ascii=False),
    "JSON in JSON": json.dumps(json.dumps([ODD])),
    "an address": f"https://host/?q={quote(ODD)}",
    "an address's part": quote(ODD, safe=""),
    "a form": urlencode({"q": ODD}),
    "HTML": html.escape(ODD),
    "hexadecimal": ODD.encode().hex(),
    **{f"base64 after {n}": b64encode(b"x" * n + ODD.encode() + b"yz").decode() for n in range(4)},
    "base64 for addresses": urlsafe_b64encode(b"me:" + ODD.encode()).decode(),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_so_it_is_however_programs_write_it(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SHOP_API_KEY", ODD)
    masked = mask(f"cannot log in with {text}!")
    assert MASK in masked
    assert "w0rd" not in masked
    assert len(masked) <= len(f"cannot log in with {text}!") - len(ODD) + len(MASK)
    assert mask(masked) == masked


def test_a_value_of_several_lines_leaves_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_SECRET", "line1abc\nline2def")
    assert mask("a\nline1abc\nline2def\nb") == f"a\n{MASK}\n\nb"
