"""POST /v1/webhooks/events/batch: up to 100 events with one request, each accepted or refused for itself."""

import json
import os
from typing import Any

import pytest
import requests
from account import is_signed
from aws import Behind
from client import Api, Json, refused, timestamp
from receiver import Receiver
from stack import Stack
from together import at_once

MOST = 100
LARGEST_BODY = 3 * 1024 * 1024
LARGEST_DATA = 256 * 1024


def an_event(number: int = 0, event_type: str = "contract.created") -> Json:
    return {"type": event_type, "data": {"number": number}}


def some_events(count: int) -> list[Json]:
    return [an_event(number) for number in range(count)]


def publish(api: Api, events: list[Any], key: str | None = None) -> requests.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.call("POST", "/events/batch", json={"events": events}, headers=headers)


def accepted_ids(answer: requests.Response) -> list[str]:
    return [result["event"]["id"] for result in answer.json()["data"] if result["status"] == 202]


def listed_ids(api: Api) -> list[str]:
    return [event["id"] for event in api.all("/events", limit=100)]


def test_events_are_answered_in_order_as_each_alone_would_be(api: Api, receiver: Receiver) -> None:
    endpoint_id = api.create_endpoint(receiver.hook().url, ["contract.*"])["id"]
    answer = publish(api, [
        {"type": "contract.created", "data": {"a": 1}, "metadata": {"source": "billing"}},
        {"type": "kyc.verified", "data": {}},
    ])
    assert answer.status_code == 202
    assert "idempotent-replayed" not in answer.headers
    first, second = (result["event"] for result in answer.json()["data"])
    assert answer.json() == {
        "data": [{"status": 202, "event": first}, {"status": 202, "event": second}], "accepted": 2, "refused": 0,
    }
    alone = api.publish("contract.created", {"a": 1}, metadata={"source": "billing"})
    assert first == alone | {"id": first["id"], "createdAt": first["createdAt"]}
    assert first["deliveries"][0]["endpointId"] == endpoint_id
    assert (second["type"], second["status"], second["deliveries"]) == ("kyc.verified", "delivered", [])
    assert first["id"].startswith("evt_")


def test_listed_newest_first_a_batch_is_reversed(api: Api) -> None:
    before = api.publish()["id"]
    batches = [[event["id"] for event in api.publish_all(some_events(MOST))] for _ in range(2)]
    after = api.publish()["id"]
    published = [before, *batches[0], *batches[1], after]
    assert len(set(published)) == len(published)
    assert published == sorted(published)
    assert listed_ids(api) == published[::-1]


def test_the_events_of_a_batch_are_of_one_moment(api: Api) -> None:
    events = api.publish_all(some_events(3))
    assert len({event["createdAt"] for event in events}) == 1
    assert timestamp(api.publish()["createdAt"]) >= timestamp(events[0]["createdAt"])
    assert [api.event(event["id"])["data"] for event in events] == [{"number": number} for number in range(3)]


def test_each_event_arrives_once_and_signed_at_each_endpoint_that_it_matches(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    types = [f"{name}.n{number}" for number in range(8) for name in ("contract", "kyc", "billing")]
    hooks = {pattern: receiver.hook() for pattern in ("*", "contract.*", "kyc.n5", "nothing")}
    secrets = {pattern: api.create_endpoint(hook.url, [pattern])["secret"] for pattern, hook in hooks.items()}
    events = api.publish_all([an_event(number, event_type) for number, event_type in enumerate(types)])
    for event in events:
        api.wait_for_event(event["id"], "delivered", within=30)
    behind.wait_until_handled("FirstAttemptsQueueUrl")

    wanted = {
        "*": types, "contract.*": [name for name in types if name.startswith("contract.")], "kyc.n5": ["kyc.n5"],
        "nothing": [],
    }
    ids = {event["type"]: event["id"] for event in events}
    for pattern, hook in hooks.items():
        bodies = [json.loads(request.body) for request in hook.requests]
        assert sorted(body["type"] for body in bodies) == sorted(wanted[pattern])
        assert all(body["id"] == ids[body["type"]] for body in bodies)
        assert all(types[body["data"]["number"]] == body["type"] for body in bodies)
        assert all(request.headers["webhook-id"] == body["id"] for request, body in zip(hook.requests, bodies, strict=True))
        assert all(is_signed(request, secrets[pattern]) for request in hook.requests)


@pytest.mark.parametrize("data", ['{"amount":1.10,"zero":-0.0}', '{ "spaced" : [ 1 , 2 ] }', r'{"escaped":"\u00e4\/"}'])
def test_data_arrives_to_the_letter(api: Api, receiver: Receiver, data: str) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    body = f'{{"events":[{{"data":{data},"type":"a.b"}} ,{{"type":"a.b","data":{data}}}]}}'
    api.expect(202, "POST", "/events/batch", data=body.encode())
    for request in hook.wait_for(2):
        assert f',"data":{data},"metadata":'.encode() in request.body


REFUSED = {
    "data left out": ({"type": "a.b"}, 400, "VALIDATION_FAILED", "data"),
    "a bad type": ({"type": "a..b", "data": {}}, 400, "VALIDATION_FAILED", "type"),
    "an unknown field": (an_event() | {"id": "evt_01M85799PFY4HXC6CAM002M5T7"}, 400, "VALIDATION_FAILED", "id"),
    "metadata that claims a tenant": (an_event() | {"metadata": {"tenantId": "x"}}, 400, "VALIDATION_FAILED", "metadata"),
    "no object": (5, 400, "VALIDATION_FAILED", "body"),
    "null": (None, 400, "VALIDATION_FAILED", "body"),
    "a list": ([], 400, "VALIDATION_FAILED", "body"),
    "too much data": (an_event() | {"data": {"text": "x" * LARGEST_DATA}}, 413, "PAYLOAD_TOO_LARGE", "data"),
    "too much metadata": (an_event() | {"metadata": {"text": "x" * 17_000}}, 413, "PAYLOAD_TOO_LARGE", "metadata"),
}


def test_what_is_refused_stands_at_its_place_with_its_reason_and_the_rest_is_delivered(
    api: Api, receiver: Receiver,
) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    mixed = [event for number, (bad, *_) in enumerate(REFUSED.values()) for event in (an_event(number), bad)]
    answer = publish(api, mixed)
    assert answer.status_code == 207
    assert (answer.json()["accepted"], answer.json()["refused"]) == (len(REFUSED), len(REFUSED))
    results = answer.json()["data"]
    for result, (_, status, code, field) in zip(results[1::2], REFUSED.values(), strict=True):
        assert result.keys() == {"status", "error"}
        assert (result["status"], result["error"]["code"]) == (status, code)
        [detail] = result["error"]["details"]
        assert detail["field"] == field
        assert detail["message"].strip() and result["error"]["message"].strip()
    assert [result["status"] for result in results[::2]] == [202] * len(REFUSED)
    ids = accepted_ids(answer)
    assert listed_ids(api) == ids[::-1]
    received = {json.loads(request.body)["data"]["number"]: request for request in hook.wait_for(len(REFUSED))}
    assert [received[number].headers["webhook-id"] for number in range(len(REFUSED))] == ids


def test_where_every_event_is_refused_each_says_why(api: Api) -> None:
    answer = publish(api, [{}, {"type": "a.b", "data": 1}])
    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (207, 0, 2)
    assert [result["error"]["details"][0]["field"] for result in answer.json()["data"]] == ["type", "data"]
    assert listed_ids(api) == []


@pytest.mark.parametrize(("body", "field"), [
    ({"events": []}, "events"),
    ({"events": [an_event()] * (MOST + 1)}, "events"),
    ({"events": an_event()}, "events"),
    ({"events": None}, "events"),
    ({"events": "contract.created"}, "events"),
    ({}, "events"),
    ({"events": [an_event()], "atomic": True}, "atomic"),
    ([an_event()], "body"),
    (an_event(), "type"),
    (b"", "body"),
    (b'{"events":[{"type":"a.b","data":{}},]}', "body"),
    (b'{"events":[{"type":"a.b","data":{"a":"\xff"}}]}', "body"),
    (b'{"events":[{"type":"a.b","data":{}}]}{}', "body"),
], ids=[
    "none", "101", "no list", "null", "a text", "left out", "an unknown field", "a list alone", "an event alone", "nothing",
    "no JSON", "no UTF-8", "something after the JSON",
])
def test_a_bad_request_is_refused_as_a_whole_and_nothing_is_published(api: Api, body: Any, field: str) -> None:
    content = {"data": body} if isinstance(body, bytes) else {"json": body}
    refused(api.call("POST", "/events/batch", **content), 400, "VALIDATION_FAILED", field)
    assert listed_ids(api) == []


def test_an_event_too_many_is_counted(api: Api) -> None:
    error = refused(publish(api, some_events(MOST + 1)), 400, "VALIDATION_FAILED", "events")
    assert "1 to 100" in error["message"] and "101" in error["message"]


def a_body_of(size: int) -> bytes:
    """A batch of as few events as possible that is so long."""
    number = size // (LARGEST_DATA + 100) + 1
    empty = json.dumps({"events": [{"type": "a.b", "data": {"text": ""}}] * number}, separators=(",", ":"))
    texts = ["x" * ((size - len(empty)) // number)] * number
    texts[-1] += "x" * (size - len(empty) - sum(map(len, texts)))
    body = json.dumps({"events": [{"type": "a.b", "data": {"text": text}} for text in texts]}, separators=(",", ":"))
    assert len(body) == size
    return body.encode()


def test_a_body_of_3_mib_is_taken(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    answer = api.expect(202, "POST", "/events/batch", data=a_body_of(LARGEST_BODY))
    received = hook.wait_for(answer["accepted"], within=30)
    assert {request.headers["webhook-id"] for request in received} == {each["event"]["id"] for each in answer["data"]}
    assert min(len(request.body) for request in received) > LARGEST_DATA * 0.9


def test_a_body_of_one_byte_more_is_refused_as_a_whole(api: Api) -> None:
    response = api.call("POST", "/events/batch", data=a_body_of(LARGEST_BODY + 1))
    refused(response, 413, "PAYLOAD_TOO_LARGE", "body")
    assert listed_ids(api) == []


def test_payloads_too_long_for_messages_arrive_intact(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    texts = {os.urandom(40_000).hex() for _ in range(12)}
    api.publish_all([{"type": "a.b", "data": {"text": text}} for text in texts])
    assert {json.loads(request.body)["data"]["text"] for request in hook.wait_for(12, within=30)} == texts


def test_a_repeated_batch_publishes_nothing_new(api: Api, receiver: Receiver, behind: Behind) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    events = [an_event(0), {"type": "a..b"}, an_event(1)]
    first = publish(api, events, "order-17")
    assert first.status_code == 207
    assert "idempotent-replayed" not in first.headers
    ids = accepted_ids(first)
    for event_id in ids:
        api.wait_for_event(event_id, "delivered")

    again = publish(api, events, "order-17")
    assert again.status_code == 207
    assert again.headers["idempotent-replayed"] == "true"
    assert accepted_ids(again) == ids
    assert [result["status"] for result in again.json()["data"]] == [202, 400, 202]
    assert {again.json()["data"][place]["event"]["status"] for place in (0, 2)} == {"delivered"}
    assert listed_ids(api) == ids[::-1]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert len(hook.requests) == 2


def test_a_repeated_batch_fans_out_as_the_first_did(api: Api, receiver: Receiver) -> None:
    api.create_endpoint(receiver.hook().url)
    first = publish(api, some_events(3), "order-17").json()["data"]
    api.create_endpoint(receiver.hook().url)
    again = publish(api, some_events(3), "order-17").json()["data"]

    def endpoints(results: list[Json]) -> list[list[str]]:
        return [[delivery["endpointId"] for delivery in result["event"]["deliveries"]] for result in results]

    assert endpoints(again) == endpoints(first)


def test_batches_with_one_key_at_the_same_time_publish_once(api: Api, receiver: Receiver, behind: Behind) -> None:
    api.create_endpoint(receiver.hook().url)

    def publish_once() -> tuple[str, ...]:
        answer = publish(api, some_events(5), "order-17")
        assert answer.status_code == 202
        return tuple(accepted_ids(answer))

    [ids] = set(at_once(*[publish_once] * 4))
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert listed_ids(api) == list(ids[::-1])
    for event_id in ids:
        assert [attempt["number"] for attempt in api.attempts(event_id)] == [1]


def test_a_key_with_another_batch_is_refused(api: Api) -> None:
    ids = accepted_ids(publish(api, some_events(2), "order-17"))
    for events in (some_events(3), some_events(2)[::-1]):
        refused(publish(api, events, "order-17"), 422, "IDEMPOTENCY_KEY_REUSED")
    assert listed_ids(api) == ids[::-1]


def test_a_key_of_a_single_event_is_none_of_a_batch(api: Api) -> None:
    event_id = api.expect(202, "POST", "/events", json=an_event(), headers={"Idempotency-Key": "order-17"})["id"]
    refused(publish(api, [an_event()], "order-17"), 422, "IDEMPOTENCY_KEY_REUSED")
    assert listed_ids(api) == [event_id]


def test_a_request_that_is_refused_as_a_whole_does_not_use_up_its_key(api: Api) -> None:
    refused(publish(api, [], "order-17"), 400, "VALIDATION_FAILED", "events")
    answer = publish(api, some_events(2), "order-17")
    assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (202, None)


def test_a_batch_of_which_nothing_is_accepted_does_not_use_up_its_key(api: Api) -> None:
    assert publish(api, [{}, {}], "order-17").status_code == 207
    answer = publish(api, some_events(2), "order-17")
    assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (202, None)


@pytest.mark.parametrize("key", ["", "x" * 256, "two words"])
def test_a_malformed_key_is_refused(api: Api, key: str) -> None:
    refused(publish(api, [an_event()], key), 400, "VALIDATION_FAILED", "Idempotency-Key")
    assert listed_ids(api) == []


def test_whoever_may_not_publish_publishes_no_batch(api: Api, stack: Stack) -> None:
    others = ["endpoints:read", "endpoints:write", "events:read", "events:write"]
    lacking = Api(stack.url, api.tenant, stack.create_key(api.tenant, others))
    assert "events:publish" in refused(publish(lacking, [an_event()]), 403, "FORBIDDEN")["message"]
    publisher = Api(stack.url, api.tenant, stack.create_key(api.tenant, ["events:publish"]))
    ids = accepted_ids(publish(publisher, [an_event()]))
    assert listed_ids(api) == ids


def test_a_paused_endpoint_keeps_the_events_of_a_batch_and_gets_them_in_order(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hooks = [receiver.hook() for _ in range(2)]
    paused, active = (api.create_endpoint(hook.url)["id"] for hook in hooks)
    api.update_endpoint(paused, status="paused")
    events = api.publish_all(some_events(4))
    hooks[1].wait_for(4)
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert hooks[0].requests == []
    kept = api.all("/events", endpointId=paused, status="pending")
    assert [event["id"] for event in kept] == [event["id"] for event in events][::-1]
    assert len(api.all("/events", endpointId=active, status="delivered")) == 4

    api.update_endpoint(paused, status="active")
    received = hooks[0].wait_for(4, within=30)
    assert {request.headers["webhook-id"] for request in received} == {event["id"] for event in events}
    for event in events:
        assert [each["attempts"] for each in api.wait_for_event(event["id"], "delivered")["deliveries"]] == [1, 1]
