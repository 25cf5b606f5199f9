"""The side of a witness call that judges: it forks who makes the call, and builds what is told by the answer."""

from __future__ import annotations

import inspect
import linecache
import secrets
import sys
import typing
import warnings
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from jiti import loader, trial
from jiti.checks import watching
from jiti.checks.reports import candidate_file
from jiti.checks.witness import asking, fitness, preparation
from jiti.checks.witness.caller import CallToMake
from jiti.checks.witness.decoder import Decoder
from jiti.checks.witness.kinds import MalformedError
from jiti.checks.witness.known import Known, UnfitError
from jiti.checks.witness.raised import LostError, rebuilt
from jiti.checks.witness.trusted import Trusted, UntrustedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from types import ModuleType

    from jiti.checks.jobs import Place
    from jiti.checks.reports import Report, ReportingTrial
    from jiti.checks.witness.preparation import Tests

_OF_A_NEED = ("key", "module", "qualname", "arguments", "rows", "own")
MOST_CALLS = 500
"""Of one job: a test that makes more would take its time for forks alone."""


class RefusedError(BaseException):
    """A candidate's result is none that a judge can take. Not an `Exception`, which a test may expect."""


class Witness:
    """Has the candidates of one job called, and never calls them itself.

    Args:
        report: is told what happens.
        place: the stub on trial.
        setup: what the child was told.
        ours: the trial of this process.
        tests: those of this process.
    """

    def __init__(
        self, report: Report, place: Place, setup: Mapping[str, Any], ours: ReportingTrial, tests: Tests
    ) -> None:
        self._report = report
        self._root: str = setup["root"]
        self._allows: Collection[str] = setup["allows"]
        self._classes: Collection[str] = setup["classes"]
        self._module = place.module
        self._key = place.key
        self._trial = ours
        self._candidates = dict(ours.candidates)
        self._tests = tests
        self._hidden: tuple[int, list[ModuleType], preparation.Hidden] | None = None
        self._dispatchers: dict[str, Any] = {}
        self._asked: set[str] = set()
        self._calls = 0

    # ------------------------------------------------------------ standing in for candidates

    def stand_in(self) -> None:
        """Let every stub on trial call this, whoever calls the stub.

        It ends the process where the candidates have to be judged otherwise.
        """
        for key, text in self._candidates.items():
            try:
                code = compile(text, candidate_file(key), "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                code = None
            if self._trial.is_running(key):
                self._give_up(f"{key} was called before there was a job", lasting=True)
            allows = self._allows if key == self._key else ()
            if why := fitness.of_stub(key, code, allows, is_class=key in self._classes):
                self._give_up(f"{key} {why}", lasting=True)
            self._trial.candidates[key] = preparation.stand_in(key)
            preparation.import_for(text)
            if code is not None:
                loader.compiled[candidate_file(key)] = text, code
        self._trial.witness = self

    def called(self, key: str) -> Callable[..., Any]:
        """What is called in place of a stub's candidate; its text is there for tracebacks."""
        text = self._candidates[key]
        linecache.cache[candidate_file(key)] = len(text), None, text.splitlines(keepends=True), candidate_file(key)

        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the stub takes and gives
            return self._call(key, args, kwargs)

        return call

    def loaded(self, key: str, dispatcher: Any) -> None:  # noqa: ANN401 - of a layer above this one
        """Note what can let a stub be loaded anew."""
        self._dispatchers[key] = dispatcher

    def _give_up(self, why: str, *, lasting: bool) -> NoReturn:
        """Have the job done without a witness: in the process of the candidate."""
        self._report("unwitnessed", why=why[:300], lasting=lasting)
        self._report("done")
        asking.leave(0)

    # ------------------------------------------------------------ a call

    def _call(self, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
        self._calls += 1
        if self._calls > MOST_CALLS:
            self._give_up(f"{key} is called more than {MOST_CALLS:,} times", lasting=True)
        running = self._tests.running()
        if why := fitness.of_tests(running) or fitness.of_patches(self._module, self._trusted):
            self._give_up(f"{key} {why}", lasting=True)
        try:
            known = Known(self._trusted, (*args, *kwargs.values()))
        except UnfitError as error:
            self._give_up(f"{key} {error}", lasting=True)
        call = CallToMake(
            lambda: self._anew(key),
            args,
            kwargs,
            known,
            self._module.__name__,
            self._candidates,
            {self._key, *self._candidates},
            self._to_hide()[1],
            secrets.token_bytes(16),
        )
        try:
            answer = asking.answer_to(call)
        except MalformedError:
            self._forged()
        return self._taken(key, known, answer)

    def _forged(self) -> NoReturn:
        self._report.forged()
        asking.leave(1)

    def _anew(self, key: str) -> Callable[..., Any]:
        """The stub's function, about to load its candidate; asked for in a caller."""
        for each in self._dispatchers.values():
            each.rearm()
        self._report.close()
        return self._dispatchers[key].again()

    # ------------------------------------------------------------ what an answer says

    def _taken(self, key: str, known: Known, answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
        try:
            watching.hand_on(answer["effects"], self._report)
            self._note(answer)
            decoder = Decoder(self._trusted, known.objects)
            for number, node in answer["changes"]:
                decoder.restore(known.changed(number), node)
            outcome, what = answer["outcome"], answer["what"]
            result = decoder.value(what) if outcome == "returned" else None
            error = rebuilt(what, decoder, self._trusted) if outcome == "raised" else None
        except UntrustedError as refused:
            self._refuse(key, *str(refused).rsplit(".", 1))
        except LostError as lost:
            self._give_up(f"{key} raises {lost}", lasting=False)
        except (MalformedError, KeyError, TypeError, ValueError, IndexError):
            self._forged()
        if error is not None:
            raise error
        if outcome == "opaque":
            self._refuse(key, *map(str, what))
        if outcome != "returned":
            self._forged()
        return result

    def _note(self, answer: Mapping[str, Any]) -> None:
        """Hand on what a caller saw besides the outcome."""
        for stream, text in zip((sys.stdout, sys.stderr), answer["printed"], strict=True):
            if text:
                stream.write(str(text))
        for asked in answer["asked"]:
            if asked in self._candidates and asked not in self._asked and asked not in self._dispatchers:
                self._asked.add(asked)
                self._report("asked", key=asked)
        for need in answer["needs"]:
            self._report(
                "need", **{name: need[name] for name in ("key", "module", "qualname", "arguments", "rows", "own")}
            )
        if answer["needs"]:
            raise trial.Needed(str(answer["needs"][-1]["key"]))
        for module, name, text, file, line in answer["warned"]:
            try:
                category = self._trusted.exception(module, name)
            except UntrustedError:
                category = UserWarning
            if issubclass(category, Warning):
                warnings.warn_explicit(str(text), category, str(file), int(line))

    def _refuse(self, key: str, module: str, qualname: str) -> NoReturn:
        """Turn down a result that is no data; but judge it otherwise, where the stub means such results."""
        shown = qualname if module == "builtins" else f"{module}.{qualname}"
        if self._trusted.names(module) or self._is_open(key):
            self._give_up(f"{key} returns a `{shown}`", lasting=False)
        why = f"{key} returned or changed a `{shown}`, which is no value that its annotation names"
        self._report("refused", why=why)
        raise RefusedError(why)

    def _is_open(self, key: str) -> bool:
        written = self._dispatchers[key].written
        try:
            annotation = inspect.get_annotations(written)["return"]
            alone = SimpleNamespace(__annotations__={"return": annotation})
            annotation = typing.get_type_hints(alone, written.__globals__, include_extras=True)["return"]
        except Exception:  # noqa: BLE001 - an annotation is an expression of the user's and may do anything
            return True
        return fitness.may_be_opaque(annotation, self._trusted)

    # ------------------------------------------------------------ what the tests are

    def _to_hide(self) -> tuple[list[ModuleType], preparation.Hidden]:
        """The modules that tests are in, and all that no candidate is to see; scratch tests come late."""
        collected = self._tests.collected()
        if self._hidden is None or self._hidden[0] != len(collected):
            modules = preparation.test_modules(collected)
            self._hidden = len(collected), modules, preparation.Hidden.of(collected, modules)
        return self._hidden[1], self._hidden[2]

    @cached_property
    def _trusted(self) -> Trusted:
        return Trusted(self._root, self._module, {module.__name__ for module in self._to_hide()[0]})
