"""What the guides in docs/ show of receiving, run as it stands on requests as received. (Rust: shared/tests/guides.rs.)"""

import base64
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from client import Api
from guides.cases import CASES, GENUINE, PLAIN_CASES, Case, Requests
from guides.commands import call, shell
from guides.pages import anchors, shown
from guides.programs import ALL_BY_HAND, GUIDE, HERE, NODE, PYTHON, Language, Program, Signed, checked, installed
from receiver import Received, Receiver
from stack import ROOT, Stack
from standardwebhooks.webhooks import Webhook
from tenants import NewTenant

PLAIN_SECRET = "a-plain-secret-of-mine~!"
DATA = {"amount": 1.10, "name": "Jürgen 😀"}
LANGUAGES = [*((language.heading, language.fence) for language in ALL_BY_HAND), ("Rust", "rust")]


@pytest.fixture(scope="module")
def sent(new_tenant: NewTenant, receiver: Receiver) -> Requests:
    api = new_tenant()
    hook, plain_hook = receiver.hook(), receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    api.create_endpoint(plain_hook.url, secret=PLAIN_SECRET)
    api.publish("contract.created", DATA)
    [usual], [plain] = hook.wait_for(1), plain_hook.wait_for(1)
    new_secret = api.rotate_secret(endpoint["id"])
    api.publish("contract.created", DATA)
    rotated = hook.wait_for(2)[1]
    assert rotated.headers["webhook-signature"].count("v1,") == 2
    return Requests(
        signed(usual, endpoint["secret"]), signed(rotated, new_secret), endpoint["secret"], signed(plain, PLAIN_SECRET),
    )


def signed(request: Received, secret: str) -> Signed:
    return Signed(request.body, request.headers, secret)


def each(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("request_of", "verdict"), [pytest.param(*case, id=name) for name, case in cases.items()])


@pytest.fixture(scope="module", params=ALL_BY_HAND, ids=lambda language: language.heading)
def by_hand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Program:
    language: Language = request.param
    return language.make(language.by_hand(), tmp_path_factory.mktemp(language.fence))


@pytest.fixture(scope="module", params=[NODE, PYTHON], ids=lambda language: language.heading)
def by_library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Program:
    language: Language = request.param
    return language.make(language.by_library(), tmp_path_factory.mktemp(language.fence))


@each(CASES | PLAIN_CASES)
def test_the_code_by_hand_judges_a_request_and_says_why(
    by_hand: Program, sent: Requests, request_of: Callable[[Requests], Signed], verdict: str,
) -> None:
    assert by_hand.judge(request_of(sent)) == (by_hand.genuine if verdict == GENUINE else verdict)


@each(CASES)
def test_the_code_with_a_library_judges_a_request(
    by_library: Program, sent: Requests, request_of: Callable[[Requests], Signed], verdict: str,
) -> None:
    said = by_library.judge(request_of(sent))
    assert said == by_library.genuine if verdict == GENUINE else said.startswith("refused: ")


@each(PLAIN_CASES)
def test_a_library_takes_the_base64_of_a_plain_secret(
    by_library: Program, sent: Requests, request_of: Callable[[Requests], Signed], verdict: str,
) -> None:
    request = request_of(sent)
    said = by_library.judge(replace(request, secret=base64.b64encode(request.secret.encode()).decode()))
    assert said == by_library.genuine if verdict == GENUINE else said.startswith("refused: ")


@pytest.mark.parametrize("which", [0, 1], ids=["library", "by hand"])
@pytest.mark.parametrize(("heading", "fence", "name", "command"), [
    ("Ruby", "ruby", "verify.rb", ["ruby", "-wc"]),
    ("PHP", "php", "verify.php", ["php", "-l"]),
    ("Go", "go", "verify.go", ["gofmt", "-e"]),
    ("Java", "java", "Verify.java", ["java", str(HERE / "Parse.java")]),
], ids=["Ruby", "PHP", "Go", "Java"])
def test_code_that_needs_a_library_we_have_not_is_right_by_its_syntax(
    tmp_path: Path, heading: str, fence: str, name: str, command: list[str], which: int,
) -> None:
    (tmp_path / name).write_text(shown(GUIDE, heading, fence)[which])
    checked(installed(command[0]), *command[1:], name, directory=tmp_path)


def test_every_language_is_shown_with_a_library_and_by_hand() -> None:
    assert [(heading, len(shown(GUIDE, heading, fence))) for heading, fence in LANGUAGES] == [
        (heading, 2) for heading, _ in LANGUAGES
    ]


def test_what_arrives_is_what_the_guide_shows(sent: Requests) -> None:
    [arriving] = shown(GUIDE, "What arrives", "")
    head, body = arriving.split("\n\n", 1)
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    assert headers.keys() <= sent.usual.headers.keys()
    for name, value in headers.items():
        assert shape(sent.usual.headers[name]) == shape(value), name
    event, received = json.loads(body), json.loads(sent.usual.body)
    assert list(event) == list(received)
    assert list(event["metadata"]) == list(received["metadata"])
    assert [shape(event[field]) for field in ("id", "created")] == [shape(received[field]) for field in ("id", "created")]


def shape(value: str) -> str:
    """A value with everything that differs from request to request made alike."""
    return re.sub(r"[0-9A-Za-z+/=_]{10,}|[0-9]+", "~", value)


def test_the_command_computes_what_stands_in_the_header(sent: Requests, tmp_path: Path) -> None:
    installed("openssl")
    [command] = shown(GUIDE, "When no signature fits", "sh")
    (tmp_path / "body.json").write_bytes(sent.usual.body)
    time, signature = re.fullmatch("t=([0-9]+),v1=([0-9a-f]{64})", sent.usual.headers["x-iof-signature"]).groups()
    said = shell(command, tmp_path, t=time, WEBHOOK_SECRET=sent.usual.secret)
    assert said.split()[0] == signature


def test_the_statement_takes_an_id_once() -> None:
    [statement] = shown(GUIDE, "Once more, and out of order", "sql")
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE handled_webhooks (id TEXT PRIMARY KEY)")
        assert [database.execute(statement).rowcount for _ in range(2)] == [1, 0]


def test_the_secret_is_changed_as_shown(stack: Stack, api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    [command] = shown(GUIDE, "Change the secret", "sh")
    new_secret = json.loads(call(command, stack, api, ENDPOINT=endpoint["id"]))["secret"]
    api.publish()
    [request] = hook.wait_for(1)
    for secret in (new_secret, endpoint["secret"]):
        Webhook(secret).verify(request.body, dict(request.headers))


def test_a_test_event_is_sent_as_shown(stack: Stack, api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url, ["kyc.*"])
    [command] = shown(GUIDE, "Try it", "sh")
    event = json.loads(call(command, stack, api, ENDPOINT=endpoint["id"]))
    [request] = hook.wait_for(1)
    received = Webhook(endpoint["secret"]).verify(request.body, dict(request.headers))
    assert (received["id"], received["type"]) == (event["id"], "webhook.test")
    assert received["data"].keys() == {"endpointId", "message"}
    assert received["data"]["endpointId"] == endpoint["id"]


@pytest.mark.parametrize("guide", [GUIDE, "publishers.md", "operators.md"])
def test_links_of_a_guide_lead_somewhere(guide: str) -> None:
    links = re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", (ROOT / "docs" / guide).read_text())
    assert links
    for target, anchor in links:
        linked = ROOT / "docs" / (target or guide)
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), f"{target}#{anchor}"
