"""The queue of chores: what nobody can read, what comes twice, and what is not the asker's to change."""

import json
import uuid

from announcements import ENDPOINT_DISABLED
from aws import Behind
from client import Api
from messages import waiting_event
from receiver import Answer, Receiver
from tenants import NewTenant


def chore(api: Api, endpoint_id: str) -> str:
    return json.dumps({"tenant": api.tenant, "endpoint": endpoint_id})


def test_what_nobody_can_read_is_a_dead_letter_at_once_and_the_rest_is_done(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    event_id, _, _ = waiting_event(api, receiver, behind)
    endpoint_id = api.delivery(event_id)["endpointId"]
    behind.remove_endpoint(api.tenant, endpoint_id)
    readable = chore(api, endpoint_id)
    unreadable = {
        f"nonsense {uuid.uuid4()}",
        json.dumps({"marker": str(uuid.uuid4())}),
        json.dumps({"tenant": "a b", "endpoint": endpoint_id}),
        json.dumps({"tenant": api.tenant, "endpoint": f"we_{uuid.uuid4()}"}),
        json.dumps(json.loads(readable) | {"unknown": str(uuid.uuid4())}),
        readable[:-1],
    }
    first, *others = unreadable
    behind.send("ChoresQueueUrl", first, readable, *others)
    behind.take_dead_letters("ChoresDeadLettersUrl", unreadable)
    failed = api.wait_for_event(event_id, "failed")["deliveries"][0]
    assert failed["reason"] == "endpoint_deleted"
    behind.wait_until_handled("ChoresQueueUrl")


def test_a_chore_that_names_another_tenants_endpoint_changes_nothing(
    api: Api, new_tenant: NewTenant, receiver: Receiver, behind: Behind,
) -> None:
    other = new_tenant()
    waiting, _, hook = waiting_event(other, receiver, behind)
    endpoint_id = other.delivery(waiting)["endpointId"]
    [pattern] = other.endpoint(endpoint_id)["events"]
    other.update_endpoint(endpoint_id, status="paused")
    kept = other.publish(pattern)["id"]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    before = other.endpoint(endpoint_id), other.event(waiting), other.event(kept)
    assert [event["status"] for event in before[1:]] == ["retrying", "pending"]

    # To this tenant it looks like an endpoint that was deleted.
    behind.send("ChoresQueueUrl", chore(api, endpoint_id))
    behind.wait_until_handled("ChoresQueueUrl")
    assert (other.endpoint(endpoint_id), other.event(waiting), other.event(kept)) == before
    assert len(hook.requests) == 1


def test_a_chore_changes_nothing_of_what_is_in_order(api: Api, receiver: Receiver, behind: Behind) -> None:
    event_id, _, hook = waiting_event(api, receiver, behind)
    endpoint_id = api.delivery(event_id)["endpointId"]
    before = api.endpoint(endpoint_id), api.event(event_id)
    behind.send("ChoresQueueUrl", *[chore(api, endpoint_id)] * 5)
    behind.wait_until_handled("ChoresQueueUrl")
    assert (api.endpoint(endpoint_id), api.event(event_id)) == before
    assert len(hook.requests) == 1


def test_what_is_kept_is_let_go_once_however_many_chores_come(api: Api, receiver: Receiver, behind: Behind) -> None:
    hook = receiver.hook(Answer(delay_seconds=0.3))
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.update_endpoint(endpoint_id, status="paused")
    event_ids = [api.publish()["id"] for _ in range(3)]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    behind.change_endpoint_item(api.tenant, endpoint_id, status={"S": "active"})
    behind.send("ChoresQueueUrl", *[chore(api, endpoint_id)] * 5)
    for event_id in event_ids:
        api.wait_for_event(event_id, "delivered")
    behind.wait_until_handled("ChoresQueueUrl")
    behind.wait_until_handled("RetriesQueueUrl")
    for event_id in event_ids:
        assert [attempt["number"] for attempt in api.attempts(event_id)] == [1]


def test_a_disabling_whose_telling_was_not_noted_is_not_told_as_another_event(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    listener = receiver.hook()
    api.create_endpoint(listener.url, [ENDPOINT_DISABLED])
    endpoint_id = api.create_endpoint(receiver.hook().url, ["contract.*"])["id"]
    api.update_endpoint(endpoint_id, status="disabled")
    listener.wait_for(1)
    behind.wait_until_handled("ChoresQueueUrl")
    behind.wait_until_handled("FirstAttemptsQueueUrl")

    behind.change_endpoint_item(api.tenant, endpoint_id, announced={"BOOL": False})
    behind.send("ChoresQueueUrl", chore(api, endpoint_id))
    behind.wait_until_handled("ChoresQueueUrl")
    assert behind.endpoint_item(api.tenant, endpoint_id)["announced"] == {"BOOL": True}
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert len(api.all("/events", type=ENDPOINT_DISABLED)) == 1
    assert len(listener.requests) == 1
