"""Files implementations as PyPI's jiti 1.5.1 does: with its own functions, but without its agent and its ruff.

Arguments: modules of this folder. Their stubs get what `bodies.json` holds: a function's code by its qualified name.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

sys.path.insert(0, ".")
store = importlib.import_module("jiti.core.store")
bodies = json.loads(Path("bodies.json").read_text("utf-8"))
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    found = [*vars(module).values()]
    found += [member for each in found if isinstance(each, type) for member in vars(each).values()]
    sections = {}
    stubs = (getattr(each, "fget", each) for each in found)
    for declaration in (each.declaration() for each in stubs if hasattr(each, "declaration")):
        code = bodies[declaration.qualname]
        made = store.Section(declaration.key, declaration.spec_hash, store.content_hash(code), code)
        sections[declaration.key] = made
    path = store.JitiStore(Path(".jiti")).root / store.module_relpath(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(store.render_file("", sections), "utf-8")
