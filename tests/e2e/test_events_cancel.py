"""DELETE /v1/webhooks/events/{id}/retry: cancel the retries still to come."""

import pytest
import requests
from aws import Behind
from client import Api, refused
from messages import IN_AN_HOUR, waiting_event
from receiver import Answer, Hook, Receiver
from together import at_once
from waiting import eventually

RACES = 20


def cancel(api: Api, event_id: str, **parameters: str) -> requests.Response:
    return api.call("DELETE", f"/events/{event_id}/retry", params=parameters)


def test_a_waiting_delivery_is_failed_and_the_schedule_that_comes_later_causes_no_attempt(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    event_id, message, hook = waiting_event(api, receiver, behind, Answer(200))
    cancelled = api.cancel(event_id)
    [delivery] = cancelled["deliveries"]
    assert (cancelled["status"], delivery["status"], delivery["reason"]) == ("failed", "failed", "cancelled")
    assert (delivery["attempts"], delivery["nextAttemptAt"]) == (1, None)

    behind.send("RetriesQueueUrl", message)
    behind.wait_until_handled("RetriesQueueUrl")
    assert api.delivery(event_id) == delivery
    assert len(hook.requests) == 1


def test_what_was_cancelled_can_be_retried_by_hand(api: Api, receiver: Receiver, behind: Behind) -> None:
    event_id, _, _ = waiting_event(api, receiver, behind, Answer(200))
    api.cancel(event_id)
    api.retry(event_id)
    api.wait_for_event(event_id, "delivered")
    first, second = api.attempts(event_id)
    assert (first["number"], first["round"], first["trigger"]) == (1, 1, "policy")
    assert (second["number"], second["round"], second["trigger"]) == (2, 2, "manual")


def test_cancelling_may_name_one_endpoint(api: Api, receiver: Receiver) -> None:
    hooks = [receiver.hook(IN_AN_HOUR) for _ in range(2)]
    chosen, other = (api.create_endpoint(hook.url)["id"] for hook in hooks)
    event_id = api.publish()["id"]

    def reasons() -> dict[str, tuple[str, str | None]]:
        deliveries = api.event(event_id)["deliveries"]
        return {delivery["endpointId"]: (delivery["status"], delivery["reason"]) for delivery in deliveries}

    eventually(reasons, lambda found: set(found.values()) == {("retrying", None)})
    assert api.cancel(event_id, endpointId=chosen)["status"] == "retrying"
    assert reasons() == {chosen: ("failed", "cancelled"), other: ("retrying", None)}
    assert api.cancel(event_id)["status"] == "failed"
    assert reasons() == {chosen: ("failed", "cancelled"), other: ("failed", "cancelled")}


def test_what_a_paused_endpoint_keeps_can_be_cancelled_and_is_not_sent_later(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.update_endpoint(endpoint_id, status="paused")
    event_id = api.publish()["id"]
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    [delivery] = api.cancel(event_id)["deliveries"]
    assert (delivery["status"], delivery["reason"], delivery["attempts"]) == ("failed", "cancelled", 0)

    api.update_endpoint(endpoint_id, status="active")
    behind.wait_until_handled("ChoresQueueUrl")
    behind.wait_until_handled("RetriesQueueUrl")
    assert api.delivery(event_id) == delivery
    assert hook.requests == []


def test_where_there_is_nothing_to_cancel_the_error_says_why(api: Api, receiver: Receiver, behind: Behind) -> None:
    unmatched = api.publish()["id"]
    event_id, _, _ = waiting_event(api, receiver, behind)
    api.cancel(event_id)
    api.create_endpoint(receiver.hook().url, ["accepted"])
    accepted = api.publish("accepted")["id"]
    api.wait_for_event(accepted, "delivered")
    for event, why in ((unmatched, "no endpoint"), (event_id, "settled"), (accepted, "settled")):
        before = api.event(event)
        assert why in refused(cancel(api, event), 409, "CONFLICT")["message"]
        assert api.event(event) == before


def test_a_first_attempt_that_is_under_way_cannot_be_cancelled(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hook = receiver.hook()
    endpoint_id = api.create_endpoint(hook.url, rateLimit=1)["id"]
    behind.take_slots_of_the_next(10, endpoint_id)
    event_id = api.publish()["id"]
    error = refused(cancel(api, event_id), 409, "CONFLICT")
    assert "first attempt" in error["message"]
    api.wait_for_event(event_id, "delivered", within=30)
    assert [attempt["number"] for attempt in api.attempts(event_id)] == [1]


def test_an_endpoint_that_the_event_did_not_match_is_not_found(api: Api, receiver: Receiver, behind: Behind) -> None:
    event_id, _, _ = waiting_event(api, receiver, behind)
    unmatched = api.create_endpoint(receiver.hook().url, ["kyc.*"])["id"]
    for endpoint_id in (unmatched, "we_01M85799PFY4HXC6CAM002M5T7"):
        refused(cancel(api, event_id, endpointId=endpoint_id), 404, "NOT_FOUND")
    assert api.event(event_id)["status"] == "retrying"


def test_bad_input_is_refused(api: Api) -> None:
    no_event = "evt_01M85799PFY4HXC6CAM002M5T7"
    refused(cancel(api, "nonsense"), 400, "VALIDATION_FAILED", "id")
    refused(cancel(api, no_event, endpointId="nonsense"), 400, "VALIDATION_FAILED", "endpointId")
    refused(cancel(api, no_event, endpoint="we_01M85799PFY4HXC6CAM002M5T7"), 400, "VALIDATION_FAILED", "endpoint")
    refused(cancel(api, no_event), 404, "NOT_FOUND")


def waiting_events(api: Api, receiver: Receiver, behind: Behind, count: int) -> tuple[dict[str, str], Hook]:
    """So many events of one endpoint whose second attempt is due in an hour, and the messages that will ask for them. The
    second attempts are answered, some sooner, some later."""
    later = (Answer(delay_seconds=0.05 * (number % 4)) for number in range(count))
    hook = receiver.hook(*[IN_AN_HOUR] * count, *later)
    api.create_endpoint(hook.url)
    event_ids = [api.publish()["id"] for _ in range(count)]
    return {event_id: behind.latest_schedule_of(event_id)["Target"]["Input"] for event_id in event_ids}, hook


def assert_cancelled_or_delivered(api: Api, event_id: str, answer: requests.Response) -> None:
    """That what was answered to cancelling is what became of the event, for good."""
    delivery = api.delivery(event_id)
    ended = delivery["status"], delivery["reason"], delivery["attempts"]
    if answer.status_code == 200:
        assert ended == ("failed", "cancelled", 1)
    else:
        refused(answer, 409, "CONFLICT")
        assert ended == ("delivered", None, 2)


def test_when_the_schedule_comes_while_it_is_cancelled_one_of_the_two_counts(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    events, _ = waiting_events(api, receiver, behind, RACES)
    answers = {
        event_id: at_once(
            lambda: cancel(api, event_id),  # noqa: B023
            lambda: behind.send("RetriesQueueUrl", message),  # noqa: B023
        )[0]
        for event_id, message in events.items()
    }
    behind.wait_until_handled("RetriesQueueUrl")
    for event_id, answer in answers.items():
        assert_cancelled_or_delivered(api, event_id, answer)


@pytest.mark.parametrize("by_hand", [False, True], ids=["of the policy", "by hand"])
def test_when_a_retry_is_cancelled_under_way_either_its_outcome_counts_or_the_cancelling(
    api: Api, receiver: Receiver, behind: Behind, by_hand: bool,
) -> None:
    events, hook = waiting_events(api, receiver, behind, RACES)
    answers = {}
    for sent, (event_id, message) in enumerate(events.items(), start=RACES + 1):
        if by_hand:
            api.retry(event_id)
        else:
            behind.send("RetriesQueueUrl", message)
        hook.wait_for(sent)
        answers[event_id] = cancel(api, event_id)
    behind.wait_until_handled("RetriesQueueUrl")
    for event_id, answer in answers.items():
        assert_cancelled_or_delivered(api, event_id, answer)


def test_when_it_is_retried_while_it_is_cancelled_it_ends_as_one_of_the_two(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    events, _ = waiting_events(api, receiver, behind, RACES)
    answers = {
        event_id: at_once(
            lambda: cancel(api, event_id),  # noqa: B023
            lambda: api.call("POST", f"/events/{event_id}/retry", json={}),  # noqa: B023
        )
        for event_id in events
    }
    behind.wait_until_handled("RetriesQueueUrl")
    for event_id, (cancelled, retried) in answers.items():
        delivery = api.delivery(event_id)
        # Whoever is cancelled first may be retried yet, and the other way about.
        expected = {"failed": ("cancelled", 1, cancelled, 200), "delivered": (None, 2, retried, 202)}
        reason, attempts, decisive, status = expected[delivery["status"]]
        assert (delivery["reason"], delivery["attempts"]) == (reason, attempts)
        assert decisive.status_code == status
        assert cancelled.status_code in (200, 409)
        assert retried.status_code in (202, 409)
