"""The ways to a model that docs/models.md describes, each against a server on this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

from jiti import ConfigError, Engine, ModelError
from jiti.testing import MessagesServer, Project, ScriptedModel, call, fault, reply, submit
from jiti.usage import Usage
from tests.functional.one_stub import RIGHT, WRONG, one_stub

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiti.testing import Received

PAGE = Path(__file__).parents[2] / "docs" / "models.md"

TOKEN = "made-up"  # noqa: S105 - for no place in particular


def bedrock(url: str) -> anthropic.AnthropicBedrock:
    return anthropic.AnthropicBedrock(aws_region="us-east-1", api_key=TOKEN, base_url=url)


def bedrock_signed(url: str) -> anthropic.AnthropicBedrock:
    return anthropic.AnthropicBedrock(aws_region="us-east-1", aws_access_key="AKIA", aws_secret_key=TOKEN, base_url=url)


def mantle(url: str) -> anthropic.AnthropicBedrockMantle:
    return anthropic.AnthropicBedrockMantle(aws_region="us-east-1", api_key=TOKEN, base_url=url)


def vertex(url: str) -> anthropic.AnthropicVertex:
    return anthropic.AnthropicVertex(region="europe-west1", project_id="shop", access_token=TOKEN, base_url=url)


def foundry(url: str) -> anthropic.AnthropicFoundry:
    return anthropic.AnthropicFoundry(api_key=TOKEN, base_url=f"{url}/anthropic/")


def foundry_with_azure(url: str) -> anthropic.AnthropicFoundry:
    return anthropic.AnthropicFoundry(azure_ad_token_provider=lambda: TOKEN, base_url=f"{url}/anthropic/")


def plain(url: str) -> anthropic.Anthropic:
    return anthropic.Anthropic(auth_token=TOKEN, base_url=url)


STREAM = "/model/claude-test/invoke-with-response-stream"
WAYS = {
    "Anthropic": (plain, "/v1/messages", "authorization", f"Bearer {TOKEN}"),
    "Bedrock with a bearer token": (bedrock, STREAM, "authorization", f"Bearer {TOKEN}"),
    "Bedrock with AWS keys": (bedrock_signed, STREAM, "authorization", "AWS4-HMAC-SHA256 Credential=AKIA/"),
    "Bedrock, the newer endpoint": (mantle, "/v1/messages", "authorization", f"Bearer {TOKEN}"),
    "Vertex": (
        vertex,
        "/projects/shop/locations/europe-west1/publishers/anthropic/models/claude-test:streamRawPredict",
        "authorization",
        f"Bearer {TOKEN}",
    ),
    "Foundry": (foundry, "/anthropic/v1/messages", "x-api-key", TOKEN),
    "Foundry with Azure's login": (
        foundry_with_azure,
        "/anthropic/v1/messages",
        "authorization",
        f"Bearer {TOKEN}",
    ),
}


@pytest.mark.parametrize(("make", "path", "header", "value"), WAYS.values(), ids=WAYS)
def test_a_session_goes_the_way_of_the_client(
    tmp_path: Path, make: Callable[[str], Any], path: str, header: str, value: str
) -> None:
    looks = reply("Let me see.", call("inspect", expr="n"), usage=Usage(30, 10, 20, 5))
    with MessagesServer(looks, WRONG, fault.status(529), RIGHT) as server:
        engine = Engine(client=make(server.url), model="claude-test")
        with one_stub(tmp_path, engine) as stub:
            assert stub.double(21) == 42
            assert (stub.state, stub.left_behind()) == ("fresh", [])
    assert [received.path for received in server.requests] == [path] * 4
    assert all(received.headers[header].startswith(value) for received in server.requests)
    assert server.requests[0].body["system"][0]["text"].startswith("You write the body of one Python function")


@pytest.mark.parametrize(
    ("make", "failing", "message", "hint", "requests"),
    [
        (
            vertex,
            fault.status(401),
            "does not accept the credentials",
            "Check the credentials of the AnthropicVertex",
            1,
        ),
        (
            vertex,
            fault.status(404),
            "has no model 'claude-test'",
            "the base URL of the AnthropicVertex (now http://",
            1,
        ),
        (foundry, fault.status(429), "limits how much", "Wait a minute", 2),
        (foundry, fault.sse_error("overloaded_error"), "is overloaded (529", "other than claude-test", 2),
        (bedrock, fault.status(403), "does not let these credentials use claude-test", "or use other", 1),
        (bedrock, fault.sse_error("throttlingException"), "limits how much is asked", "Wait a minute", 2),
        (bedrock, fault.sse_error("validationException"), "turned the request down (400", "words say why", 1),
    ],
)
def test_the_faults_of_a_platform_are_told_as_its_own(
    tmp_path: Path, make: Callable[[str], Any], failing: fault.Fault, message: str, hint: str, requests: int
) -> None:
    with MessagesServer(*[failing] * 9) as server:
        engine = Engine(client=make(server.url).with_options(max_retries=1), model="claude-test")
        with one_stub(tmp_path, engine) as stub, pytest.raises(ModelError, match=re.escape(message)) as caught:
            stub.double(21)
    assert hint in str(caught.value.hint)
    assert len(server.requests) == requests


def test_a_login_that_fails_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    def log_in() -> str:
        message = "the login has expired: az login"
        raise RuntimeError(message)

    with MessagesServer(RIGHT) as server:
        client = anthropic.AnthropicFoundry(azure_ad_token_provider=log_in, base_url=server.url)
        with one_stub(tmp_path, Engine(client=client)) as stub, pytest.raises(ModelError) as caught:
            stub.double(21)
    told = (
        "the AnthropicFoundry could not prepare a request to 127.0.0.1: RuntimeError: the login has expired: az login"
    )
    assert caught.value.args == (f"{stub.key}: {told}",)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert server.requests == []


@pytest.mark.parametrize(
    ("client", "package", "extra"),
    [
        ("AnthropicBedrock(aws_region='us-east-1', api_key='k')", "botocore", "bedrock"),
        (
            "AnthropicBedrockMantle(aws_region='us-east-1', aws_access_key='k', aws_secret_key='s')",
            "botocore",
            "bedrock",
        ),
        ("AnthropicVertex(region='global', project_id='p')", "google", "vertex"),
    ],
)
def test_a_package_that_a_client_lacks_is_named_before_anything_is_sent(client: str, package: str, extra: str) -> None:
    text = (
        "import sys\n"
        f"sys.modules.update({{'{package}': None, 'boto3': None}})\n"
        "import anthropic\nfrom jiti import Engine, jiti\n\n\n"
        f"@jiti(engine=Engine(client=anthropic.{client}))\n"
        'def double(n: int) -> int:\n    """Twice n."""\n'
    )
    called = Project({"m.py": text}).call("m:double", 2, env={"JITI_FORBID_REQUESTS": ""})
    assert isinstance(called.error, ConfigError), called.stderr
    assert f"{client.partition('(')[0]} needs a package that is not installed: " in str(called.error)
    assert f'pip install "anthropic[{extra}]"' in str(called.error)


def test_an_asynchronous_client_is_turned_down(tmp_path: Path) -> None:
    client: Any = anthropic.AsyncAnthropic(api_key=TOKEN)
    with one_stub(tmp_path, Engine(client=client)) as stub, pytest.raises(ConfigError) as caught:
        stub.double(21)
    assert "Engine(client=) was given an asynchronous client, AsyncAnthropic" in str(caught.value)
    assert "Give it Anthropic(…)." in str(caught.value)


# ---------------------------------------------------------------- compatible servers, by their address alone

TEXT = 'from jiti import jiti\n\n\n@jiti\ndef double(n: int) -> int:\n    """Twice n."""\n'


def called_with(env: dict[str, str], *, path: str = "") -> tuple[Project, list[Received]]:
    """Call the stub in a process that has these variables and the server's address."""
    with MessagesServer(ScriptedModel(submit("return 2 * n"))) as server:
        project = Project({"m.py": TEXT})
        called = project.call("m:double", 21, env={"ANTHROPIC_BASE_URL": server.url + path, **env})
        assert called.value == 42, called.stderr
    return project, server.requests


def test_a_local_server_needs_its_address_any_token_and_the_models_name() -> None:
    _, (received,) = called_with({"ANTHROPIC_AUTH_TOKEN": "ollama", "JITI_MODEL": "qwen3-coder"})
    assert (received.path, received.body["model"]) == ("/v1/messages", "qwen3-coder")
    assert received.headers["authorization"] == "Bearer ollama"
    assert not {"thinking", "output_config", "temperature"} & {*received.body}


def test_a_gateway_may_have_a_path_and_headers_of_its_own() -> None:
    headers = {"ANTHROPIC_CUSTOM_HEADERS": "X-Team: search"}
    _, (received,) = called_with({"ANTHROPIC_API_KEY": TOKEN, **headers}, path="/anthropic")
    assert (received.path, received.headers["x-team"]) == ("/anthropic/v1/messages", "search")


def test_an_address_that_ends_in_v1_is_told_so() -> None:
    with MessagesServer(RIGHT) as server:
        env = {"ANTHROPIC_BASE_URL": f"{server.url}/v1", "ANTHROPIC_API_KEY": TOKEN}
        error = Project({"m.py": TEXT}).call("m:double", 21, env=env).error
    assert isinstance(error, ModelError)
    assert f"ANTHROPIC_BASE_URL (now {server.url}/v1/) must not end in /v1" in str(error)


def test_a_server_that_leaves_out_what_it_does_not_count_will_do(tmp_path: Path) -> None:
    given = {"body": "return 2 * n", "quality": 9}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"type": "message", "role": "assistant", "content": []}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "call_1", "name": "submit", "input": given},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        {"type": "message_stop"},
    ]
    with MessagesServer(fault.Fault("sparse", lambda exchange: exchange.stream(events))) as server:
        engine = Engine(client=plain(server.url), model="qwen3-coder")
        with one_stub(tmp_path, engine) as stub:
            assert stub.double(21) == 42


# ---------------------------------------------------------------- the page

PLACES = {
    "AnthropicBedrock": {"ANTHROPIC_BEDROCK_BASE_URL": "", "AWS_BEARER_TOKEN_BEDROCK": TOKEN},
    "AnthropicVertex": {"ANTHROPIC_VERTEX_BASE_URL": ""},
    "AnthropicFoundry": {"ANTHROPIC_FOUNDRY_BASE_URL": "/anthropic", "ANTHROPIC_FOUNDRY_API_KEY": TOKEN},
    "Timeout": {"ANTHROPIC_BASE_URL": "", "ANTHROPIC_API_KEY": TOKEN},
}
"""For the clients of the page's examples: variables, those of addresses with the path that comes after the server's."""


def examples() -> dict[str, str]:
    """The page's Python, by the last name that it imports from `anthropic`."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return {re.findall(r"from anthropic import .*?(\w+)$", block, re.MULTILINE)[0]: block for block in blocks}


def test_the_page_shows_each_platform() -> None:
    assert examples().keys() == PLACES.keys()


@pytest.mark.parametrize("name", PLACES)
def test_an_example_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    namespace: dict[str, Any] = {}
    with MessagesServer(RIGHT) as server:
        for variable, value in PLACES[name].items():
            monkeypatch.setenv(variable, server.url + value if variable.endswith("_URL") else value)
        # Logging in to Google Cloud is the one thing that is not to be had here.
        text = examples()[name].replace('project_id="my-project"', 'project_id="my-project", access_token="made-up"')
        exec(text, namespace)  # noqa: S102 - it is our own page's
        with one_stub(tmp_path, namespace["engine"]) as stub:
            assert stub.double(21) == 42
    assert len(server.requests) == 1
