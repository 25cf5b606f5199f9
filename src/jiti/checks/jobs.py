"""The jobs that a child does, each in a process of its own: examples, the live call, and experiments."""

from __future__ import annotations

import ast
import inspect
import io
import linecache
import pickle
import sys
import typing
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import typeguard

from jiti.checks import documentation, examples
from jiti.checks.reports import EXPERIMENT, account, candidate_file, find, message_of, one_line, short_traceback
from jiti.live import bind, short_repr, type_name
from jiti.stub import SCRIPT_NAMES
from jiti.trial import Needed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType

    from jiti.checks.reports import Report

ANSWER_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """What jobs work on.

    Attributes:
        key: the stub on trial.
        qualname: its name in the module.
        module: the stub's module, imported.
        live: the pickled `(args, kwargs)` of the live call.
        script: the name of the module that the program's script is here.
        script_problem: why it is not there, if it is not.
        doctest_flags: those that the user's pytest settings ask for.
    """

    key: str
    qualname: str
    module: ModuleType
    live: bytes | None
    script: str
    script_problem: str
    doctest_flags: int

    def stub(self, candidate: str | None = None) -> Callable[..., Any]:
        """The stub itself, under the user's own decorators; one inside a function is taken from the candidate.

        Raises:
            AttributeError: it cannot be reached from the module.
            Exception: whatever the candidate raises.
        """
        if candidate is not None and "<locals>" in self.qualname:
            return self._loaded(candidate)
        found: Any = find(self.module, self.qualname)
        # The last of the chain is the placeholder as the user wrote it, and what wraps that is the stub.
        while hasattr(found, "__wrapped__") and hasattr(found.__wrapped__, "__wrapped__"):
            found = found.__wrapped__
        return found

    def _loaded(self, candidate: str) -> Callable[..., Any]:
        module = ModuleType(self.module.__name__)
        exec(compile(candidate, candidate_file(self.key), "exec", dont_inherit=True), vars(module))  # noqa: S102 - this is what the process is for
        return find(module, self.qualname.rpartition("<locals>.")[2])

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Fresh copies of the live call's arguments.

        Raises:
            Exception: whatever their classes raise, or because a class cannot be found here.
        """
        return _Unpickler(io.BytesIO(self.live or b""), self.script, self.script_problem).load()

    def receiver(self, args: tuple[Any, ...]) -> type | None:
        """The class that `Self` stands for in a call of the stub, if the stub is in a class."""
        owner = self.qualname.rpartition(".")[0]
        if not args or not owner or owner.endswith("<locals>"):
            return None
        return args[0] if isinstance(args[0], type) else type(args[0])

    def names(self) -> dict[str, Any]:
        """What an experiment can refer to: the module's names, and the live arguments by their parameters'."""
        names = dict(vars(self.module))
        if self.live is not None:
            args, kwargs = self.arguments()
            in_a_function = "<locals>" in self.qualname  # where its signature cannot be read from here
            names |= {"args": args, "kwargs": kwargs} if in_a_function else bind(self.stub(), args, kwargs)
        return names


class _Unpickler(pickle.Unpickler):
    """Finds a script's classes, which were pickled under the name that it runs by, under the one that it has here."""

    def __init__(self, file: io.BytesIO, script: str, problem: str) -> None:
        super().__init__(file)
        self._script = script
        self._problem = problem

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as in the class that it overrides
        if module not in SCRIPT_NAMES:
            return super().find_class(module, name)
        if self._script not in sys.modules:
            message = f"{name} is defined in a script that cannot be imported: {self._problem}"
            raise pickle.UnpicklingError(message)
        return super().find_class(self._script, name)


def leave_event_loop() -> None:
    """Let a job have an event loop of its own, where the call that jobs are served at is made by a coroutine."""
    asyncio = sys.modules.get("asyncio")
    loop = asyncio and asyncio._get_running_loop()  # noqa: SLF001 - documented for those who run loops, in spite of its name
    if asyncio and loop:
        task = asyncio.current_task(loop)
        if task is not None:
            asyncio.tasks._leave_task(loop, task)  # noqa: SLF001 - as above
        asyncio._set_running_loop(None)  # noqa: SLF001 - as above


def do(job: Mapping[str, Any], place: Place, report: Report) -> None:
    """Do one job; what comes of it is reported."""
    _KINDS[job["kind"]](job, place, report)


# ---------------------------------------------------------------- the candidate


def _examples(job: Mapping[str, Any], place: Place, report: Report) -> None:
    found, malformed = examples.parse(job["docstring"], job["line"])
    # Said before any code of the candidate runs: by this the parent knows what it has to hear of.
    report("examples", lines=[example.lineno for example in found], malformed=malformed)
    examples.run(found, vars(place.module), place.key, report, place.doctest_flags)


def _call(job: Mapping[str, Any], place: Place, report: Report) -> None:
    try:
        args, kwargs = place.arguments()
    except Exception as error:  # noqa: BLE001 - a class may raise anything while it is copied
        report("untried", why=f"{type(error).__name__}: {message_of(error)}"[:300])
        return
    try:
        stub = place.stub(job["candidate"])
        result = stub(*args, **kwargs)
        if job["is_async"] and inspect.iscoroutine(result):
            import asyncio  # a fiftieth of a second, for stubs that are coroutines alone

            result = asyncio.run(result)
    except Needed:
        return  # reported where it was raised
    except BaseException as error:  # noqa: BLE001 - a candidate may raise anything, SystemExit too
        report("raised", **account(error, place.key))
        return
    misfit, note = _misfit(result, stub, place.module, place.receiver(args))
    report("returned", shown=f"{type_name(result)}: {one_line(result)}", misfit=misfit, note=note)


def _misfit(
    result: object, stub: Callable[..., Any], module: ModuleType, receiver: type | None
) -> tuple[str | None, str | None]:
    """Why a result does not fit the return annotation; and why that could not be told, where it could not."""
    try:
        written = inspect.get_annotations(stub).get("return", inspect.Signature.empty)
        if written is inspect.Signature.empty:
            return None, None
        alone = SimpleNamespace(__annotations__={"return": written})
        annotation = typing.get_type_hints(alone, vars(module), include_extras=True)["return"]
        everything = typeguard.TypeCheckConfiguration(
            collection_check_strategy=typeguard.CollectionCheckStrategy.ALL_ITEMS
        )
        memo = typeguard.TypeCheckMemo(vars(module), {}, self_type=receiver, config=everything)
        typeguard.check_type_internal(result, annotation, memo)
    except typeguard.TypeCheckError as error:
        if "cannot be checked" in str(error):  # as it says where it has no class to check `Self` against
            return None, f"the return annotation cannot be checked: {error}"
        error.append_path_element(type_name(result))
        return f"the return value {error}", None
    except Exception as error:  # noqa: BLE001 - an annotation is an expression of the user's and may do anything
        return None, f"the return annotation cannot be checked: {type(error).__name__}: {error}"
    return None, None


# ---------------------------------------------------------------- experiments


def _inspect(job: Mapping[str, Any], place: Place, report: Report) -> None:
    try:
        code = _compiled(job["text"].strip(), "eval")
        value = eval(code, place.names())  # noqa: S307 - this is what the process is for
        report("answer", text=f"{type_name(value)}: {short_repr(value, ANSWER_CHARACTERS)}")
    except Needed:
        pass
    except BaseException as error:  # noqa: BLE001 - the agent's expression may raise anything
        report("answer", text=short_traceback(error))


def _python(job: Mapping[str, Any], place: Place, report: Report) -> None:
    del report  # what it prints is the answer
    try:
        names = place.names() | {"__name__": "experiment"}
        statements, last = _parts(job["text"])
        exec(statements, names)  # noqa: S102 - this is what the process is for
        value = eval(last, names) if last else None  # noqa: S307 - as above
        if value is not None:
            sys.stdout.write(f"{short_repr(value, ANSWER_CHARACTERS)}\n")
    except Needed:
        pass
    except BaseException as error:  # noqa: BLE001 - the agent's code may raise anything
        sys.stderr.write(f"{short_traceback(error)}\n")


def _parts(text: str) -> tuple[CodeType, CodeType | None]:
    """The code of a piece of Python; and apart that of its last statement, if that is an expression."""
    linecache.cache[EXPERIMENT] = (len(text), None, text.splitlines(keepends=True), EXPERIMENT)
    tree = ast.parse(text, EXPERIMENT)
    match tree.body:
        case [*statements, ast.Expr(value=last)]:
            rest = ast.Module(statements, type_ignores=[])
            return _compiled(rest, "exec"), _compiled(ast.Expression(last), "eval")
    return _compiled(tree, "exec"), None


def _compiled(source: str | ast.Module | ast.Expression, mode: str) -> CodeType:
    return compile(source, EXPERIMENT, mode, dont_inherit=True)


def _docs(job: Mapping[str, Any], place: Place, report: Report) -> None:
    report("answer", text=documentation.of(job["text"], words=job["words"], names=vars(place.module)))


_KINDS = {"examples": _examples, "call": _call, "inspect": _inspect, "python": _python, "docs": _docs}
