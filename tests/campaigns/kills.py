"""Generations, builds and merges that are killed: `python -m tests.campaigns.kills [KILLS [SEED [SECONDS [STUBS]]]]`.

After each kill every file has to be whole, what was edited by hand has to be there, the next command has to work, and
no process may be left; and what was killed has to come to its end when it is run again. For Linux.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jiti import cli
from jiti.checks import processes
from jiti.lockfile import LockFile
from jiti.merge import graduation, planning, stamps, transaction
from jiti.settings import Settings
from tests.campaigns import victims
from tests.campaigns.layouts import EDITED, FUNCTIONS, TWICE, Generations, Merges, contents, is_leftover
from tests.campaigns.victims import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.campaigns.victims import End

_MOST_KILLS = 9
"""In one round, before what is killed is let come to its end."""
_MOST_WRONG = 10
"""Then there is no use in going on."""
_ADDED = b"\n# added by the user after the kill\n"


@dataclass
class Figures:
    """What a campaign came to.

    Attributes:
        kills: how many processes were killed at what.
        ended: how many had come to their end before they were to be killed.
        completed: how many came to their end, after kills, because they were let.
        undone: how many merges the next command has put back.
        edited: how many files were edited between a kill and the next command.
        wrong: what should not have happened, with the round's number.
    """

    kills: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    completed: int = 0
    undone: int = 0
    edited: int = 0
    wrong: list[str] = field(default_factory=list)


class Campaign:
    """Rounds of kills.

    Args:
        folder: for the projects.
        seed: what all that is random hangs on, but for the time that things take.
        stubs: how many are called in a generation that is killed.
    """

    def __init__(self, folder: Path, seed: int, stubs: int) -> None:
        self._called = FUNCTIONS[-stubs:]
        self.figures = Figures()
        self._folder = folder
        self._seed = seed
        self._round = 0
        self._output = folder / "printed"
        self._seconds = {"generation": 3.0, "merge": 1.5, "writing of a merge": 0.1}
        self._generations = Generations(folder / "generations")
        self._merges = Merges(folder / "merges")
        self._generations.record(folder / "recording")
        os.environ["JITI_REPLAY"] = str(folder / "recording")

    def run(self, kills: int, seconds: float) -> None:
        """Go on until so many processes were killed, or a round ends after so many seconds."""
        end = time.monotonic() + seconds
        while self.figures.kills.total() < kills and len(self.figures.wrong) < _MOST_WRONG and time.monotonic() < end:
            self._round += 1
            root = self._folder / f"round-{self._round}"
            chance = random.Random(f"{self._seed}/{self._round}")  # noqa: S311 - to be had again by its seed
            most = min(kills - self.figures.kills.total(), chance.randint(1, _MOST_KILLS))
            play = self._generate if self._round % 2 else self._merge
            try:
                play(root, chance, most)
            except (Exception, AssertionError) as error:  # noqa: BLE001 - that it comes to this is a finding
                where = f"round {self._round} of seed {self._seed}"
                self.figures.wrong.append(f"{where}: {type(error).__name__}: {error}")
            shutil.rmtree(root, ignore_errors=True)

    # ------------------------------------------------------------ generations

    def _generate(self, root: Path, chance: random.Random, kills: int) -> None:
        """Kill the generation of all stubs of a project, again and again, until it is let come to its end."""
        layout = self._generations
        layout.copy(root)
        for _ in range(kills):
            order = chance.sample(self._called, len(self._called))
            what, action = chance.choice([("generation", _call), ("build", _build)])
            end = self._kill(root, what, lambda: action(order), _instant(chance, 90, self._of(root)))  # noqa: B023 - at once
            assert end.code in {0, -9}, end.printed
            _require(not (torn := list(layout.torn(root))), torn)
            self._check_generated(root, layout)
            if not end.is_killed:
                return
        end = victims.run(root, self._output, lambda: _call(self._called))
        _require(end.code == 0, end.printed)
        self.figures.completed += 1
        _require(not (torn := list(layout.torn(root))), torn)
        states = self._check_generated(root, layout)
        _require({states[each.key] for each in self._called} <= {"fresh", "edited"}, states)
        held = [path.name for path in (root / ".jiti/.local/locks").iterdir() if not _is_free(path)]
        _require(not held, f"locks are held: {held}")

    def _check_generated(self, root: Path, layout: Generations) -> Mapping[str, str]:
        """Have `jiti status` tell how all stubs stand, and see whether that is so."""
        states = self._states(root)
        _require(states[EDITED.key] == "edited", states)
        for each in FUNCTIONS:
            if each is not EDITED:
                older = "stale" if layout.filed(each) in layout.old else "missing"
                _require(states[each.key] == ("fresh" if layout.is_new(root, each) else older), states)
        held = [data for path, data in contents(root) if TWICE.name in path]
        _require(layout.old[layout.scratch(TWICE)] in held, "scratch tests that were edited by hand are lost")
        return states

    def _of(self, root: Path) -> float:
        """How long the rest of a generation takes, about."""
        missing = sum(not self._generations.is_new(root, each) for each in self._called if each is not EDITED)
        return self._seconds["generation"] * missing / (len(FUNCTIONS) - 1)

    # ------------------------------------------------------------ merges

    def _merge(self, root: Path, chance: random.Random, kills: int) -> None:
        """Kill merges of a project, again and again, until one is let come to its end."""
        layout = self._merges
        layout.copy(root)
        for _ in range(kills):
            what, action = chance.choices([("merge", _merge_all), ("writing of a merge", _write_merged)], [1, 3])[0]
            end = self._kill(root, what, action, _instant(chance, 60, self._seconds[what]))
            assert end.code in {0, -9}, end.printed
            _require(not (torn := list(layout.torn(root))), torn)
            added = self._edit(root, chance) if end.is_killed else None
            self._check_merged(root, added)
            if added is not None or _state(root) == layout.new:
                return
        end = victims.run(root, self._output, _merge_all if chance.random() < 0.3 else _write_merged)
        _require(end.code == 0, end.printed)
        self.figures.completed += 1
        _require(_state(root) == layout.new, "the merge that was run again has not come to its end")

    def _edit(self, root: Path, chance: random.Random) -> str | None:
        """Now and then, have the user edit a file before the next command."""
        paths = [path for path in self._merges.before if (root / path).exists()]
        if chance.random() < 0.8:
            return None
        path = chance.choice(paths)
        with (root / path).open("ab") as file:
            file.write(_ADDED)
        self.figures.edited += 1
        return path

    def _check_merged(self, root: Path, added: str | None) -> None:
        """Have the next command put back what it has to, and see whether all files are as before, or all as after."""
        layout = self._merges
        is_begun = (root / ".jiti/.local/merge/journal.json").exists()
        was = (root / added).read_bytes() if added else None
        self._states(root, strict=added is None)
        self.figures.undone += is_begun
        now = _state(root)
        before, after = layout.before, layout.new
        if added is not None:
            _require((root / added).read_bytes() == was, f"the edit of {added} is lost")
            now, before, after = ({p: d for p, d in each.items() if p != added} for each in (now, before, after))
        _require(now in (before, after), f"files are of two versions: {sorted(now)}")
        _require(not is_begun or now == before, "what was begun was not put back")
        _require(not (root / ".jiti/.local/merge/journal.json").exists(), "the journal is still there")

    # ------------------------------------------------------------ processes

    def _kill(self, root: Path, what: str, action: Callable[[], int], instant: Instant) -> End:
        end = victims.run(root, self._output, action, instant)
        if end.is_killed:
            self.figures.kills[what] += 1
        else:
            self.figures.ended += 1
        _require(not (left := victims.left()), f"processes are left: {left}")
        return end

    def _states(self, root: Path, *, strict: bool = True) -> Mapping[str, str]:
        """How `jiti status` says that the stubs stand."""
        end = victims.run(root, self._output, lambda: cli.main(["status", "--json"]))
        _require(end.code == 0 or not strict, end.printed)
        # What it has to say of what it did before, and of problems, stands around that.
        told, _ = json.JSONDecoder().raw_decode(end.printed, end.printed.index("{"))
        return {each["key"]: each["state"] for each in told["stubs"]}


def _instant(chance: random.Random, changes: int, seconds: float) -> Instant:
    """A random one: in most cases about a change of a file, else whenever."""
    if chance.random() < 0.3:
        return Instant(seconds=chance.uniform(0, seconds))
    return Instant(chance.randint(1, changes), chance.uniform(0, 0.003), holds=chance.random() < 0.5)


def _is_free(lock: Path) -> bool:
    """Whether nobody holds a lock; a killed process may have left its file, which says nothing."""
    file = LockFile(str(lock))
    try:
        return file.lock(blocking=False)
    finally:
        file.close()


def _call(functions: tuple | list) -> int:
    """Call all functions; what they need is generated."""
    for each in functions:
        given, value = each.call
        found = getattr(importlib.import_module(each.module), each.name)(given)
        assert found == value, f"{each.key} returned {found!r}"
    return 0


def _build(functions: tuple | list) -> int:
    return cli.main(["build", "-j", "3", *(each.key for each in functions)])


def _merge_all() -> int:
    return cli.main(["merge", "--all"])


def _write_merged() -> int:
    """What `jiti merge --all` does, but for the tests that it runs before it writes."""
    root, settings = os.getcwd(), Settings()
    transaction.recover(root)
    plan = planning.make(root, settings)
    with graduation.held(root, settings, plan.merged), stamps.kept(root, settings, []):
        transaction.apply(root, plan.changes)
    return 0


def _state(root: Path) -> dict[str, bytes]:
    """All that a merge may change; what a killed write has left in a folder of the user's counts."""
    return {path: data for path, data in contents(root) if not path.startswith(".jiti/.local/") and not _is_ours(path)}


def _is_ours(path: str) -> bool:
    return is_leftover(path) and path.startswith(".jiti/")


def _require(is_so: bool, message: object) -> None:  # noqa: FBT001 - it reads as `assert`
    if not is_so:
        raise AssertionError(message)


def campaign(folder: Path, kills: int, seed: int, seconds: float, stubs: int) -> Figures:
    """Kill so many processes in projects below `folder`, until so many seconds are over.

    Changes what this process is to those that it starts.
    """
    processes.adopt_orphans()
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder / "temporary")
    os.mkdir(tempfile.tempdir)
    os.environ.update(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_PLUGINS="jiti.pytest_plugin", JITI_LOG="off")
    played = Campaign(folder, seed, stubs)
    played.run(kills, seconds)
    return played.figures


def _lines(figures: Figures, seed: int, seconds: float) -> Iterator[str]:
    kills = figures.kills.total()
    yield f"{kills} kills (seed {seed}), {seconds:.0f} s, {seconds / max(kills, 1):.2f} s each"
    yield from (f"  {count:4}  in a {what}" for what, count in figures.kills.most_common())
    yield f"{figures.ended} ended before they were to be killed, {figures.completed} run again to the end"
    yield f"{figures.undone} merges put back, {figures.edited} files edited after the kill"
    yield f"{len(figures.wrong)} wrong"
    yield from figures.wrong


def main(kills: int = 500, seed: int = 1, seconds: int = 3600, stubs: int = 4) -> int:
    """Print the figures of a campaign; gives the exit code."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = campaign(Path(folder).resolve(), kills, seed, seconds, stubs)
    sys.stdout.write("\n".join(_lines(figures, seed, time.monotonic() - start)) + "\n")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
