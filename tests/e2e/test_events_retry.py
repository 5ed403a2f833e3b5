"""POST /v1/webhooks/events/{id}/retry: deliver again now."""

from aws import Behind
from client import Api, refused, timestamp
from messages import IN_AN_HOUR
from receiver import Answer, Receiver
from waiting import eventually


def test_a_retry_brings_a_waiting_attempt_forward(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer())
    api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    waiting = api.wait_for_event(event_id, "retrying")["deliveries"][0]
    assert 3590 < timestamp(waiting["nextAttemptAt"]) - timestamp(waiting["lastAttemptAt"]) < 3610

    retried = api.retry(event_id)
    assert retried["status"] in ("pending", "delivered")
    assert retried["deliveries"][0]["nextAttemptAt"] is None
    api.wait_for_event(event_id, "delivered")
    first, second = api.attempts(event_id)
    assert (first["number"], first["round"], first["trigger"]) == (1, 1, "policy")
    assert (second["number"], second["round"], second["trigger"]) == (2, 1, "manual")


def test_the_schedule_of_an_attempt_that_was_brought_forward_does_no_harm(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer())
    api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    stale = behind.latest_schedule_of(event_id)["Target"]["Input"]
    api.retry(event_id)
    api.wait_for_event(event_id, "delivered")

    behind.send("RetriesQueueUrl", stale)
    behind.wait_until_handled("RetriesQueueUrl")
    assert len(hook.requests) == 2
    assert len(api.attempts(event_id)) == 2
    assert api.delivery(event_id)["status"] == "delivered"


def test_a_stale_schedule_does_not_hasten_the_attempt_that_is_due_next(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook(IN_AN_HOUR)
    api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    stale = behind.latest_schedule_of(event_id)["Target"]["Input"]
    api.retry(event_id)
    due = api.wait_for_delivery(event_id, lambda delivery: delivery["attempts"] == 2)["nextAttemptAt"]

    behind.send("RetriesQueueUrl", stale)
    behind.wait_until_handled("RetriesQueueUrl")
    assert len(hook.requests) == 2
    delivery = api.delivery(event_id)
    assert (delivery["status"], delivery["attempts"], delivery["nextAttemptAt"]) == ("retrying", 2, due)


def test_a_retry_that_is_refused_goes_on_with_the_policy(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer(500), Answer())
    api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "retrying")
    api.retry(event_id)
    api.wait_for_event(event_id, "delivered")
    attempts = api.attempts(event_id)
    assert [attempt["trigger"] for attempt in attempts] == ["policy", "manual", "policy"]
    assert [attempt["round"] for attempt in attempts] == [1, 1, 1]


def test_a_repeated_retry_is_accepted_and_recorded_once(api: Api, receiver: Receiver, behind: Behind) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer(delay_seconds=1.5))
    api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "retrying")
    api.retry(event_id)
    api.retry(event_id)
    api.wait_for_event(event_id, "delivered")
    behind.wait_until_handled("RetriesQueueUrl")
    assert [attempt["number"] for attempt in api.attempts(event_id)] == [1, 2]


def test_a_delivered_event_cannot_be_retried(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "delivered")
    error = refused(api.call("POST", f"/events/{event_id}/retry"), 409, "CONFLICT")
    assert "delivered" in error["message"]
    assert len(hook.requests) == 1


def test_an_event_that_matched_nothing_cannot_be_retried(api: Api) -> None:
    event_id = api.publish()["id"]
    error = refused(api.call("POST", f"/events/{event_id}/retry", json={}), 409, "CONFLICT")
    assert "no endpoint" in error["message"]


def test_a_retry_may_name_one_endpoint(api: Api, receiver: Receiver) -> None:
    hooks = [receiver.hook(IN_AN_HOUR, Answer()) for _ in range(2)]
    chosen, other = (api.create_endpoint(hook.url)["id"] for hook in hooks)
    event_id = api.publish()["id"]
    for hook in hooks:
        hook.wait_for(1)
    api.wait_for_event(event_id, "retrying")
    api.retry(event_id, endpointId=chosen)
    hooks[0].wait_for(2)

    def statuses() -> dict[str, str]:
        return {delivery["endpointId"]: delivery["status"] for delivery in api.event(event_id)["deliveries"]}

    eventually(statuses, lambda found: found == {chosen: "delivered", other: "retrying"})
    assert len(hooks[1].requests) == 1
    refused(api.call("POST", f"/events/{event_id}/retry", json={"endpointId": chosen}), 409, "CONFLICT")


def test_a_retry_leaves_delivered_deliveries_alone(api: Api, receiver: Receiver) -> None:
    accepting, failing = receiver.hook(), receiver.hook(IN_AN_HOUR, Answer())
    for hook in (accepting, failing):
        api.create_endpoint(hook.url)
    event_id = api.publish()["id"]
    accepting.wait_for(1)
    api.wait_for_event(event_id, "retrying")
    api.retry(event_id)
    api.wait_for_event(event_id, "delivered")
    assert (len(accepting.requests), len(failing.requests)) == (1, 2)


def test_a_retry_for_an_endpoint_that_the_event_did_not_match_is_not_found(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR)
    api.create_endpoint(hook.url, ["contract.*"])
    unmatched = api.create_endpoint(receiver.hook().url, ["kyc.*"])["id"]
    event_id = api.publish("contract.created")["id"]
    before = api.wait_for_event(event_id, "retrying")
    for endpoint_id in (unmatched, "we_01M85799PFY4HXC6CAM002M5T7"):
        response = api.call("POST", f"/events/{event_id}/retry", json={"endpointId": endpoint_id})
        refused(response, 404, "NOT_FOUND")
    assert api.event(event_id) == before
