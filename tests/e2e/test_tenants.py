"""Tenants kept apart: what belongs to another is as if it were not there."""

import pytest
from client import Api, refused
from receiver import Answer, Receiver
from stack import Stack
from tenants import NewTenant


@pytest.fixture(scope="module")
def theirs(new_tenant: NewTenant, receiver: Receiver) -> tuple[Api, str, str]:
    """Another tenant, with an endpoint and an event that waits for its second attempt."""
    api = new_tenant()
    endpoint_id = api.create_endpoint(receiver.hook(Answer(503, {"Retry-After": "3600"})).url)["id"]
    event_id = api.publish("contract.created", {"a": 1})["id"]
    api.wait_for_event(event_id, "retrying")
    return api, endpoint_id, event_id


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "/endpoints/{endpoint}", None),
    ("PATCH", "/endpoints/{endpoint}", {"status": "disabled"}),
    ("DELETE", "/endpoints/{endpoint}", None),
    ("POST", "/endpoints/{endpoint}/rotate-secret", {}),
    ("GET", "/events/{event}", None),
    ("GET", "/events/{event}/attempts", None),
    ("POST", "/events/{event}/retry", None),
    ("POST", "/events/{event}/retry", {"endpointId": "{endpoint}"}),
    ("DELETE", "/events/{event}/retry", None),
    ("DELETE", "/events/{event}/retry?endpointId={endpoint}", None),
    ("GET", "/events?endpointId={endpoint}", None),
    ("GET", "/events?endpointId={endpoint}&status=retrying", None),
])
def test_another_tenants_object_is_not_found_and_not_touched(
    api: Api, theirs: tuple[Api, str, str], method: str, path: str, body: dict[str, str] | None,
) -> None:
    other, endpoint_id, event_id = theirs
    before = other.endpoint(endpoint_id), other.event(event_id)
    names = {"endpoint": endpoint_id, "event": event_id}
    filled = body and {name: value.format(**names) for name, value in body.items()}
    response = api.call(method, path.format(**names), json=filled)
    refused(response, 404, "NOT_FOUND")
    assert other.tenant not in response.text
    assert (other.endpoint(endpoint_id), other.event(event_id)) == before


@pytest.mark.usefixtures("theirs")
def test_another_tenants_objects_are_not_listed(api: Api) -> None:
    assert api.page("/endpoints")["data"] == []
    assert api.page("/events")["data"] == []
    assert api.page("/events", status="retrying")["data"] == []


@pytest.mark.usefixtures("theirs")
def test_another_tenants_endpoint_gets_nothing_of_ours(api: Api) -> None:
    assert api.publish("contract.created")["deliveries"] == []


def test_our_event_is_neither_retried_to_another_tenants_endpoint_nor_cancelled(
    api: Api, receiver: Receiver, theirs: tuple[Api, str, str],
) -> None:
    _, their_endpoint, _ = theirs
    api.create_endpoint(receiver.hook(Answer(503, {"Retry-After": "3600"})).url)
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "retrying")
    path = f"/events/{event_id}/retry"
    refused(api.call("POST", path, json={"endpointId": their_endpoint}), 404, "NOT_FOUND")
    refused(api.call("DELETE", path, params={"endpointId": their_endpoint}), 404, "NOT_FOUND")


def test_two_keys_of_one_tenant_see_the_same(api: Api, stack: Stack) -> None:
    endpoint_id = api.create_endpoint("https://hooks.example.com/")["id"]
    second = Api(stack.url, api.tenant, stack.create_key(api.tenant, ["endpoints:read"]))
    assert second.endpoint(endpoint_id) == api.endpoint(endpoint_id)
