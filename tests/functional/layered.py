"""Projects whose stubs stand in layers, each needing two of the layer below; and a model that answers for all."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

from jiti.testing import Project, ScriptedModel, give_up, reply, submit
from jiti.usage import Usage

if TYPE_CHECKING:
    from jiti.models import Reply, Request

_ASKED = re.compile(r"Write the body of `(\w+)`")
_STUB = '\n\n@jiti{uses}\ndef {name}(n: int) -> int:\n    """A number that comes of n."""\n'


class Layers:
    """Stubs `f0_0` and so on: of each layer above the first, the i-th needs the i-th and the next of the layer below.

    Args:
        depth: how many layers.
        width: how many stubs in each.
        failing: the names of stubs that the model gives up.
        latency: seconds that each reply takes.

    Attributes:
        project: it.
        asked: the stubs that replies were asked for, in order.
        early: of these, those that were asked for before what they need was filed.
        most: how many replies were waited for at once, at most.
    """

    def __init__(self, depth: int, width: int, failing: tuple[str, ...] = (), latency: float = 0.0) -> None:
        self.asked: list[str] = []
        self.early: list[str] = []
        self.most = 0
        self.names = [[f"f{layer}_{number}" for number in range(width)] for layer in range(depth)]
        self._failing = failing
        self._latency = latency
        self._running = 0
        self._lock = threading.Lock()
        files = {f"app/m{layer}.py": self._source(layer) for layer in range(depth)}
        model = ScriptedModel(*[self._answer] * (4 * depth * width))
        self.project = Project({"app/__init__.py": "", **files}, model, server=True)

    def needs(self, name: str) -> list[str]:
        """The names of the stubs that one needs."""
        layer, number = (int(each) for each in name[1:].split("_"))
        if not layer:
            return []
        below = self.names[layer - 1]
        return [below[number], below[(number + 1) % len(below)]]

    def above(self, name: str) -> set[str]:
        """The names of the stubs that need one, directly or not."""
        found = {each for layer in self.names for each in layer if name in self.needs(each)}
        return found.union(*map(self.above, found)) if found else found

    def is_filed(self, name: str) -> bool:
        """Whether a stub has an implementation."""
        return (self.project.root / f".jiti/app/m{name[1:].partition('_')[0]}/{name}.py").exists()

    def filed(self) -> set[str]:
        """The names of the stubs that have one."""
        return {each for layer in self.names for each in layer if self.is_filed(each)}

    def _source(self, layer: int) -> str:
        below = f"\nfrom app.m{layer - 1} import {', '.join(sorted(self.names[layer - 1]))}\n" if layer else ""
        stubs = [
            _STUB.format(name=name, uses=f"(uses=[{', '.join(self.needs(name))}])" if layer else "")
            for name in self.names[layer]
        ]
        return f"from jiti import jiti\n{below}{''.join(stubs)}"

    def _answer(self, request: Request) -> Reply:
        told = getattr(request.messages[0].blocks[0], "text", "")
        found = _ASKED.search(told)
        assert found is not None, told
        name = found[1]
        needs = self.needs(name)
        with self._lock:
            self.asked.append(name)
            self.early += [name] if not all(map(self.is_filed, needs)) else []
            self._running += 1
            self.most = max(self.most, self._running)
        time.sleep(self._latency)  # that is how long a model takes
        with self._lock:
            self._running -= 1
        if name in self._failing:
            return give_up("It is not said which number.")
        if not needs:
            return reply(submit("return n + 1"), usage=Usage(100, 20))
        layer = int(name[1:].partition("_")[0])
        helpers = f"from app.m{layer - 1} import {', '.join(needs)}"
        return reply(submit(f"return {needs[0]}(n) + {needs[1]}(n)", helpers), usage=Usage(100, 20))
