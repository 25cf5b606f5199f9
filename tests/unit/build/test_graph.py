"""Which comes before which, and how circles are broken."""

from __future__ import annotations

from jiti.build import graph
from jiti.build.graph import Strength

MENTIONED, SIGNATURE, REQUIRED = Strength


def test_what_closes_no_circle_stays() -> None:
    edges = {"a": {"b": MENTIONED, "c": REQUIRED}, "b": {"c": SIGNATURE}, "c": {}}
    assert graph.acyclic(edges) == {"a": {"b", "c"}, "b": {"c"}, "c": set()}


def test_of_those_that_need_one_another_the_weaker_reason_goes() -> None:
    assert graph.acyclic({"a": {"b": REQUIRED}, "b": {"a": MENTIONED}}) == {"a": {"b"}, "b": set()}


def test_where_all_reasons_are_as_strong_none_comes_first() -> None:
    edges = {"a": {"b": REQUIRED}, "b": {"c": REQUIRED}, "c": {"a": REQUIRED, "d": MENTIONED}, "d": {}}
    assert graph.acyclic(edges) == {"a": set(), "b": set(), "c": {"d"}, "d": set()}


def test_a_circle_of_strong_reasons_inside_one_of_weak_ones_is_broken_too() -> None:
    edges = {
        "a": {"b": SIGNATURE},
        "b": {"a": SIGNATURE, "c": MENTIONED},
        "c": {"a": MENTIONED, "d": REQUIRED},
        "d": {"c": MENTIONED},
    }
    assert graph.acyclic(edges) == {"a": set(), "b": set(), "c": {"d"}, "d": set()}


def test_a_stub_that_mentions_itself_needs_nothing() -> None:
    assert graph.acyclic({"a": {"a": REQUIRED}}) == {"a": set()}


def test_a_long_chain_is_no_matter_of_recursion() -> None:
    edges = {str(number): {str(number + 1): MENTIONED} for number in range(5_000)}
    needs = graph.acyclic({**edges, "5000": {"0": MENTIONED}})
    assert set().union(*needs.values()) == set()
    assert graph.in_order({key: set(wanted) for key, wanted in edges.items()})[0] == "4999"


def test_what_is_needed_by_way_of_what_is_there_already_is_needed() -> None:
    needs = {"a": ["b", "x"], "b": ["c"], "c": [], "x": ["y"], "y": ["a"]}
    assert graph.contracted(needs, ["a", "c"]) == {"a": {"c"}, "c": set()}


def test_the_order_keeps_what_is_not_bound_as_it_comes() -> None:
    assert graph.in_order({"d": ["b"], "a": [], "c": ["d"], "b": []}) == ["b", "d", "a", "c"]


def test_the_height_of_a_key_is_that_of_what_waits_for_it() -> None:
    assert graph.heights({"a": ["b"], "b": ["c"], "c": [], "d": ["c"]}) == {"a": 1, "b": 2, "c": 3, "d": 1}


def test_the_closure_holds_all_that_is_needed() -> None:
    assert graph.closure({"a": ["b"], "b": ["c"], "c": [], "d": []}, ["a"]) == {"a", "b", "c"}
