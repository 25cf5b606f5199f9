"""Has PyPI's jiti 1.5.1 validate a candidate for `text.slugify`, once for each line of its input.

Argument: a JSON file with `code` and `tests`. Prints the milliseconds of each `validate`.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, ".")
slugify = importlib.import_module("text").slugify
importlib.import_module("test_text")
validate = importlib.import_module("jiti.core.validate").validate
given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
gates = slugify.declaration().gates
assert len(gates) == 3
for _ in sys.stdin:
    start = time.perf_counter()
    result = validate(
        given["code"], given["tests"], import_path=["."], name="slugify", gates=gates, routing_target=slugify
    )
    took = time.perf_counter() - start
    assert result.ok, result.report
    print(took * 1e3, flush=True)
