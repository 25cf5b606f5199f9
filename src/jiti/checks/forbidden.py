"""What no implementation may use, whatever its stub allows: ways to forge a verdict or to leave the process.

A name here stands for itself and all that is below it: `ctypes` for `ctypes.CDLL`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Why something is not allowed.

    Attributes:
        code: the rule's name in diagnostics.
        advice: what to do instead.
    """

    code: str
    advice: str


_CODE = Rule("no-dynamic-code", "write the code itself; for data there are `ast.literal_eval`, `json` and `re`")
_IMPORT = Rule("no-dynamic-import", "write an `import` statement")
_MEMORY = Rule("no-memory-access", "use plain Python; `struct` and `memoryview` reach bytes safely")
_INTERPRETER = Rule("no-interpreter-state", "work from the arguments, not from the interpreter that runs the function")
_FRAMES = Rule("no-frames", "work from the arguments, not from the frames that lead here")
_INTERNALS = Rule("no-internals", "use an object's public interface")
_EXIT = Rule(
    "no-exit", "raise an exception that the caller can handle (`raise SystemExit` where that is the docstring's word)"
)
_PROCESS = Rule("no-process-control", "return or raise: an implementation may not end, replace or double its process")
_TESTING = Rule("no-testing-tools", "test tools belong into tests: an implementation may not know of them")
_JITI = Rule("no-jiti", "an implementation is plain Python: import the stub by its own module instead")

NAMES = {
    **dict.fromkeys(["builtins.eval", "builtins.exec", "builtins.compile"], _CODE),
    **dict.fromkeys(["code", "codeop", "runpy", "marshal", "types.CodeType"], _CODE),
    **dict.fromkeys(["timeit.timeit", "timeit.repeat", "timeit.Timer", "cProfile", "profile", "trace"], _CODE),
    **dict.fromkeys(["bdb", "pdb", "doctest", "typing.ForwardRef"], _CODE),
    **dict.fromkeys(["builtins.__import__", "imp", "zipimport", "pkgutil.resolve_name"], _IMPORT),
    **dict.fromkeys(
        [
            *("importlib.import_module", "importlib.__import__", "importlib.reload", "importlib.util"),
            *("importlib.machinery", "importlib.abc", "importlib._bootstrap", "importlib._bootstrap_external"),
        ],
        _IMPORT,
    ),
    **dict.fromkeys(["ctypes", "_ctypes", "cffi", "_cffi_backend", "numpy.ctypeslib"], _MEMORY),
    **dict.fromkeys(["gc", "builtins.globals"], _INTERPRETER),
    **dict.fromkeys(["builtins.breakpoint", "atexit", "faulthandler"], _INTERPRETER),
    **dict.fromkeys(
        [
            *("sys.modules", "sys.settrace", "sys.setprofile", "sys.monitoring", "sys.addaudithook", "sys.meta_path"),
            *("sys.path_hooks", "sys.path_importer_cache", "sys.path", "sys.excepthook", "sys.unraisablehook"),
            *("sys.displayhook", "threading.settrace", "threading.setprofile", "threading.settrace_all_threads"),
            *("threading.setprofile_all_threads", "threading.excepthook"),
        ],
        _INTERPRETER,
    ),
    **dict.fromkeys(
        [
            *("sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys._getframemodulename"),
            *("inspect.stack", "inspect.trace", "inspect.currentframe", "inspect.getframeinfo"),
            *("inspect.getinnerframes", "inspect.getouterframes", "traceback.walk_stack", "traceback.walk_tb"),
        ],
        _FRAMES,
    ),
    **dict.fromkeys(["sys.exit", "builtins.exit", "builtins.quit"], _EXIT),
    **dict.fromkeys(["os._exit", "os.abort", "os.fork", "os.forkpty", "os.register_at_fork"], _PROCESS),
    **dict.fromkeys(
        ["os.execl", "os.execle", "os.execlp", "os.execlpe", "os.execv", "os.execve", "os.execvp", "os.execvpe"],
        _PROCESS,
    ),
    **dict.fromkeys(["pytest", "_pytest", "unittest.mock", "mock", "xdist", "pluggy"], _TESTING),
    "jiti": _JITI,
}
"""Full names, and the rule that each breaks."""

IN_TESTS = {
    name: rule for name, rule in NAMES.items() if rule is not _TESTING or name in {"_pytest", "xdist", "pluggy"}
}
"""The same for jiti-tests: they may use the tools of tests, and not what these are made of."""

ATTRIBUTES = {
    **dict.fromkeys(["tb_frame", "gi_frame", "cr_frame", "ag_frame", "f_back", "f_locals", "f_globals"], _FRAMES),
    **dict.fromkeys(["f_builtins", "f_code", "gi_code", "cr_code", "ag_code", "f_trace"], _FRAMES),
    **dict.fromkeys(["_getframe", "_current_frames"], _FRAMES),
    **dict.fromkeys(["settrace", "setprofile", "addaudithook"], _INTERPRETER),
    "_exit": _PROCESS,
    **dict.fromkeys(["enable_load_extension", "load_extension"], _MEMORY),
    **dict.fromkeys(["__globals__", "__closure__", "__code__", "__builtins__", "__subclasses__"], _INTERNALS),
    **dict.fromkeys(["__bases__", "__base__", "__mro__", "__loader__", "__spec__", "cell_contents"], _INTERNALS),
}
"""Names of attributes, on whatever object, and the rule that each breaks."""

FOREIGN_ASSIGNMENT = Rule(
    "no-foreign-assignment", "change only what the function was given or has made; return the rest"
)
COMPUTED_ATTRIBUTE = Rule("no-computed-attribute", "name the attribute: `module.name`")
NAMESPACE_WRITE = Rule("no-namespace-write", "use a dict of your own, or assign the attribute by name")
CLASS_CHANGE = Rule("no-class-change", "make an object of the class that is wanted")
