"""The effects that are read from an implementation's tree, by whatever way it gets at them; and what is none."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from jiti.effects.reading import header_line, read


def effects(code: str, module: str = "", path: str = "app/text.py") -> list[str]:
    """`line effect cause` of all that a piece of code does."""
    found = read(dedent(code).strip(), ast.parse(dedent(module)) if module else None, path)
    return [f"{each.line} {each.name} {each.cause}" for each in found]


PURE = {
    "instants that are given": """
        from datetime import datetime, date

        def f(t):
            return (datetime.fromisoformat(t), date.fromtimestamp(3), datetime(2020, 1, 1).time())
    """,
    "a seeded generator": """
        import random

        def f(xs, seed):
            r = random.Random(seed)
            r.shuffle(xs)
            return r.choice(xs)
    """,
    "patterns and what is in memory": """
        import re, io, time
        _P = re.compile('x')

        def f(s):
            b = io.StringIO()
            b.write(s)
            print(s, file=b)
            return (_P.sub('', s), time.struct_time((1,) * 9), time.strftime('%Y', time.gmtime(0)))
    """,
    "methods of arguments that may be anything": """
        def f(stream, door, path):
            stream.write('x')
            door.open()
            stream.read()
            path.exists()
    """,
    "paths as text": """
        import os

        def f(p: str):
            return (os.path.join(p, 'x'), os.sep, os.fspath(p), os.path.splitext(p))
    """,
    "paths that are only named": """
        from pathlib import Path, PurePath

        def f(p: str):
            return ((Path(p) / 'x').with_suffix('.y').name, PurePath(p).parts)
    """,
    "a logger that nobody writes to": """
        import logging
        _log = logging.getLogger(__name__)

        def f(x):
            return x
    """,
    "a cache of functools": """
        from functools import cache

        @cache
        def _g(x):
            return x

        def f(x):
            return _g(x)
    """,
    "what a function makes itself, and tables": """
        _T = {}
        for _i in range(3):
            _T[_i] = 1
        _W = ['a']

        def _match(t, words):
            return t in words

        def f(x):
            out = dict(_T)
            out[x] = 1
            local = []
            local.append(x)

            def inner():
                nonlocal x
                x += 1
                local.append(2)
            inner()
            return (_match(x, _W), sorted(local))
    """,
    "archives in memory": """
        import zipfile, io, gzip, tarfile, sqlite3

        def f(data: bytes, g):
            with zipfile.ZipFile(io.BytesIO(data)) as z:
                z.namelist()
            tarfile.open(fileobj=io.BytesIO(data))
            gzip.open(g)
            sqlite3.connect(':memory:')
    """,
    "what is raised, asked about and computed of networks": """
        import socket, subprocess, requests

        def f(x):
            try:
                return (socket.inet_aton(x), isinstance(x, (requests.Response, socket.socket)))
            except (OSError, subprocess.CalledProcessError, requests.RequestException):
                return None
    """,
    "identifiers made from names": """
        import uuid, secrets

        def f(x):
            return (uuid.uuid5(uuid.NAMESPACE_DNS, x), uuid.UUID(x), secrets.compare_digest(x, x))
    """,
    "locks": """
        import threading

        def f(x):
            lock = threading.Lock()
            with lock:
                return x
    """,
    "objects of its own": """
        class _P:

            def __init__(self):
                self.items = []

            def add(self, x):
                self.items.append(x)
                self.n = 1
                return self

        def f(x):
            p = _P()
            p.add(x)
            return p
    """,
    "numbers in arrays": """
        import numpy as np

        def f(x):
            return (np.append(x, 1), np.random.default_rng(5).normal(), np.array(x))
    """,
    "a heap of its own": """
        import heapq

        def f(xs):
            h = []
            heapq.heappush(h, 1)
            next(iter(xs))
            return h
    """,
    "a context of its own": """
        import decimal

        def f(x):
            with decimal.localcontext() as c:
                c.prec = 3
                return +x
    """,
    "tasks": """
        import asyncio

        async def f(xs):
            return await asyncio.gather(*xs)
    """,
    "constants of the interpreter": """
        import sys

        def f(x):
            return (sys.maxsize, sys.platform == 'win32', sys.version_info >= (3, 11), sys.byteorder)
    """,
    "addresses": """
        from urllib.parse import urlparse
        import http

        def f(x):
            return (urlparse(x).path, http.HTTPStatus(200).phrase)
    """,
    "a counter of its own": """
        import itertools

        def f(x):
            c = itertools.count()
            return next(c)
    """,
    "what is open already": """
        from contextlib import suppress
        import json, csv, io

        def f(fh):
            with suppress(ValueError):
                json.load(fh)
            w = csv.writer(io.StringIO())
            w.writerow([1])
    """,
}


@pytest.mark.parametrize("code", PURE.values(), ids=PURE.keys())
def test_what_only_computes_has_none(code: str) -> None:
    assert effects(code) == []


IMPURE = {
    "open": (
        """
        def f(p):
            return open(p).read()
    """,
        ["2 files open"],
    ),
    "an alias": (
        """
        o = open

        def f(p):
            return o(p)
    """,
        ["1 files open", "4 files open"],
    ),
    "getattr": (
        """
        import builtins

        def f(p):
            return getattr(builtins, 'open')(p)
    """,
        ["4 files open"],
    ),
    "partial": (
        """
        from functools import partial

        def f(p):
            return partial(open, p)()
    """,
        ["4 files open"],
    ),
    "a lambda": (
        """
        def f(p):
            return (lambda q: open(q))(p)
    """,
        ["2 files open"],
    ),
    "a thread": (
        """
        from threading import Thread

        def f(p):
            Thread(target=open, args=(p,)).start()
    """,
        ["4 files open"],
    ),
    "a comprehension": (
        """
        def f(ps):
            return [o for o in map(open, ps)]
    """,
        ["2 files open"],
    ),
    "a default": (
        """
        def f(p, _o=open):
            return _o(p)
    """,
        ["1 files open", "2 files open"],
    ),
    "a module as a default": (
        """
        import os

        def f(p, m=os):
            return m.getenv(p)
    """,
        [
            "3 env os, handed on as a value",
            "3 files os, handed on as a value",
            "3 process os, handed on as a value",
            "3 random os, handed on as a value",
            "3 state os, handed on as a value",
            "3 time os, handed on as a value",
            "4 env os.getenv",
        ],
    ),
    "a class body": (
        """
        import os

        class _C:
            env = os.environ

        def f(p):
            return _C.env[p]
    """,
        ["4 env os.environ"],
    ),
    "a chain of helpers": (
        """
        import os

        def _a(p):
            return _b(p)

        def _b(p):
            return os.listdir(p)

        def f(p):
            return _a(p)
    """,
        ["7 files os.listdir"],
    ),
    "a module in a list": (
        """
        import atexit, os

        def f(p):
            return [m.getenv(p) for m in [os]]
    """,
        [
            "4 env os, handed on as a value",
            "4 files os, handed on as a value",
            "4 process os, handed on as a value",
            "4 random os, handed on as a value",
            "4 state os, handed on as a value",
            "4 time os, handed on as a value",
        ],
    ),
    "a module of a module": (
        """
        import shutil

        def f(p):
            return shutil.os.getenv(p)
    """,
        ["4 env os.getenv"],
    ),
    "attrgetter": (
        """
        import operator, os

        def f(p):
            return operator.attrgetter('environ')(os)
    """,
        [
            "4 env os, handed on as a value",
            "4 files os, handed on as a value",
            "4 process os, handed on as a value",
            "4 random os, handed on as a value",
            "4 state os, handed on as a value",
            "4 time os, handed on as a value",
        ],
    ),
    "the module of a function": (
        """
        def f(p):
            return print.__self__.open(p)
    """,
        ["2 files open"],
    ),
    "an annotated path": (
        """
        from pathlib import Path

        def f(p: Path):
            return p.read_text()
    """,
        ["4 files pathlib.Path.read_text"],
    ),
    "paths in a list, and quoted": (
        """
        from pathlib import Path

        def f(p: 'Path | None', q: list[Path]):
            return ([x.exists() for x in q], (p / 'x').stat())
    """,
        ["4 files pathlib.Path.exists"],
    ),
    "methods as values": (
        """
        from pathlib import Path

        def f(p):
            return (list(map(Path.exists, p)), Path(p).parent.joinpath('x').is_file())
    """,
        ["4 files pathlib.Path.exists"],
    ),
    "clocks": (
        """
        import datetime as dt

        def f():
            return (dt.datetime.now(), dt.date.today())
    """,
        ["4 time datetime.datetime.now"],
    ),
    "clocks of an object and of its class": (
        """
        from datetime import datetime

        def f(d: datetime):
            return (d.now(), type(d).now())
    """,
        ["4 time datetime.datetime.now"],
    ),
    "random numbers": (
        """
        import random

        def f(x):
            return random.choice(x)
    """,
        ["4 random random.choice"],
    ),
    "no seed": (
        """
        import random

        def f(x):
            return random.Random().choice(x)
    """,
        ["4 random random.Random"],
    ),
    "a generator that is kept": (
        """
        import random
        _R = random.Random(4)

        def f(x):
            return _R.choice(x)
    """,
        ["5 state _R is changed"],
    ),
    "a logger": (
        """
        import logging
        _log = logging.getLogger(__name__)

        def f(x):
            _log.info(x)
    """,
        ["5 output logging.Logger.info"],
    ),
    "standard output": (
        """
        import sys

        def f(x):
            sys.stdout.write(x)
    """,
        ["4 output sys.stdout.write"],
    ),
    "print to standard error": (
        """
        import sys

        def f(x):
            print(x, file=sys.stderr)
    """,
        ["4 output sys.stderr"],
    ),
    "a method as a value": (
        """
        import sys

        def f(x):
            w = sys.stdout.write
            w(x)
    """,
        ["4 output sys.stdout.write", "5 output sys.stdout.write"],
    ),
    "a dictionary that is kept": (
        """
        _C = {}

        def f(x):
            _C[x] = 1
    """,
        ["4 state _C[x] is changed"],
    ),
    "another name for what is kept": (
        """
        _C = {}

        def f(x):
            c = _C
            c.update(a=1)
    """,
        ["5 state c is changed"],
    ),
    "helpers that change what they are given": (
        """
        _C = []

        def _r(c, x):
            c.append(x)

        def _q(c, x):
            _r(c, x)

        def f(x):
            _q(_C, x)
    """,
        ["10 state _C is changed"],
    ),
    "global": (
        """
        _N = 0

        def f(x):
            global _N
            _N += 1
    """,
        ["4 state global _N", "5 state _N is changed"],
    ),
    "a default that is changed": (
        """
        def f(x, _c={}):
            _c[x] = 1
    """,
        ["2 state _c[x] is changed"],
    ),
    "a closure that is kept": (
        """
        def _m():
            n = 0

            def inner():
                nonlocal n
                n += 1
                return n
            return inner
        _next = _m()

        def f():
            return _next()
    """,
        ["6 state n is changed"],
    ),
    "a decorator that remembers": (
        """
        def _memo(g):
            c = {}

            def inner(x):
                c[x] = g(x)
                return c[x]
            return inner

        @_memo
        def _h(x):
            return x

        def f(x):
            return _h(x)
    """,
        ["5 state c[x] is changed"],
    ),
    "a counter that is kept": (
        """
        import itertools
        _ids = itertools.count()

        def f():
            return next(_ids)
    """,
        ["5 state _ids is changed"],
    ),
    "what a class holds": (
        """
        class _K:
            seen = []

            def add(self, x):
                self.seen.append(x)

            @classmethod
            def more(cls, x):
                cls.n = x

        def f(x):
            _K().add(x)
            _K.n = 1
            type(x).n = 2
    """,
        [
            "5 state self.seen is changed",
            "9 state cls.n is changed",
            "13 state _K.n is changed",
            "14 state type(x).n is changed",
        ],
    ),
    "an object that is kept": (
        """
        class _K:
            n = 0

            def bump(self):
                self.n += 1
        _k = _K()

        def f():
            _k.bump()
    """,
        ["9 state _k is changed"],
    ),
    "an attribute of itself": (
        """
        def f(x):
            f.calls = 1
    """,
        ["2 state f.calls is changed"],
    ),
    "values of another module": (
        """
        from app import text

        def f(x):
            text.CACHE[x] = 1
            text.SEEN.append(x)
    """,
        ["4 state text.CACHE[x] is changed", "5 state text.SEEN is changed"],
    ),
    "a star": (
        """
        from os import *

        def f(x):
            return getenv(x)
    """,
        [
            "1 env all that os holds",
            "1 files all that os holds",
            "1 process all that os holds",
            "1 random all that os holds",
            "1 state all that os holds",
            "1 time all that os holds",
        ],
    ),
    "one of each": (
        """
        import subprocess as s, socket, requests, time, secrets, uuid, os, warnings

        def f(x):
            s.run(x)
            socket.create_connection(x)
            requests.get(x)
            time.time()
            secrets.token_hex()
            uuid.uuid4()
            os.urandom(2)
            warnings.warn('x')
            os.chdir(x)
    """,
        [
            "4 process subprocess.run",
            "5 network socket.create_connection",
            "6 network requests.get",
            "7 time time.time",
            "8 random secrets.token_hex",
            "9 random uuid.uuid4",
            "10 random os.urandom",
            "11 output warnings.warn",
            "12 state os.chdir",
        ],
    ),
    "the context of decimal": (
        """
        import decimal

        def f(x):
            decimal.getcontext().prec = 3
    """,
        ["4 state decimal.getcontext().prec is changed"],
    ),
    "the module's own level": (
        """
        with open('x') as h:
            _T = h.read()

        def f(x):
            return _T
    """,
        ["1 files open"],
    ),
    "an archive by its path": (
        """
        import zipfile

        def f(p: str):
            return (zipfile.ZipFile(p), zipfile.ZipFile('x'))
    """,
        ["4 files zipfile.ZipFile"],
    ),
    "a module in an expression": (
        """
        import os

        def f(x):
            if (m := os).getenv(x):
                return [(y := os) for _ in x]
    """,
        [
            "4 env os, handed on as a value",
            "4 files os, handed on as a value",
            "4 process os, handed on as a value",
            "4 random os, handed on as a value",
            "4 state os, handed on as a value",
            "4 time os, handed on as a value",
            "5 env os, handed on as a value",
            "5 files os, handed on as a value",
            "5 process os, handed on as a value",
            "5 random os, handed on as a value",
            "5 state os, handed on as a value",
            "5 time os, handed on as a value",
        ],
    ),
    "a context manager": (
        """
        import contextlib, sys, io

        @contextlib.contextmanager
        def _c():
            yield open

        def f(x):
            with _c() as o:
                return o(x)
    """,
        ["5 files open"],
    ),
}


@pytest.mark.parametrize(("code", "found"), IMPURE.values(), ids=IMPURE.keys())
def test_what_does_more_has_effects_however_it_gets_at_them(code: str, found: list[str]) -> None:
    assert effects(code) == found


MODULE = """
    import logging
    import os
    import sys as system
    from datetime import datetime
    from pathlib import Path

    logger = logging.getLogger(__name__)
    log = logger.info
    seen = []
    HOME = Path("here")
    LIMIT = 3
"""


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("text.os.getenv('A')", "env os.getenv"),
        ("text.system.argv", "env sys.argv"),
        ("text.datetime.now()", "time datetime.datetime.now"),
        ("text.logger.info('a')", "output logging.Logger.info"),
        ("text.log('a')", "output logging.Logger.info"),
        ("text.HOME.read_text()", "files pathlib.Path.read_text"),
        ("text.seen.append(1)", "state text.seen is changed"),
        ("text.LIMIT + 1", None),
        ("text.datetime.fromisoformat('2020-01-01')", None),
        ("text.HOME.name", None),
        ("text.seen[0]", None),
    ],
)
def test_what_it_reaches_through_its_own_module_is_known_by_that(use: str, found: str | None) -> None:
    code = f"""
        from app import text
        def f():
            return {use}
    """
    assert effects(code, MODULE) == ([f"3 {found}"] if found else [])


def test_a_module_of_another_name_says_nothing_of_it() -> None:
    assert effects("from lib import text\ndef f(): return text.os.O_RDONLY, text.logger", MODULE) == []


@pytest.mark.parametrize(("found", "line"), [([], "none"), (["time", "files", "time"], "files time")])
def test_a_header_names_them_in_order(found: list[str], line: str) -> None:
    assert header_line(found) == line


def test_what_names_itself_or_nests_deeply_comes_to_an_end() -> None:
    chain = "\n".join(f"a{n} = a{n + 1}" for n in range(150))
    assert effects(f"a150 = a0\n{chain}\nx = x or x\ndef f(y=x): y[0] = x; return a0.getenv") == [
        "153 state y[0] is changed"
    ]


def test_what_leads_round_in_many_circles_is_read_in_no_time() -> None:
    lines = [f"    n{i} = n{j}.left if n{i} else n{j}\n    n{i} = n{j}" for i in range(6) for j in range(6)]
    lines += [
        "    n1 = type(n1).made()",
        "    for n2 in n2.parents: n3 = n2 / n3",
        "    n4.x[0] = n5",
        "    n1.append(n2)",
    ]
    assert effects("def f(n0):\n" + "\n".join(lines)) == []
