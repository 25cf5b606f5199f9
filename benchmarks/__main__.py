"""Measures this package beside others, and writes the report: `python -m benchmarks`, from the repository's root."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import environments

if TYPE_CHECKING:
    from benchmarks.environments import Environments
    from benchmarks.figures import Section
    from benchmarks.sections import Measurement

HERE = Path(__file__).parent


def main() -> int:
    """Run the command in an environment of this package's own, which is made first if need be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each figure is taken (default: 5)")
    parser.add_argument("--only", action="append", metavar="SECTION", help="repeat a section, and keep the others")
    parser.add_argument("--output", type=Path, default=HERE, help="the folder of RESULTS.md (default: benchmarks)")
    parser.add_argument(
        "--environments", type=Path, default=environments.cache(), help="where the packages are installed"
    )
    given = parser.parse_args()
    own = environments.own(environments.PEER_PYTHON, given.environments)
    if own.python is None:
        sys.exit(f"Python {environments.PEER_PYTHON} with this package is needed: {own.why_not}")
    if Path(sys.prefix).resolve() != own.python.parents[1].resolve():
        command = [own.python, "-m", "benchmarks", *sys.argv[1:]]
        return subprocess.run(command, cwd=environments.ROOT, env=own.environ(), check=False).returncode
    return measure(given, environments.all_of(given.environments))


def measure(given: argparse.Namespace, found: Environments) -> int:
    """Measure the sections, and write the report after each; 1 if one failed, whose figures stay as they were."""
    from benchmarks.figures import from_json
    from benchmarks.sections import MEASUREMENTS

    unknown = sorted({*(given.only or ())} - {*MEASUREMENTS})
    if unknown:
        sys.exit(f"no such section: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    stored = given.output / "results.json"
    sections = from_json(json.loads(stored.read_text("utf-8"))) if stored.exists() else {}
    failed = []
    for name in given.only or MEASUREMENTS:
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        start = time.monotonic()
        try:
            sections[name] = taken(MEASUREMENTS[name], found, given.rounds)
        except Exception:  # noqa: BLE001 - one that fails must not cost the others
            traceback.print_exc()
            failed.append(name)
            continue
        print(f"{time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
        write({each: sections[each] for each in MEASUREMENTS if each in sections}, given.output)
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def taken(measurement: Measurement, found: Environments, rounds: int) -> Section:
    """A section's figures, taken now."""
    from benchmarks.figures import Section

    where = machine(found, rounds)
    # Where the system keeps temporary files, and not below the repository, whose settings would count there.
    with tempfile.TemporaryDirectory(prefix="jiti-benchmarks-") as folder:
        rows = measurement.rows(found, rounds, Path(folder))
    return Section(measurement.title, measurement.columns, tuple(rows), f"{measurement.how} {where}")


def machine(found: Environments, rounds: int) -> str:
    """What the figures were taken on."""
    pythons = {
        "CPython " + each.run("-c", "import platform; print(platform.python_version())", cwd=HERE).strip()
        for each in found.here.values()
        if each.python
    }
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    if hasattr(os, "getloadavg"):
        where += f", load {os.getloadavg()[0]:.1f} before"  # what else kept them busy in the last minute
    today = dt.datetime.now(dt.UTC).date()
    return f"*{', '.join(sorted(pythons))}; {where}; {today}; rounds: {rounds}.*"


def write(sections: dict[str, Section], folder: Path) -> None:
    """Write the figures, the report and the picture."""
    from benchmarks import picture, report
    from benchmarks.figures import to_json

    notes = HERE / "notes.md"
    (folder / "results.json").write_text(json.dumps(to_json(sections), indent=1) + "\n", "utf-8")
    text = report.text(sections, notes.read_text("utf-8") if notes.exists() else "")
    (folder / "RESULTS.md").write_text(text, "utf-8")
    (folder / "results.svg").write_text(picture.of_sections(sections), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
