"""The end of a session's time ends what it runs, whatever the limits of that are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from jiti.submission import OutOfTimeError, Submission
from tests.unit.checks.workshop import SLUGIFY, call, slugify

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.checks.bench import Bench
    from tests.unit.checks.workshop import Workshop

FOR_EVER = "while True:\n    pass"
ENDLESS: dict[str, Callable[[Bench], object]] = {
    "an example": lambda bench: bench.check(Submission(FOR_EVER)),
    "the live call": lambda bench: bench.check(Submission('if "!" in text:\n    return "hello-world"\n' + FOR_EVER)),
    "a scratch test": lambda bench: bench.check(
        Submission('return "hello-world"', tests="def test_it() -> None:\n    while True:\n        pass\n")
    ),
    "an experiment": lambda bench: bench.run_python(FOR_EVER),
    "an expression": lambda bench: bench.inspect("[0 for _ in iter(int, 1)]"),
}


def half_a_second_from_now() -> Callable[[], float]:
    end = time.monotonic() + 0.5
    return lambda: end - time.monotonic()


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "started"])
@pytest.mark.parametrize("run", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_ended(workshop: Workshop, run: Callable[[Bench], object], *, fork: bool) -> None:
    bench = workshop.bench(workshop.stub(), call(slugify, "x"), fork=fork)
    bench.inspect("1")  # it is ready
    bench.within(half_a_second_from_now())
    with pytest.raises(OutOfTimeError):
        run(bench)


def test_events_that_keep_coming_give_no_more_time(workshop: Workshop) -> None:
    """Each gives what reports it as long again as its own limit is."""
    tests = "import pytest\n\n\n@pytest.mark.parametrize('n', range(10_000))\ndef test_it(n: int) -> None: ...\n"
    bench = workshop.bench(workshop.stub(), call(slugify, "x"))
    bench.inspect("1")
    bench.within(half_a_second_from_now())
    with pytest.raises(OutOfTimeError):
        bench.check(Submission('return "hello-world"', tests=tests))


def test_a_child_that_does_not_get_ready_is_waited_for_no_longer(workshop: Workshop) -> None:
    bench = workshop.bench(workshop.stub("import time\n\ntime.sleep(60)\n" + SLUGIFY))
    bench.start()
    bench.within(half_a_second_from_now())
    with pytest.raises(OutOfTimeError):
        bench.inspect("1")


def test_without_a_limit_nothing_is_ended(workshop: Workshop) -> None:
    bench = workshop.bench(workshop.stub())
    bench.within(lambda: None)
    assert bench.inspect("1 + 1").startswith("int")
