"""How deep JSON of others may be nested: what walks through it calls itself for each level."""

from __future__ import annotations

DEEPEST = 100


def is_too_deep(value: object) -> bool:
    """Whether lists and dictionaries stand in one another more than `DEEPEST` deep."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for each in level if isinstance(each, list | dict) for inner in _values(each)]
        if not level:
            return False
    return True


def _values(value: list[object] | dict[str, object]) -> list[object]:
    return [*value.values()] if isinstance(value, dict) else value
