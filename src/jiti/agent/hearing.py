"""Asking a model, which may be an object of the user's own: what it answers is taken for what it has to be, or refused.

What a session goes on with is text and plain JSON, of bounded depth; a model's own failure ends in a `ModelError`.
"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jiti.errors import JitiError, ModelError
from jiti.models import Opaque, Reply, Text, ToolCall
from jiti.models.nesting import is_too_deep
from jiti.submission import OutOfTimeError
from jiti.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiti.models import Block, Model, Request

_HINT = "see `jiti.models.Model`, which says what a model has to answer"


def answer_of(model: Model, request: Request) -> Reply:
    """What a model answers to a request.

    Raises:
        ModelError: there is no answer, or none that a session can go on from; `__cause__` is the model's own error.
    """
    try:
        reply = model.reply(request)
    except (JitiError, OutOfTimeError):
        raise
    except Exception as error:
        if not threading.main_thread().is_alive():
            raise  # Python shuts down: whoever began the generation tells of that
        raise _failed(request, f"{type(model).__name__}.reply raised {type(error).__name__}: {error}") from error
    if not _is_reply(reply):
        raise _failed(request, f"{type(model).__name__}.reply gave no Reply of texts and tool calls: {reply!r:.100}")
    try:
        return replace(reply, blocks=tuple(_plain(block) for block in reply.blocks))
    except (TypeError, ValueError, RecursionError) as error:
        raise _failed(
            request, f"{type(model).__name__}.reply gave a block that cannot be sent back: {error}"
        ) from error


def _failed(request: Request, what: str) -> ModelError:
    return ModelError(f"{request.key}: {what}", key=request.key, hint=_HINT)


def _is_reply(reply: object) -> bool:
    if not (isinstance(reply, Reply) and isinstance(reply.blocks, tuple | list) and isinstance(reply.usage, Usage)):
        return False
    texts = [reply.stop_reason, reply.model]
    for block in reply.blocks:
        match block:
            case Text(text):
                texts.append(text)
            case ToolCall(id, name):
                texts += [id, name]
            case Opaque():
                pass
            case _:
                return False
    return all(isinstance(text, str) for text in texts)


def _plain(block: Block) -> Block:
    match block:
        case ToolCall(error=None):
            try:
                return replace(block, input=_plain_object(block.input))
            except (TypeError, ValueError, RecursionError) as error:
                return replace(block, input={}, error=f"the call's input is no JSON object: {error}")
        case ToolCall():
            return replace(block, input={}, error=str(block.error))
        case Opaque(data):
            _plain_object(data)  # it goes back as it came, if it can
    return block


def _plain_object(value: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of plain JSON.

    Raises:
        TypeError, ValueError, RecursionError: it holds something else, or is nested too deep.
    """
    plain = json.loads(json.dumps(dict(value)))
    if is_too_deep(plain):
        message = "it is nested too deep"
        raise ValueError(message)
    return plain
