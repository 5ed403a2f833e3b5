"""/v1/webhooks/events: what is published is accepted, kept, and delivered to whoever it matches."""

import json
import os
import time

import pytest
from aws import Behind
from client import Api, refused, timestamp
from receiver import Hook, Receiver
from tenants import NewTenant
from together import at_once

TOO_LONG_FOR_A_MESSAGE = os.urandom(40_000).hex()  # deflates to some 40 KB, which are 53 KB of base64 and more


@pytest.fixture
def hook(receiver: Receiver) -> Hook:
    return receiver.hook()


def test_a_published_event_is_answered_with_its_deliveries(api: Api, hook: Hook) -> None:
    endpoint_id = api.create_endpoint(hook.url)["id"]
    event = api.publish("contract.created", {"a": 1}, metadata={"source": "billing", "n": [1, None]})
    assert event == {
        "id": event["id"],
        "type": "contract.created",
        "status": "pending",
        "createdAt": event["createdAt"],
        "metadata": {"source": "billing", "n": [1, None]},
        "deliveries": [{
            "endpointId": endpoint_id,
            "status": "pending",
            "attempts": 0,
            "nextAttemptAt": None,
            "lastAttemptAt": None,
            "reason": None,
        }],
    }
    assert event["id"].startswith("evt_")
    assert abs(timestamp(event["createdAt"]) - time.time()) < 30


def test_a_delivered_event_is_read_with_its_data(api: Api, hook: Hook) -> None:
    api.create_endpoint(hook.url)
    published = api.publish("contract.created", {"a": {"b": [1, "ü"]}})
    event = api.wait_for_event(published["id"], "delivered")
    [delivery] = event["deliveries"]
    assert event["data"] == {"a": {"b": [1, "ü"]}}
    assert delivery["attempts"] == 1
    assert delivery["reason"] is None
    assert delivery["nextAttemptAt"] is None
    assert timestamp(delivery["lastAttemptAt"]) >= timestamp(event["createdAt"])
    assert published.keys() == event.keys() - {"data"}


def test_an_event_that_matches_nothing_is_delivered(api: Api, hook: Hook) -> None:
    api.create_endpoint(hook.url, ["kyc.*"])
    event = api.publish("contract.created")
    assert (event["status"], event["deliveries"]) == ("delivered", [])
    assert api.event(event["id"])["status"] == "delivered"
    assert api.attempts(event["id"]) == []


@pytest.mark.parametrize(("pattern", "matching", "others"), [
    ("*", ["contract", "contract.created", "a.b.c.d"], []),
    ("contract.*", ["contract.created", "contract.a.b.c"], ["contract", "contracts.x", "a.contract.b", "Contract.x"]),
    ("contract.created", ["contract.created"], ["contract", "contract.created.again", "contract.create", "x"]),
    ("contract", ["contract"], ["contract.created", "contracts"]),
    ("a.b.*", ["a.b.c", "a.b.c.d"], ["a.b", "a.c", "a.bb.c"]),
])
def test_an_endpoint_gets_what_its_pattern_matches_and_nothing_else(
    api: Api, hook: Hook, pattern: str, matching: list[str], others: list[str],
) -> None:
    api.create_endpoint(hook.url, [pattern])
    published = [api.publish(event_type) for event_type in matching + others]
    assert [len(event["deliveries"]) for event in published] == [1] * len(matching) + [0] * len(others)
    received = [json.loads(request.body)["type"] for request in hook.wait_for(len(matching))]
    assert sorted(received) == sorted(matching)


def test_an_event_fans_out_to_every_endpoint_that_it_matches_once(api: Api, receiver: Receiver) -> None:
    hooks = {pattern: receiver.hook() for pattern in ("*", "contract.*", "contract.created", "kyc.*")}
    endpoints = {pattern: api.create_endpoint(hook.url, [pattern])["id"] for pattern, hook in hooks.items()}
    both = receiver.hook()
    endpoints["both"] = api.create_endpoint(both.url, ["contract.*", "*"])["id"]
    event = api.publish("contract.created")
    assert [delivery["endpointId"] for delivery in event["deliveries"]] == [
        endpoints[name] for name in ("*", "contract.*", "contract.created", "both")
    ]
    delivered = api.wait_for_event(event["id"], "delivered")
    assert [delivery["attempts"] for delivery in delivered["deliveries"]] == [1, 1, 1, 1]
    assert [len(hook.requests) for hook in hooks.values()] == [1, 1, 1, 0]
    assert len(both.requests) == 1


def test_the_first_attempt_arrives_within_two_seconds(api: Api, hook: Hook) -> None:
    api.create_endpoint(hook.url)
    api.publish()
    hook.wait_for(1)
    called_at = time.monotonic()
    api.publish()
    arrived_at = hook.wait_for(2)[1].at
    assert arrived_at - called_at < 2


def test_an_endpoint_gets_the_documented_request(api: Api, hook: Hook) -> None:
    api.create_endpoint(hook.url, headers={"X-Token": "abc", "Authorization": "Basic eDp5"})
    event = api.publish("contract.created", {"a": 1}, metadata={"source": "billing"})
    [request] = hook.wait_for(1)
    assert json.loads(request.body) == {
        "id": event["id"],
        "type": "contract.created",
        "created": event["createdAt"],
        "data": {"a": 1},
        "metadata": {"source": "billing", "tenantId": api.tenant},
    }
    assert list(json.loads(request.body)) == ["id", "type", "created", "data", "metadata"]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == event["id"]
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 30
    assert request.headers["webhook-signature"].startswith("v1,")
    assert request.headers["x-iof-signature"].startswith(f"t={request.headers['webhook-timestamp']},v1=")
    assert request.headers["user-agent"].startswith("webhooks-rail/")
    assert request.headers["x-token"] == "abc"
    assert request.headers["authorization"] == "Basic eDp5"


@pytest.mark.parametrize("data", [
    '{"amount":1.10,"big":123456789012345678901234567890,"small":1e-7,"zero":-0.0,"cents":100.000}',
    '{ "spaced" : [ 1 , 2 ] ,\t"b":{} }',
    r'{"escaped":"\u00e4\/\u0000\u0001\u001f\u007f\u2028","pair":"\ud83d\ude00"}',
    '{"plain":"ä😀\u2028\ufffe\uffff\x7f"}',
    '{"":"","a":{"a":{"a":null}},"A":true}',
    "{}",
], ids=["numbers", "white space", "escapes", "characters that are not XML", "odd keys", "nothing"])
def test_data_arrives_and_is_read_to_the_letter(api: Api, hook: Hook, data: str) -> None:
    api.create_endpoint(hook.url)
    event = api.expect(202, "POST", "/events", data=f'{{"data":{data},"type":"a.b"}}'.encode())
    [request] = hook.wait_for(1)
    assert f',"data":{data},"metadata":'.encode() in request.body
    assert f'"data":{data}'.encode() in api.call("GET", f"/events/{event['id']}").content


@pytest.mark.parametrize("text", [
    "ä" * 50_000,
    TOO_LONG_FOR_A_MESSAGE,
    os.urandom(125_000).hex(),
    "x" * (256 * 1024 - len('{"text":""}')),
], ids=["100 KB that compress well", "80 KB", "250 KB", "256 KB"])
def test_a_long_payload_arrives_intact(api: Api, hook: Hook, text: str) -> None:
    api.create_endpoint(hook.url)
    body = f'{{"type":"a.b","data":{{"text":"{text}"}}}}'.encode()
    event = api.expect(202, "POST", "/events", data=body)
    [request] = hook.wait_for(1)
    assert json.loads(request.body)["data"] == {"text": text}
    assert api.event(event["id"])["data"] == {"text": text}


def test_a_paused_endpoint_keeps_what_arrives_and_is_sent_nothing(api: Api, hook: Hook, behind: Behind) -> None:
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.update_endpoint(endpoint_id, status="paused")
    event = api.publish()
    assert (event["status"], event["deliveries"][0]["status"]) == ("pending", "pending")
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    kept = api.delivery(event["id"])
    assert (kept["status"], kept["attempts"], kept["nextAttemptAt"]) == ("pending", 0, None)
    assert hook.requests == []


def test_what_a_paused_endpoint_kept_is_delivered_once_it_is_active(api: Api, hook: Hook) -> None:
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.update_endpoint(endpoint_id, status="paused")
    event_id = api.publish()["id"]
    api.update_endpoint(endpoint_id, status="active")
    api.wait_for_event(event_id, "delivered")
    assert len(hook.requests) == 1


def test_a_disabled_endpoint_takes_nothing(api: Api, hook: Hook) -> None:
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.update_endpoint(endpoint_id, status="disabled")
    event = api.publish()
    assert (event["status"], event["deliveries"]) == ("delivered", [])


def test_a_change_of_patterns_holds_from_the_next_event_on(api: Api, hook: Hook) -> None:
    endpoint_id = api.create_endpoint(hook.url, ["kyc.*"])["id"]
    assert api.publish("contract.created")["deliveries"] == []
    api.update_endpoint(endpoint_id, events=["contract.*"])
    assert len(api.publish("contract.created")["deliveries"]) == 1


def test_a_repeated_request_with_its_key_publishes_nothing_new(api: Api, hook: Hook, behind: Behind) -> None:
    api.create_endpoint(hook.url)
    publish = {"json": {"type": "a.b", "data": {"a": 1}}, "headers": {"Idempotency-Key": "order-17"}}
    first = api.call("POST", "/events", **publish)
    assert first.status_code == 202
    assert "idempotent-replayed" not in first.headers
    event_id = first.json()["id"]
    api.wait_for_event(event_id, "delivered")

    again = api.call("POST", "/events", **publish)
    assert again.status_code == 202
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.json()["id"], again.json()["createdAt"]) == (event_id, first.json()["createdAt"])
    assert again.json()["status"] == "delivered"
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert len(hook.requests) == 1
    assert len(api.page("/events")["data"]) == 1


def test_a_repeated_request_fans_out_as_the_first_did(api: Api, receiver: Receiver, hook: Hook) -> None:
    api.create_endpoint(hook.url)
    publish = {"json": {"type": "a.b", "data": {}}, "headers": {"Idempotency-Key": "order-17"}}
    first = api.expect(202, "POST", "/events", **publish)
    api.create_endpoint(receiver.hook().url)
    again = api.expect(202, "POST", "/events", **publish)
    assert [d["endpointId"] for d in again["deliveries"]] == [d["endpointId"] for d in first["deliveries"]]


def test_a_key_with_another_body_is_refused(api: Api) -> None:
    headers = {"Idempotency-Key": "order-17"}
    api.expect(202, "POST", "/events", json={"type": "a.b", "data": {"a": 1}}, headers=headers)
    other = api.call("POST", "/events", json={"type": "a.b", "data": {"a": 2}}, headers=headers)
    assert "Idempotency-Key" in refused(other, 422, "IDEMPOTENCY_KEY_REUSED")["message"]
    assert len(api.page("/events")["data"]) == 1


def test_a_refused_request_does_not_use_up_its_key(api: Api) -> None:
    headers = {"Idempotency-Key": "order-17"}
    refused(api.call("POST", "/events", json={"type": "a.b"}, headers=headers), 400, "VALIDATION_FAILED", "data")
    api.expect(202, "POST", "/events", json={"type": "a.b", "data": {}}, headers=headers)


def test_requests_with_one_key_at_the_same_time_publish_one_event(api: Api, hook: Hook, behind: Behind) -> None:
    api.create_endpoint(hook.url)

    def publish() -> str:
        body = {"type": "a.b", "data": {"a": 1}}
        return api.expect(202, "POST", "/events", json=body, headers={"Idempotency-Key": "order-17"})["id"]

    [event_id] = set(at_once(*[publish] * 4))
    api.wait_for_event(event_id, "delivered")
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert [event["id"] for event in api.page("/events")["data"]] == [event_id]
    assert [attempt["number"] for attempt in api.attempts(event_id)] == [1]


def test_tenants_do_not_share_keys_of_idempotency(api: Api, new_tenant: NewTenant) -> None:
    publish = {"json": {"type": "a.b", "data": {}}, "headers": {"Idempotency-Key": "order-17"}}
    other = new_tenant()
    assert api.expect(202, "POST", "/events", **publish)["id"] != other.expect(202, "POST", "/events", **publish)["id"]
