"""Prints the milliseconds that a module's import and its first call take: `f(1)` of the module that is named.

Named after it, a package that is imported before.
"""

from __future__ import annotations

import importlib
import sys
import time

sys.path.insert(0, ".")
module, *packages = sys.argv[1:]
for package in packages:
    importlib.import_module(package)
start = time.perf_counter()
result = importlib.import_module(module).f(1)
took = time.perf_counter() - start
assert result == 3
print(took * 1e3)
