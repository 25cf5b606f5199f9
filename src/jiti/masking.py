"""Masking: whatever looks like a credential leaves neither this process nor this machine.

Four kinds of things are taken for credentials: texts of a known form (a provider's key, a JWT, a
private key), what a URL or a header carries as a password, literal values given to a name such
as `password` or `api_key`, and what this process's environment has under such a name, wherever that
turns up and however programs write it. Ordinary code that speaks of passwords and tokens stays as it
is, for the agent has to work on it; where a literal might be either, it is masked.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jiti.written_forms import forms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MASK = "[masked]"

_KNOWN_FORMS = re.compile(
    r"""
    (?<![A-Za-z0-9])
    (?: sk-ant-[\w-]{8,}                                    # Anthropic
      | (?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])            # AWS
      | gh[oprsu]_[A-Za-z0-9]{20,} | github_pat_\w{22,}     # GitHub
      | glpat-[\w-]{16,}                                    # GitLab
      | xox[a-z]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,} # Slack
      | hooks\.slack\.com/services/[\w/]{20,}
      | AIza[\w-]{30,} | ya29\.[\w-]{20,} | GOCSPX-[\w-]{20,}   # Google
      | [rs]k_(?:live|test)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9]{16,}   # Stripe
      | SG\.[\w-]{16,}\.[\w-]{16,}                          # SendGrid
      | hf_[A-Za-z0-9]{30,}                                 # Hugging Face
      | npm_[A-Za-z0-9]{36} | pypi-[\w-]{50,}               # registries
      | eyJ[\w-]{8,2000}\.eyJ[\w-]{8,2000}\.[\w-]*          # JWT
    )
    """,
    re.VERBOSE,
)

_SK_KEY = re.compile(r"(?<![\w-])sk-[\w-]{20,}")
"""OpenAI's form, which many share. It needs a look at the rest: CSS classes begin like this as well."""

_PRIVATE_KEY = re.compile(
    r"""
    -----BEGIN\ [A-Z0-9 ]*PRIVATE\ KEY(?:\ BLOCK)?-----
    (?: (?: \s | \\[nr] | \d+\t | ["'|+,()]           # line ends, as they are and in a repr; line numbers; quotes
          | [A-Z][A-Za-z-]+:\ [^\n\\]* )*              # the headers of an encrypted key
        [A-Za-z0-9+/=]{16,}+ )+
    (?: [^-]{0,80} -----END\ [A-Z0-9 ]*PRIVATE\ KEY(?:\ BLOCK)?----- )?
    """,
    re.VERBOSE,
)

_URL_PASSWORD = re.compile(
    r"""(?P<head>\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/:@"'<>{}()\\]{0,200}:)(?P<value>[^\s/"'<>{}()\\]{1,500})(?=@)"""
)
_URL_TOKEN = re.compile(r"(?P<head>\b[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?P<value>[\w-]{20,500})(?=@)")

_AUTHORIZATION = re.compile(
    r"""
    (?P<head>
        authorization \\?["']? [ \t]* [:=,] [ \t]* \\?["']? (?:bearer|basic|token|apikey)[ ]+ )
    (?P<value>[A-Za-z0-9._~+/=-]{8,}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<head>\bbearer[ ]+)(?P<value>[A-Za-z0-9._~+/=-]{16,}+)", re.IGNORECASE)

_STRONG_NAME = (
    r"pass(?:word|wd|phrase)|pwd|secret(?:[_-]?key)?|client[_-]?secret"
    r"|(?:api|access|account|encryption|master|private|signing)[ _-]?key"
    r"|(?:access|auth|bearer|refresh|session)[_-]?token"
)
_ANY_NAME = _STRONG_NAME + r"|token|credentials?"

_ASSIGNED = re.compile(
    rf"""
    (?P<head>
        (?P<name>{_STRONG_NAME}) (?![A-Za-z0-9_-])
        \\?["']? \]? [ \t]*
        (?P<sign> :[ \t]*[\w.\[\], |]{{1,40}}?[ \t]*=(?!=) | [=!]?==? | :=? | => )
        [ \t]* )
    (?: [bru]{{0,2}} (?P<quote> \\? (?: ["]{{3}} | [']{{3}} | ["'] ) )
        (?P<quoted> (?: (?!(?P=quote)) (?: \\. | [^\n\\] ) ){{1,500}}? ) (?P=quote)
      | (?P<bare>[^\s"'`,;()\[\]{{}}<>|&$%*\\]{{4,500}}+) (?![(\[{{]) )
    """,
    re.VERBOSE | re.IGNORECASE,
)

_NEAR_NAME = re.compile(
    rf"""
    (?P<head> (?:{_ANY_NAME}) (?![A-Za-z0-9_]) [^\w\n]{{1,8}} (?:is[ ]+|[bru]["'])? )
    (?P<value>[A-Za-z0-9+/_=.~-]{{16,500}}+) (?![(\[{{])
    """,
    re.VERBOSE | re.IGNORECASE,
)

_NAME_IN_ENVIRONMENT = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|PASS|CREDENTIALS?|PAT|DSN)$|API_?KEY|SECRET",
    re.IGNORECASE,
)
_SHORTEST_IN_ENVIRONMENT = 8
_LETTER_AND_DIGIT = re.compile(r"[A-Za-z].*\d|\d.*[A-Za-z]", re.DOTALL)

_TRIVIAL = frozenset(
    {
        *("changeme", "dummy", "example", "foobar", "hidden", "placeholder", "test", "testing"),
        *("pass", "passphrase", "passwd", "password", "secret", "token", "bearer"),
        *("false", "none", "null", "optional", "required", "string", "text", "true", "undefined"),
    }
)
"""Words that stand for a credential in documentation and tests, or say of what type it is."""

_SPEAKS_OF_ONE = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|api[_-]?key|credential|private[_-]?key|example", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"<.*>|.*\{.*\}.*|\$\w+|%s|%\(\w+\)s|.*(?:\.\.\.|…).*|(.)\1*", re.DOTALL)
_PATH = re.compile(r"[~.]{0,2}/|[A-Za-z]:[\\/]|\w+://")
_EXPRESSION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_ENOUGH_TO_BE_RANDOM = 16
_SHORTEST = 4
_SHORTEST_SIGN = 8
"""Characters of the shortest text that is changed: `pwd=abcd`, or what the environment holds."""
_CHANGES_OF_KIND = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")


def mask(text: str) -> str:
    """The text with `[masked]` for whatever looks like a credential.

    The number of lines stays as it was, and masking twice is masking once.
    """
    return text if len(text) < _SHORTEST_SIGN else _masked(text, _values_in_environment())


def masker() -> Callable[[str], str]:
    """`mask` for many texts of one moment: what the environment holds is looked at once."""
    values = _values_in_environment()
    return lambda text: text if len(text) < _SHORTEST_SIGN else _masked(text, values)


def _masked(text: str, values: Iterable[str]) -> str:
    for value in values:
        for form in forms_of(value):
            text = text.replace(form, MASK + "\n" * form.count("\n"))
    # Most texts hold no credential, and to see that by what one begins with is quicker than to look for each at each
    # place. Beyond ASCII there are letters that a pattern takes for an `s` or a `k`, and `lower` does not.
    lowered = text.lower() if text.isascii() else None
    for signs, pattern, replacement in _STEPS:
        if lowered is None or any(sign in lowered for sign in signs):
            text = pattern.sub(replacement, text)
    return text


def _values_in_environment() -> tuple[str, ...]:
    """Credentials that this process was given, the longest first; what may be a word, a path or a number is none."""
    # Looked at anew each time, since a program may set one at any moment; what has to be decoded is few.
    return _credentials(tuple(os.environ.get(name, "") for name in os.environ if _names_credential(name)))


@lru_cache(maxsize=1_024)
def _names_credential(name: str) -> bool:
    return _NAME_IN_ENVIRONMENT.search(name) is not None


@lru_cache(maxsize=16)
def _credentials(values: tuple[str, ...]) -> tuple[str, ...]:
    found = {
        value
        for value in values
        if len(value) >= _SHORTEST_IN_ENVIRONMENT
        and _LETTER_AND_DIGIT.search(value)
        and _is_literal(value)
        and not _PATH.match(value)
        and not _EXPRESSION.fullmatch(value)
    }
    return tuple(sorted(found, key=len, reverse=True))


def _without_value(found: re.Match[str], is_credential: bool) -> str:  # noqa: FBT001 - the answer to a question
    return found["head"] + MASK if is_credential else found[0]


def _without_literal(found: re.Match[str]) -> str:
    """An assignment to a name that says what it holds, without its value if that is a literal."""
    if found["quoted"] is None:
        return found["head"] + MASK if _is_bare_credential(found) else found[0]
    if not _is_quoted_credential(found["name"], found["quoted"]):
        return found[0]
    start, end = (place - found.start() for place in found.span("quoted"))
    return found[0][:start] + MASK + found[0][end:]


def _is_quoted_credential(name: str, value: str) -> bool:
    if " " in value.strip() and not name.lower().startswith("passphrase"):
        return False  # a sentence about a password
    names_one = value.replace("_", "").replace("-", "").isalpha() and _SPEAKS_OF_ONE.search(value)
    return _is_literal(value) and not names_one and not _PATH.match(value)


def _is_bare_credential(found: re.Match[str]) -> bool:
    """Whether a value without quotes is one: in Python that is an expression, in an .env or YAML file a text."""
    name, value = found["name"], found["bare"]
    if not _is_literal(value) or _PATH.match(value):
        return False
    if name.isupper() and found["head"].endswith(f"{name}="):
        return True
    if _EXPRESSION.fullmatch(value) or not any(character.isdigit() for character in value):
        return False
    return not (value.isidentifier() and _SPEAKS_OF_ONE.search(value))


def _is_literal(value: str) -> bool:
    """Whether a value stands for itself, and not for one that a person or a program fills in."""
    value = value.strip()
    return (
        len(value) >= _SHORTEST
        and value.lower() not in _TRIVIAL
        and MASK not in value
        and not _PLACEHOLDER.fullmatch(value)
    )


def _is_random(value: str) -> bool:
    """Whether letters and digits alternate as they do in no word and no identifier."""
    if len(value) < _ENOUGH_TO_BE_RANDOM or _EXPRESSION.fullmatch(value):
        return False
    return len(_CHANGES_OF_KIND.findall(value)) > 2  # noqa: PLR2004 - `utf8_to_x` has two


def _has_random_run(value: str) -> bool:
    return any(
        len(run) >= _ENOUGH_TO_BE_RANDOM and any(character.isdigit() for character in run)
        for run in re.split(r"[_-]", value)
    )


_STEPS: Sequence[tuple[Sequence[str], re.Pattern[str], str | Callable[[re.Match[str]], str]]] = (
    (("private key",), _PRIVATE_KEY, lambda found: MASK + "\n" * found[0].count("\n")),
    (
        (
            *(
                "sk-ant-",
                "akia",
                "asia",
                "gho_",
                "ghp_",
                "ghr_",
                "ghs_",
                "ghu_",
                "github_pat_",
                "glpat-",
                "xox",
                "xapp-",
            ),
            *("hooks.slack.com", "aiza", "ya29.", "gocspx-", "k_live_", "k_test_", "whsec_", "sg.", "hf_", "npm_"),
            *("pypi-", "eyj"),
        ),
        _KNOWN_FORMS,
        MASK,
    ),
    (("sk-",), _SK_KEY, lambda found: MASK if _has_random_run(found[0]) else found[0]),
    (("://",), _URL_PASSWORD, lambda found: _without_value(found, _is_literal(found["value"]))),
    (("://",), _URL_TOKEN, lambda found: _without_value(found, _is_random(found["value"]))),
    (("authorization",), _AUTHORIZATION, lambda found: _without_value(found, _is_literal(found["value"]))),
    (("bearer",), _BEARER, lambda found: _without_value(found, _is_random(found["value"]))),
    (("pass", "pwd", "secret", "key", "token"), _ASSIGNED, _without_literal),
    (
        ("pass", "pwd", "secret", "key", "token", "credential"),
        _NEAR_NAME,
        lambda found: _without_value(found, _is_random(found["value"])),
    ),
)
"""What is looked for, in this order, and what a text in ASCII holds in lower case wherever it can be found."""
