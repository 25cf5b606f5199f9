"""Prints the milliseconds that the very first call of this process takes: `f(1)` of the module that is named."""

from __future__ import annotations

import importlib
import sys
import time

sys.path.insert(0, ".")
function = importlib.import_module(sys.argv[1]).f
start = time.perf_counter()
result = function(1)
took = time.perf_counter() - start
assert result == 3
print(took * 1e3)
