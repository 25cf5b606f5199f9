"""Bodies that are yet to be written, as code objects show them."""

from __future__ import annotations

import sys

try:
    # From Python 3.13 on, `opcode` takes it from there, and twice as long.
    from _opcode_metadata import opmap  # ty: ignore[import-not-found]  # the checker knows the oldest Python's modules
except ImportError:
    from opcode import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

_PLACEHOLDER_OPS = frozenset(
    opmap[name]
    for name in (
        *("CACHE", "RESUME", "NOP", "EXTENDED_ARG", "COPY_FREE_VARS", "MAKE_CELL", "NOT_TAKEN"),
        *("LOAD_CONST", "LOAD_GLOBAL", "LOAD_COMMON_CONSTANT", "LOAD_SMALL_INT", "PUSH_NULL", "PRECALL", "CALL"),
        *("LOAD_FAST", "LOAD_FAST_BORROW", "FORMAT_VALUE", "FORMAT_SIMPLE", "CONVERT_VALUE", "BUILD_STRING"),
        *("RAISE_VARARGS", "RERAISE", "RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR", "POP_TOP", "COPY"),
        *("YIELD_VALUE", "ASYNC_GEN_WRAP", "CALL_INTRINSIC_1"),
    )
    if name in opmap
)
_LOADS_CONST = frozenset(opmap[name] for name in ("LOAD_CONST", "RETURN_CONST") if name in opmap)
_LOADS_LOCAL = frozenset(opmap[name] for name in ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_SMALL_INT") if name in opmap)
_RAISE = opmap["RAISE_VARARGS"]
# A later Python may compile a placeholder to instructions that are not listed; the first call parses anyway.
_OPS_ARE_KNOWN = sys.version_info < (3, 15)


def is_placeholder(code: CodeType) -> bool:
    """Whether code does nothing but stand for a body that is to be written."""
    if not set(code.co_names) <= {"NotImplementedError"}:
        return False
    if not _OPS_ARE_KNOWN:
        return True
    operations = code.co_code
    used = set(operations[::2])
    if not used <= _PLACEHOLDER_OPS:
        return False
    if _RAISE in used:
        return True
    if used & _LOADS_LOCAL:
        return False
    pairs = zip(operations[::2], operations[1::2], strict=True)
    return all(code.co_consts[argument] in (None, ...) for op, argument in pairs if op in _LOADS_CONST)


def is_class_variable(annotation: str) -> bool:
    """Whether an annotation, as it is written, says that the class itself has the value."""
    return annotation.strip("\"' ").partition("[")[0].rpartition(".")[2] == "ClassVar"
