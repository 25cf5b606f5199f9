"""Show what the functions of this package do: `python -m semver`."""

from __future__ import annotations

from functools import cmp_to_key

from semver import bump, compare, parse, satisfies

RELEASES = ["1.0.0", "1.0.0-alpha.beta", "1.0.0-rc.1", "1.0.0-alpha", "1.0.0-alpha.1", "1.10.0", "1.9.3", "2.0.0-rc.1"]


def main() -> None:
    """Order some releases, choose among them, and raise one."""
    ordered = sorted((parse(text) for text in RELEASES), key=cmp_to_key(compare))
    print("in order:  ", " < ".join(map(str, ordered)))

    allowed = [text for text in RELEASES if satisfies(text, "^1.0.0")]
    print("fit ^1.0.0:", ", ".join(allowed))

    version = parse("1.9.3")
    print("after 1.9.3:", bump(version, "patch"), "or", bump(version, "minor"), "or", bump(version, "major"))


if __name__ == "__main__":
    main()
