"""What tokens cost."""

from __future__ import annotations

import datetime as dt

import pytest

from jiti.settings import Settings
from jiti.usage import PRICES, PRICES_AS_OF, Usage, dollars

MILLION = 1_000_000


def test_each_kind_of_token_has_its_price() -> None:
    kinds = [Usage(MILLION), Usage(0, MILLION), Usage(0, 0, MILLION), Usage(0, 0, 0, MILLION)]
    assert [dollars("claude-sonnet-5-5", usage) for usage in kinds] == [2.0, 10.0, 0.1, 2.5]
    assert dollars("claude-sonnet-5-5", Usage(1000, 100, 10_000, 2000)) == pytest.approx(0.009)


def test_a_snapshot_costs_what_its_model_costs() -> None:
    assert dollars("claude-haiku-4-5-20251001", Usage(MILLION)) == dollars("claude-haiku-4-5", Usage(MILLION)) == 1.0


def test_a_long_prompt_may_cost_more() -> None:
    assert dollars("claude-haiku-5-5", Usage(40_000, 0, 40_000, 20_000)) == pytest.approx(0.0069)
    assert dollars("claude-haiku-5-5", Usage(40_001, 0, 40_000, 20_000)) == pytest.approx(0.0345, abs=1e-5)


@pytest.mark.parametrize("name", ["qwen3-coder", "us.anthropic.claude-sonnet-5-5-v1:0", "claude-sonnet-5-5-fast", ""])
def test_a_model_that_is_not_in_the_table_has_no_price(name: str) -> None:
    assert dollars(name, Usage(1)) is None


def test_the_table_knows_the_default_model_and_says_its_date() -> None:
    assert Settings().model in PRICES
    assert dt.date.fromisoformat(PRICES_AS_OF)


def test_reading_the_cache_costs_less_than_the_prompt_and_writing_it_a_quarter_more() -> None:
    for price in PRICES.values():
        assert price.cache_read < price.input < price.cache_write == pytest.approx(price.input * 1.25)
