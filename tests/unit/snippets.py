"""Source snippets, odd ones included, that parse on every supported Python."""

SNIPPETS = {
    "empty": "",
    "constants": "a = 1, -1, 1.5, 1e400, 2j, None, True, ..., b'\\x00\\xff', 'x'\n",
    "integers": "a = 0xFF, 0o17, 0b1, 1_000\n",
    "huge hexadecimal integer": "a = 0x" + "f" * 5000 + "\n",
    "surrogate": "a = '\\ud800'\n",
    "unicode names and text": "größe = 'naïve – 日本語 🎉'\n",
    "unicode prefix": "a = u'x'\n",
    "implicit concatenation": "a = 'x' 'y' \"z\"\n",
    "raw and bytes": "a = r'\\d', rb'\\d', b'x' b'y'\n",
    "plain f-string": "a = f'{x}'\n",
    "f-string with text": "a = f'a{x}b{y!r}c'\n",
    "f-string with format": "a = f'{x:>10}{y:{width}.{precision}}'\n",
    "f-string with empty format": "a = f'{x:}'\n",
    "f-string debugging": "a = f'{x = }{y=!s:>3}'\n",
    "f-string concatenated": "a = 'a' f'b{x}' 'c' f'{y}d'\n",
    "f-string with braces": "a = f'{{{x}}}'\n",
    "f-string with date format": "a = f'{x:%H:%M}'\n",
    "f-string over lines": "a = f'''\n{x}\n  {y!a}\n'''\n",
    "nested f-string": "a = f'{f\"{x}\"}'\n",
    "slices": "a[1:2], a[::], a[..., 1:2:3], a[*b]\n",
    "comprehensions": "[x for x in y if x if y], {x: y for x, y in z}, {*a, *b}, (x async for x in y)\n",
    "lambda": "f = lambda a, /, b=1, *c, d, e=2, **f: (yield)\n",
    "all kinds of parameters": "def f(a, b=1, /, c=2, *args: int, d, e: str = 'x', **kw: 'object') -> None: ...\n",
    "quoted annotations": "def f(a: 'list[\"Token\"]', b: 'int | None' = None) -> 'dict[str, \"X\"]': ...\n",
    "literal annotations": (
        "def f(a: Literal['int'], b: 'Literal[\"r\", \"w\"]', c: Annotated['int', 'doc']) -> None: ...\n"
    ),
    "unparsable annotation": "def f(a: 'not an expression!') -> None: ...\n",
    "annotated assignments": "x: int = 1\ny: 'str'\nself.z: list[int] = []\n",
    "class": "@decorate(1)\nclass A(B, metaclass=M, **kw):\n    x: int = 1\n    def m(self): return super().m()\n",
    "async": (
        "async def f():\n    async with a as b, c:\n        async for x in y:\n"
        "            await z\n            yield x\n"
    ),
    "match": (
        "match x:\n    case 1 | -1 | 1+2j: pass\n    case {'a': [a, *rest], **kw}: pass\n"
        "    case P(x=0, y=None) as p if p: pass\n    case 'a' | b.c: pass\n    case _: pass\n"
    ),
    "try star": "try:\n    pass\nexcept* (A, B) as e:\n    pass\nelse:\n    pass\nfinally:\n    pass\n",
    "try": "try:\n    raise A from b\nexcept A:\n    raise\nexcept:\n    pass\n",
    "walrus and conditional": "a = (b := 1) if c else not d\n",
    "comparisons": "a < b <= c != d is not e not in f\n",
    "operators": "a @ b // c ** -d % ~e << f >> g & h ^ i | j\n",
    "augmented": "a @= 1\na.b //= 2\na[0] **= 3\n",
    "imports": "from . import a\nfrom ..b import c as d, e\nimport f.g as h\nfrom i import *\n",
    "statements": (
        "global a\nnonlocal_ = 1\ndel a, b[0], c.d\nassert x, 'm'\nwhile 1:\n    break\nelse:\n    continue_ = 2\n"
    ),
    "with parenthesised": "with (a as b, c() as (d, e)):\n    pass\n",
    "starred": "a, *b = c\nf(*a, *b, k=1, **c, **d)\nprint(*[1], sep='')\n",
    "decorators": "@a.b[c](d)\n@(lambda f: f)\ndef g(): pass\n",
    "docstring and comments": "def f():\n    '''Doc.'''\n    # a comment\n    return 1  # another\n",
    "form feed and tabs": "def f():\n\tif x:\n\t\treturn 1\n\x0c\ndef g(): pass\n",
    "windows line ends": "def f():\r\n    return '''a\r\nb'''\r\n",
    "chain of a thousand operators": "a = " + " + ".join(["1"] * 500) + "\n",
    "type comment is no code": "x = []  # type: list[int]\n",
}
