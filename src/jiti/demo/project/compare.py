"""Times the stub that was called before against the same code without jiti, in turn; prints nanoseconds of each."""

import runpy
import timeit
from pathlib import Path

from text import slugify

TITLE = "Just in time: a first call, a plain function"
plain = runpy.run_path(str(Path(__file__).parent / ".jiti" / "text" / "slugify.py"))["slugify"]

slugify(TITLE)  # binds the function; from here on it is called as any other
timers = [timeit.Timer("call(title)", globals={"call": each, "title": TITLE}) for each in (slugify, plain)]
rounds = [[timer.timeit(5_000) for timer in timers] for _ in range(15)]
print(*(min(times) / 5_000 * 1e9 for times in zip(*rounds, strict=True)))
