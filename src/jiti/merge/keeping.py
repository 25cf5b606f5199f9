"""A scratch test that becomes one of the user's, by which its stub is judged from then on."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from jiti import gates, mirror, scratch
from jiti.errors import MergeError, StubError
from jiti.gates.modules import Modules
from jiti.merge import changes, stamps, transaction
from jiti.merge.changes import Change
from jiti.merge.graduation import held, require_sound
from jiti.merge.modules import name_of
from jiti.merge.moving import Scratch
from jiti.merge.plan import MovedTest, Plan
from jiti.merge.scratch import Mover
from jiti.status import scratch_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.settings import Settings
    from jiti.stub import Declaration


def scratch_test(declarations: Sequence[Declaration], name: str) -> tuple[Declaration, str]:
    """The stub and the scratch test that a person means by a name: `test_empty`, `app/text.py::slugify::test_empty`.

    Raises:
        StubError: there is none (the nearest are suggested), or several (they are listed).
    """
    known = {f"{each.key}::{test}": (each, test) for each in declarations for test in scratch_names(each)}
    found = [full for full in known if full == name or full.endswith(f"::{name}")]
    if len(found) > 1:
        raise StubError(f"{name} is ambiguous", hint="it may mean\n    " + "\n    ".join(found))
    if not found:
        names = {test: full for full, (_, test) in known.items()} | {full: full for full in known}
        near = [names[each] for each in get_close_matches(name, names, n=3)]
        hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "`jiti show` tells of a stub's tests"
        raise StubError(f"there is no scratch test {name}", hint=hint)
    return known[found[0]]


def keep(root: str, settings: Settings, declaration: Declaration, test: str) -> MovedTest:
    """Move a scratch test to the user's test file, where it says what it is required for.

    What its stub has of code is noted to have passed it, where that had passed all others.

    Raises:
        MergeError: the stub is inside a function, where no test can name it; the test fails in that file; or a file
            cannot be written. Nothing was changed.
        ConfigError: the mirror cannot be written.
    """
    key = declaration.key
    if "<locals>" in declaration.qualname:
        raise MergeError(f"{key} stands inside a function, where no test can name it", key=key)
    with held(root, settings, [key]), stamps.kept(root, settings, [key]):
        plan = _plan(root, settings, declaration, test)
        require_sound(plan, settings)
        transaction.apply(root, plan.changes)
    return plan.tests[0]


def _plan(root: str, settings: Settings, declaration: Declaration, test: str) -> Plan:
    modules = Modules(root, settings)
    found = mirror.read(declaration)
    module = name_of(modules, declaration.path, [found.code] if found else [])
    files: dict[str, tuple[str, str]] = {}

    def text_of(path: str) -> str:
        if modules.exists(path) and path not in files:
            files[path] = changes.read(root, path)
        return files[path][0] if path in files else ""

    project = gates.find(root, settings)
    arrival = Mover(root, settings, project, modules, text_of).arrival(declaration, module, test)
    if arrival is None:
        raise MergeError(f"{declaration.key} has no scratch test {test}", key=declaration.key)
    path = arrival.path
    old, encoding = files.get(path, (None, "utf-8"))
    name = arrival.moved.names.get(test, test)
    added = Change(path, old, arrival.file.text, encoding)
    node_id = f"{path}::{name}"
    return Plan(
        root,
        changes=(*([added] if added.new != old else []), _without(root, declaration, test)),
        tests=(MovedTest(f"{declaration.key}::{test}", node_id),),
        gates=(node_id,) if old is not None else (),
    )


def _without(root: str, declaration: Declaration, test: str) -> Change:
    """The file of scratch tests without one."""
    path = mirror.relative_path(root, mirror.scratch_path(declaration))
    text, encoding = changes.read(root, path)
    tests = Scratch(scratch.split(text)[1]).without(test)
    return Change(path, text, scratch.with_tests(text, tests) if tests else None, encoding)
