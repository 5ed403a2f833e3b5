"""Test events: one endpoint gets one request, whatever it subscribes to."""

import pytest
from client import Api, refused
from receiver import Answer, Receiver
from tenants import NewTenant


def test_a_test_reaches_the_endpoint_whatever_it_subscribes_to(api: Api, receiver: Receiver) -> None:
    hook, other = receiver.hook(), receiver.hook()
    endpoint_id = api.create_endpoint(hook.url, ["contract.*"])["id"]
    api.create_endpoint(other.url, ["*"])
    sent = api.test_endpoint(endpoint_id)
    assert (sent["type"], sent["status"]) == ("webhook.test", "pending")
    assert [delivery["endpointId"] for delivery in sent["deliveries"]] == [endpoint_id]
    [request] = hook.wait_for(1)
    body = request.json()
    assert (body["id"], body["type"], body["metadata"]) == (sent["id"], "webhook.test", {"tenantId": api.tenant})
    assert body["data"].keys() == {"endpointId", "message"}
    assert body["data"]["endpointId"] == endpoint_id
    api.wait_for_event(sent["id"], "delivered")
    [attempt] = api.attempts(sent["id"])
    assert (attempt["trigger"], attempt["outcome"]) == ("test", "accepted")
    assert other.requests == []


def test_a_test_that_fails_is_tried_once_and_may_be_retried_by_hand(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(503), Answer(200))
    sent = api.test_endpoint(api.create_endpoint(hook.url)["id"])
    failed = api.wait_for_event(sent["id"], "failed")
    assert failed["deliveries"][0]["reason"] == "attempts_exhausted"
    assert len(hook.requests) == 1
    api.retry(sent["id"])
    api.wait_for_event(sent["id"], "delivered")
    assert [attempt["trigger"] for attempt in api.attempts(sent["id"])] == ["test", "manual"]


@pytest.mark.parametrize("status", ["paused", "disabled"])
def test_an_endpoint_that_takes_nothing_now_is_not_tested(api: Api, receiver: Receiver, status: str) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.update_endpoint(endpoint_id, status=status)
    error = refused(api.call("POST", f"/endpoints/{endpoint_id}/test"), 409, "CONFLICT")
    assert status in error["message"]
    assert api.all("/events", type="webhook.test") == []


def test_a_test_takes_no_particulars(api: Api, receiver: Receiver) -> None:
    path = f"/endpoints/{api.create_endpoint(receiver.hook().url)['id']}/test"
    refused(api.call("POST", path, json={"type": "contract.created"}), 400, "VALIDATION_FAILED", "type")
    refused(api.call("POST", path, json=[]), 400, "VALIDATION_FAILED", "body")
    api.expect(202, "POST", path, json={})


def test_whoever_may_only_publish_may_not_test(new_tenant: NewTenant) -> None:
    publisher = new_tenant(["events:publish"])
    path = "/endpoints/we_01M85799PFY4HXC6CAM002M5T7/test"
    refused(publisher.call("POST", path), 403, "FORBIDDEN")
