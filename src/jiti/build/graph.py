"""Which stub comes before which: dependencies of several strengths, made to lead nowhere in a circle."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


class Strength(IntEnum):
    """How surely one stub needs another: where needs close a circle, the weakest in it are let go."""

    MENTIONED = 1
    """In what a test, an example, or code on the way to it calls."""
    IN_SIGNATURE = 2
    REQUIRED = 3
    """Named in `uses=`, or the test that has to be written first."""


def acyclic(edges: Mapping[str, Mapping[str, Strength]]) -> dict[str, set[str]]:
    """What each needs, once circles are broken: of those that need one another, all the weakest edges go.

    Args:
        edges: key to the keys that it needs, each with how surely.
    """
    left = {key: {need: how for need, how in needs.items() if need != key} for key, needs in edges.items()}
    for strength in Strength:
        for circle in _circles(left):
            for key in circle:
                needs = left[key]
                left[key] = {need: how for need, how in needs.items() if need not in circle or how > strength}
    return {key: set(needs) for key, needs in left.items()}


def contracted(needs: Mapping[str, Collection[str]], kept: Collection[str]) -> dict[str, set[str]]:
    """What each of those that are kept needs of those that are kept, be it by way of others."""
    found: dict[str, set[str]] = {}
    for key in kept:
        direct: set[str] = set()
        waiting, seen = [*needs.get(key, ())], {key}
        while waiting:
            need = waiting.pop()
            if need in seen:
                continue
            seen.add(need)
            if need in kept:
                direct.add(need)
            else:
                waiting += needs.get(need, ())
        found[key] = direct
    return found


def closure(needs: Mapping[str, Collection[str]], keys: Collection[str]) -> set[str]:
    """The keys, and all that these need, directly or not."""
    found: set[str] = set()
    waiting = [*keys]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += needs.get(key, ())
    return found


def in_order(needs: Mapping[str, Collection[str]]) -> list[str]:
    """The keys, each after all that it needs, else as they come; there must be no circle."""
    found: dict[str, None] = {}
    for first in needs:
        stack = [first]
        while stack:
            left = [need for need in sorted(needs[stack[-1]]) if need in needs and need not in found]
            if left:
                stack.append(left[0])
            else:
                found[stack.pop()] = None
    return list(found)


def heights(needs: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How long the longest chain is of those that wait for each key, itself included."""
    found = dict.fromkeys(needs, 1)
    for key in reversed(in_order(needs)):
        for need in needs[key]:
            if need in found:
                found[need] = max(found[need], found[key] + 1)
    return found


def _circles(edges: Mapping[str, Collection[str]]) -> Iterator[set[str]]:
    """Groups of several keys each of which leads to all others of its group: Tarjan's algorithm, without recursion."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for first in edges:
        stack = [(first, iter(edges[first]))] if first not in number else []
        while stack:
            key, rest = stack[-1]
            if key not in number:
                number[key] = lowest[key] = len(number)
                path.append(key)
                on_path.add(key)
            following = next((each for each in rest if each in edges and (each not in number or each in on_path)), None)
            if following is None:
                stack.pop()
                if stack:
                    lowest[stack[-1][0]] = min(lowest[stack[-1][0]], lowest[key])
                if lowest[key] == number[key]:
                    group = set(path[path.index(key) :])
                    del path[path.index(key) :]
                    on_path -= group
                    if len(group) > 1:
                        yield group
            elif following in on_path:
                lowest[key] = min(lowest[key], number[following])
            else:
                stack.append((following, iter(edges[following])))
