"""Whether it makes no difference when an implementation's file is run: at its stub's declaration, or its first call."""

from __future__ import annotations

import pytest

from jiti.dispatch.timeless import is_timeless

CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"


@pytest.mark.parametrize(
    "text",
    [
        "LIMIT = 3\n_TWICE = LIMIT * 2\n",
        "import os\ndef f(): return os.getcwd()",
        "import re, functools\n_WORD = re.compile('a')\n@functools.cache\ndef f(): ...",
        "from decimal import Decimal\nX = Decimal('1')",
        "import enum\nclass C(enum.Enum):\n    A = 1\n",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\n",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\nclass Q(Exception):\n    pass\n",
        "from app import Item\ndef f(a: Item) -> list[Item]: ...",
        "import app\ndef f(a: app.Item): ...",
        f"{CHECKING}    from app import C\nclass _C(C if TYPE_CHECKING else object): ...\nif not TYPE_CHECKING: C = _C",
        f"{CHECKING}    import os\n    X = os.environ\n",
        "from app import go\ndef _f(): return go()\nf = _f\n",
        "def g(): return 1\nX = g()",
        "def _f(x): return x\nT = {'a': _f}",
        "W = 'a b'.split()\nM = {each: len(each) for each in sorted(W)}",
    ],
)
def test_what_defines_and_computes_does_not(text: str) -> None:
    assert is_timeless(compile(text, "file", "exec"))


@pytest.mark.parametrize(
    "text",
    [
        "import os\nX = os.environ['A']",
        "from os import environ\nX = environ['A']",
        "import random\nR = random.Random()",
        "from random import Random\nR = Random()",
        "from datetime import date\nT = date.today()",
        "import decimal\nC = decimal.getcontext()",
        "from pathlib import Path\nH = Path.cwd()",
        "import time\nclass C:\n    X = time.time()",
        "import time\ndef g(): return time.time()\nX = g()",
        "def g():\n    import time\n    return time.time()\nX = [g() for _ in range(2)]",
        "import time\ndef g(f): return time.time()\n@g\ndef f(): ...",
        "import time\nclass G:\n    def __init__(self): self.t = time.time()\nX = G()",
        "import time\nX = list(time.time() for _ in range(3))",
        "import time\nf = lambda t=time.time(): t",
        f"{CHECKING}    import os\nelse:\n    import os\nX = os.environ",
        "import app\nX = app.y",
        "import app.part as part\nX = part.go()",
        "from app import go\nX = go()",
        "from app import go\n@go\ndef f(): ...",
        "print(1)",
        "with open('x') as f: pass",
        "def g(): return __import__('time').time()\nX = g()",
    ],
)
def test_what_looks_at_the_world_or_calls_the_projects_code_does(text: str) -> None:
    assert not is_timeless(compile(text, "file", "exec"))
