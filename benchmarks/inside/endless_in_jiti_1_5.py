"""Has PyPI's jiti 1.5.1 validate a candidate that never ends, and prints as JSON what that took and what it left.

Arguments: a JSON file with `code` and `tests`, and the seconds that a test may take.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, ".")
slugify = importlib.import_module("text").slugify
validate = importlib.import_module("jiti.core.validate").validate
given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
threads = threading.active_count()
start = time.perf_counter()
result = validate(
    given["code"], given["tests"], import_path=["."], name="slugify", routing_target=slugify, timeout=float(sys.argv[2])
)
took = time.perf_counter() - start
assert [check.name for check in result.checks if not check.ok] == ["tests"], result.report
busy, start = time.process_time(), time.perf_counter()
time.sleep(1)
busy = (time.process_time() - busy) / (time.perf_counter() - start)
told = {"seconds": took, "threads": threading.active_count() - threads, "busy": busy}
if sys.platform == "linux":
    children = [path.read_text("utf-8").split() for path in Path("/proc/self/task").glob("*/children")]
    told["processes"] = sum(map(len, children))
print(json.dumps(told), flush=True)
os._exit(0)  # the thread that it left would keep the process from ending
