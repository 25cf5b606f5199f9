"""Show what this package does: `python -m tokens`."""

from __future__ import annotations

from tokens import Claims, TokenError, create, verify

KEY = bytes(range(32))
NOON = 1_767_268_800


def main() -> None:
    """Create a token, and show it at three times, and with something changed."""
    claims = Claims(issuer="shop", subject="joe", not_before=NOON, expires=NOON + 3_600, others={"admin": False})
    token = create(claims, KEY)
    print("a token of", len(token), "characters, made of", ", ".join(claims.payload()))

    for name, shown, now in [
        ("at noon", token, NOON),
        ("in the morning", token, NOON - 60),
        ("in the evening", token, NOON + 7_200),
        ("changed", f"{token[:-2]}AA", NOON),
    ]:
        try:
            print(f"{name}: {verify(shown, KEY, now=now).subject} may come in")
        except TokenError as error:
            print(f"{name}: {type(error).__name__}")


if __name__ == "__main__":
    main()
