"""The call that waited for a session, made again from what its transcript tells: names, types and reprs."""

from __future__ import annotations

import ast
import pickle
from typing import TYPE_CHECKING, Any

from jiti import syntax
from jiti.live import LiveCall, short_repr, type_name
from jiti.masking import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiti.definition import Definition
    from jiti.live import Row

PROBLEM = "the transcript does not tell them in full"


def revived(definition: Definition, rows: Sequence[Row] | None) -> LiveCall | None:
    """The call, with its arguments where all of them are literals; None where nobody waited for the session.

    Args:
        definition: the stub as it is now.
        rows: what the transcript tells of the arguments.
    """
    if rows is None:
        return None
    pickled = None
    if isinstance(definition.node, syntax.FunctionNode):
        try:
            values = {name: _value(kind, text) for name, kind, text in rows}
            pickled = pickle.dumps(_arranged(definition.node.args, values), protocol=pickle.HIGHEST_PROTOCOL)
        except (ValueError, KeyError, TypeError):
            pickled = None
    return LiveCall(pickled, None if pickled else PROBLEM, told=rows)


def _value(kind: str, text: str) -> Any:  # noqa: ANN401 - whatever it was
    """The value that a repr tells in full.

    Raises:
        ValueError: it does not.
    """
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(text) from error
    if MASK in text or type_name(value) != kind or short_repr(value) != text:
        raise ValueError(text)
    return value


def _arranged(parameters: ast.arguments, values: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as a call takes them.

    Raises:
        KeyError: the stub has a parameter that it had not then.
        TypeError: it has lost one.
    """
    left = dict(values)
    args = [left.pop(each.arg) for each in (*parameters.posonlyargs, *parameters.args)]
    if parameters.vararg:
        args += left.pop(parameters.vararg.arg, ())
    kwargs = {each.arg: left.pop(each.arg) for each in parameters.kwonlyargs}
    if parameters.kwarg:
        kwargs |= left.pop(parameters.kwarg.arg, {})
    if left:
        message = f"no parameter is called {', '.join(left)}"
        raise TypeError(message)
    return tuple(args), kwargs
