"""Bad input to /v1/webhooks/events and what lies below it: a clear error, and nothing is published or changed."""

import json
from typing import Any

import pytest
from client import Api, refused

GOOD = {"type": "contract.created", "data": {}}
NO_EVENT = "evt_01M85799PFY4HXC6CAM002M5T7"

BAD_EVENTS: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{", "body"),
    "something after the JSON": (b'{"type":"a.b","data":{}}{}', "body"),
    "an array": (b'[{"type":"a.b","data":{}}]', "body"),
    "no body": (b"", "body"),
    "not UTF-8": (b'{"type":"a.b","data":{"a":"\xff"}}', "body"),
    "deeply nested": (b'{"type":"a.b","data":' + b'{"a":' * 1_000 + b"1" + b"}" * 1_001, "data"),
    "an unknown field": (GOOD | {"id": NO_EVENT}, "id"),
    "a type left out": ({"data": {}}, "type"),
    "data left out": ({"type": "a.b"}, "data"),
    "a type twice": (b'{"type":"a.b","type":"a.c","data":{}}', "body"),
    "a type that is a number": (GOOD | {"type": 5}, "type"),
    "an empty type": (GOOD | {"type": ""}, "type"),
    "contract.": (GOOD | {"type": "contract."}, "type"),
    ".created": (GOOD | {"type": ".created"}, "type"),
    "contract..created": (GOOD | {"type": "contract..created"}, "type"),
    "contract.*": (GOOD | {"type": "contract.*"}, "type"),
    "*": (GOOD | {"type": "*"}, "type"),
    "a space in the type": (GOOD | {"type": "contract created"}, "type"),
    "a type that is not ASCII": (GOOD | {"type": "verträge.neu"}, "type"),
    "a type of 129 characters": (GOOD | {"type": "x" * 129}, "type"),
    "data that is a list": (GOOD | {"data": [1]}, "data"),
    "data that is a text": (GOOD | {"data": "a"}, "data"),
    "data that is a number": (GOOD | {"data": 1}, "data"),
    "data that is null": (GOOD | {"data": None}, "data"),
    "data with half a surrogate pair": (rb'{"type":"a.b","data":{"a":"\ud800"}}', "data"),
    "metadata that is a list": (GOOD | {"metadata": []}, "metadata"),
    "metadata that is a text": (GOOD | {"metadata": "a"}, "metadata"),
    "metadata that claims a tenant": (GOOD | {"metadata": {"tenantId": "another"}}, "metadata"),
}


@pytest.mark.parametrize(
    ("body", "field"), [pytest.param(*case, id=name) for name, case in BAD_EVENTS.items()],
)
def test_a_bad_event_is_refused_and_not_published(api: Api, body: Any, field: str) -> None:
    content = {"data": body} if isinstance(body, bytes) else {"json": body}
    refused(api.call("POST", "/events", **content), 400, "VALIDATION_FAILED", field)
    assert api.page("/events")["data"] == []


@pytest.mark.parametrize("data", [b'{"a":1e400}', rb'{"a":"\ud800"}', b'{"a":' * 200 + b"1" + b"}" * 200],
                         ids=["a number that is out of range", "half a surrogate pair", "200 levels"])
def test_an_object_that_cannot_be_taken_is_not_said_to_be_no_object(api: Api, data: bytes) -> None:
    response = api.call("POST", "/events", data=b'{"type":"a.b","data":' + data + b"}")
    assert "must be a JSON object" not in refused(response, 400, "VALIDATION_FAILED", "data")["message"]


@pytest.mark.parametrize(("body", "field"), [
    ({"type": "a.b", "data": {"text": "x" * (256 * 1024 - len('{"text":""}') + 1)}}, "data"),
    ({"type": "a.b", "data": {"text": "x" * 1_000_000}}, "body"),
    ({"type": "a.b", "data": {}, "metadata": {"text": "x" * 17_000}}, "metadata"),
], ids=["data of one byte too much", "a body of 1 MB", "metadata of 17 KB"])
def test_what_is_too_large_is_refused_and_not_published(api: Api, body: Any, field: str) -> None:
    text = json.dumps(body, separators=(",", ":"))
    refused(api.call("POST", "/events", data=text), 413, "PAYLOAD_TOO_LARGE", field)
    assert api.page("/events")["data"] == []


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "schl\u00fcssel".encode(), "tab\there"])
def test_a_malformed_idempotency_key_is_refused(api: Api, key: str | bytes) -> None:
    response = api.call("POST", "/events", json=GOOD, headers={"Idempotency-Key": key})
    refused(response, 400, "VALIDATION_FAILED", "Idempotency-Key")
    assert api.page("/events")["data"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/attempts"), ("POST", "/retry")])
@pytest.mark.parametrize("event_id", [
    "nonsense", "evt_", "we_01M85799PFY4HXC6CAM002M5T7", "evt_01m85799pfy4hxc6cam002m5t7", f"{NO_EVENT}%00", "%E2%82",
])
def test_an_id_of_the_wrong_kind_is_refused(api: Api, method: str, path: str, event_id: str) -> None:
    refused(api.call(method, f"/events/{event_id}{path}"), 400, "VALIDATION_FAILED", "id")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/attempts"), ("POST", "/retry")])
def test_an_event_that_never_was_is_not_found(api: Api, method: str, path: str) -> None:
    assert "event" in refused(api.call(method, f"/events/{NO_EVENT}{path}"), 404, "NOT_FOUND")["message"]


@pytest.mark.parametrize(("body", "field"), [
    (b"{", "body"), (b"[]", "body"), (b"\xff", "body"), (b'{"endpoint":"we_x"}', "endpoint"),
    (b'{"endpointId":5}', "endpointId"), (b'{"endpointId":"we_x"}', "endpointId"),
    (b'{"endpointId":"evt_01M85799PFY4HXC6CAM002M5T7"}', "endpointId"),
])
def test_a_bad_retry_is_refused(api: Api, body: bytes, field: str) -> None:
    event_id = api.publish()["id"]
    refused(api.call("POST", f"/events/{event_id}/retry", data=body), 400, "VALIDATION_FAILED", field)


LIMITS = [{"limit": limit} for limit in ("0", "1000", "101", "-1", "abc", "1.5", "", "+5 ", "1e1", "9" * 30)]


@pytest.mark.parametrize(("parameters", "field"), [
    *((limit, "limit") for limit in LIMITS),
    ({"status": "lost"}, "status"), ({"status": ""}, "status"), ({"status": "Failed"}, "status"),
    ({"type": "contract.*"}, "type"), ({"type": ""}, "type"),
    ({"endpointId": "nonsense"}, "endpointId"), ({"endpointId": NO_EVENT}, "endpointId"),
    ({"endpointId": ""}, "endpointId"),
    ({"cursor": ""}, "cursor"), ({"cursor": "forged"}, "cursor"), ({"cursor": "A" * 3000}, "cursor"),
    ({"cursor": "\ufffd/+="}, "cursor"),
    ({"endpoint": "we_01M85799PFY4HXC6CAM002M5T7"}, "endpoint"), ({"Limit": "5"}, "Limit"),
])
def test_a_bad_query_is_refused(api: Api, parameters: dict[str, str], field: str) -> None:
    refused(api.call("GET", "/events", params=parameters), 400, "VALIDATION_FAILED", field)


@pytest.mark.parametrize(("parameters", "field"), [
    *((limit, "limit") for limit in LIMITS), ({"cursor": "forged"}, "cursor"), ({"endpointId": "we_x"}, "endpointId"),
])
def test_a_bad_query_for_attempts_is_refused(api: Api, parameters: dict[str, str], field: str) -> None:
    event_id = api.publish()["id"]
    response = api.call("GET", f"/events/{event_id}/attempts", params=parameters)
    refused(response, 400, "VALIDATION_FAILED", field)
