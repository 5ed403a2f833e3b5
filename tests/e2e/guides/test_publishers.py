"""What docs/publishers.md shows, run as it stands on the API, and on one that does not answer as it should."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest
from client import Api, Json
from guides.commands import call
from guides.pages import shown
from guides.programs import installed
from receiver import Answer, Receiver
from stack import ROOT, Stack

GUIDE = "publishers.md"
EVENT = {"type": "contract.created", "data": {"contractId": "ctr_7Q2M4"}}
IDEMPOTENCY_KEY = "contract-ctr_7Q2M4-created"


def built_in_catalog() -> dict[str, Json]:
    types = json.loads((ROOT / "shared/src/domain/catalog/built_in.json").read_text())
    return {event_type["name"]: event_type for event_type in types}


def test_an_event_is_published_as_shown_and_is_one_however_often(stack: Stack, api: Api) -> None:
    [command] = shown(GUIDE, "Publish an event", "sh")
    first, again = (json.loads(call(command, stack, api)) for _ in range(2))
    assert first["status"] == "delivered"
    assert first["deliveries"] == []
    assert again == first
    assert [event["id"] for event in api.all("/events")] == [first["id"]]


def test_the_event_that_is_shown_is_the_example_of_the_catalog() -> None:
    [command] = shown(GUIDE, "Publish an event", "sh")
    event = json.loads(re.search(r"-d '(.*)'", command, re.S).group(1))
    assert event["data"] == built_in_catalog()[event["type"]]["example"]


def test_a_batch_is_published_as_shown_and_what_must_be_mended_is_told_apart(stack: Stack, api: Api) -> None:
    [command] = shown(GUIDE, "Many at once", "sh")
    answer = json.loads(call(command, stack, api))
    assert (answer["accepted"], answer["refused"]) == (1, 1)
    assert [result["status"] for result in answer["data"]] == [202, 400]
    assert answer["data"][1]["error"]["code"] == "VALIDATION_FAILED"


def test_the_catalog_is_read_as_shown(stack: Stack, api: Api) -> None:
    [command] = shown(GUIDE, "The catalog, and strict mode", "sh")
    event_type = json.loads(call(command, stack, api))
    expected = built_in_catalog()[event_type["name"]]
    assert {name: event_type[name] for name in expected} == expected


class TestPublishing:
    """With the functions `publish` of Python and Node."""

    def test_publishes_an_event_once_however_often_it_is_called(self, stack: Stack, api: Api, publish: "Publish") -> None:
        events = [publish.event(stack.url, api.key) for _ in range(2)]
        assert [event["id"] for event in events] == [api.all("/events")[0]["id"]] * 2

    @pytest.mark.parametrize("refusal", [
        Answer(503), Answer(500), Answer(429, {"Retry-After": "1"}), Answer(429),
    ], ids=["503", "500", "429 with Retry-After", "429"])
    def test_repeats_what_may_succeed_with_the_same_key(
        self, receiver: Receiver, publish: "Publish", refusal: Answer,
    ) -> None:
        hook = receiver.hook()
        path = f"{hook.path}/v1/webhooks/events"
        receiver.script(path, refusal, Answer(202, body=b'{"id":"evt_1"}'))
        assert publish.event(hook.url, "a-key") == {"id": "evt_1"}
        first, second = receiver.requests(path)
        assert first.body == second.body
        assert json.loads(first.body) == EVENT
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
        assert second.at - first.at >= float(refusal.headers.get("Retry-After", "0"))

    def test_says_what_must_be_mended_and_does_not_repeat_it(self, receiver: Receiver, publish: "Publish") -> None:
        hook = receiver.hook()
        path = f"{hook.path}/v1/webhooks/events"
        receiver.script(path, Answer(400, body=b'{"error":{"message":"data: must be a JSON object"}}'))
        assert "must be a JSON object" in publish.failure(hook.url, "a-key")
        assert len(receiver.requests(path)) == 1


@dataclass(frozen=True)
class Publish:
    """A program that publishes `EVENT` with the `publish` of a guide, and prints the answer."""

    command: list[str]

    def event(self, url: str, key: str | None) -> Json:
        done = self._run(url, key)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def failure(self, url: str, key: str | None) -> str:
        done = self._run(url, key)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def _run(self, url: str, key: str | None) -> subprocess.CompletedProcess[str]:
        environment = dict(os.environ) | {"RAIL_URL": url, "RAIL_API_KEY": str(key), "NO_PROXY": "127.0.0.1"}
        return subprocess.run(self.command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(params=["python", "js"])
def publish(request: pytest.FixtureRequest) -> Publish:
    [code] = shown(GUIDE, {"python": "Python", "js": "Node"}[request.param], request.param)
    call_it = f"publish({json.dumps(EVENT)}, '{IDEMPOTENCY_KEY}')"
    if request.param == "python":
        return Publish([sys.executable, "-c", f"{code}\nimport json\nprint(json.dumps({call_it}))"])
    return Publish([
        installed("node"), "--input-type=module", "--eval", f"{code}\nconsole.log(JSON.stringify(await {call_it}));",
    ])
