"""Models on a server's script, and on a function for a network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anthropic
import httpx2
import pytest

from jiti.errors import ModelError
from jiti.models import Message, Reply, Request, Text, ToolSpec
from jiti.models.anthropic import AnthropicModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.testing import MessagesServer


KEY = "app/text.py::slugify"


SUBMIT = ToolSpec("submit", "Hand in a candidate.", {"type": "object"})


REQUEST = Request(KEY, "-", ("You write code.",), (SUBMIT,), (Message("user", (Text("Write slugify."),)),), 1000)


class Asked:
    """A model on a server's script.

    `waits` are those that it asked for, instead of waiting, rounded up to half a second: chance takes up to a quarter
    off each.
    """

    def __init__(self, server: MessagesServer, *, retries: int = 2) -> None:
        self.waits: list[float] = []
        client = anthropic.Anthropic(base_url=server.url, api_key="key", max_retries=retries)
        self.model = AnthropicModel("claude-test", client, sleep=self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(math.ceil(seconds * 2) / 2)

    def reply(self) -> Reply:
        return self.model.reply(REQUEST)

    def error(self) -> ModelError:
        with pytest.raises(ModelError) as caught:
            self.reply()
        return caught.value


def answered_by(handler: Callable[[httpx2.Request], httpx2.Response]) -> AnthropicModel:
    """A model whose client has that function for a network."""
    http = anthropic.DefaultHttpxClient(transport=httpx2.MockTransport(handler))
    client = anthropic.Anthropic(base_url="http://localhost:1", api_key="key", max_retries=0, http_client=http)
    return AnthropicModel("claude-test", client)
