"""JSON Web Tokens signed with HMAC-SHA256 (RFC 7519, `HS256`): created, and verified."""

from tokens.claims import Claims
from tokens.errors import (
    AlgorithmError,
    AudienceError,
    ExpiredError,
    MalformedError,
    NotYetValidError,
    SignatureError,
    TokenError,
)
from tokens.signing import create, verify

__all__ = [
    "AlgorithmError",
    "AudienceError",
    "Claims",
    "ExpiredError",
    "MalformedError",
    "NotYetValidError",
    "SignatureError",
    "TokenError",
    "create",
    "verify",
]
