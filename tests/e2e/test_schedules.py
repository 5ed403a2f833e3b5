"""The template's default policy, as it stands in the Scheduler: 1 minute, 5 minutes, 30 minutes, 2 hours."""

import json
import math
from datetime import UTC, datetime

from aws import Behind
from client import Api, timestamp
from stack import Stack
from tenants import tenants_of
from waiting import eventually

DEFAULT_DELAYS = (60, 300, 1800, 7200)


def failing_event(api: Api, behind: Behind) -> str:
    """An event whose every attempt fails: its endpoint lies where no request may go."""
    endpoint_id = api.create_endpoint("https://hooks.example.com/")["id"]
    behind.redirect_endpoint(api.tenant, endpoint_id, "https://127.0.0.1/")
    return api.publish()["id"]


def test_the_schedule_names_the_minute_of_the_next_attempt_and_leads_to_the_retries(default_stack: Stack) -> None:
    api, behind = tenants_of(default_stack)(), Behind(default_stack)
    event_id = failing_event(api, behind)
    delivery = api.wait_for_event(event_id, "retrying")["deliveries"][0]
    due = timestamp(delivery["nextAttemptAt"])
    assert 60 <= due - timestamp(delivery["lastAttemptAt"]) < 61

    [schedule] = eventually(lambda: behind.schedules_of(event_id))
    at = datetime.fromtimestamp(math.ceil(due), UTC)
    assert schedule["ScheduleExpression"] == f"at({at:%Y-%m-%dT%H:%M:%S})"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["State"] == "ENABLED"
    assert len(schedule["Name"]) <= 64
    assert schedule["Target"]["Arn"] == behind.arn("RetriesQueueUrl")
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": behind.arn("SchedulesDeadLettersUrl")}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}


def test_the_default_policy_waits_1_5_30_and_120_minutes_and_gives_up_after_the_fifth_attempt(
    default_stack: Stack,
) -> None:
    api, behind = tenants_of(default_stack)(), Behind(default_stack)
    event_id = failing_event(api, behind)
    for made, delay in enumerate(DEFAULT_DELAYS, start=1):
        delivery = api.wait_for_delivery(event_id, lambda delivery: delivery["attempts"] == made)  # noqa: B023
        assert delivery["status"] == "retrying"
        due = timestamp(delivery["nextAttemptAt"])
        assert delay <= due - timestamp(delivery["lastAttemptAt"]) < delay + 1
        schedules = eventually(lambda: behind.schedules_of(event_id), lambda found: len(found) == made)  # noqa: B023
        at = datetime.fromtimestamp(math.ceil(due), UTC)
        assert schedules[-1]["ScheduleExpression"] == f"at({at:%Y-%m-%dT%H:%M:%S})"
        # What the Scheduler will send then is sent now.
        behind.send("RetriesQueueUrl", schedules[-1]["Target"]["Input"])

    failed = api.wait_for_event(event_id, "failed")["deliveries"][0]
    assert (failed["attempts"], failed["reason"]) == (5, "attempts_exhausted")
    behind.wait_until_handled("RetriesQueueUrl")
    assert len(behind.schedules_of(event_id)) == 4


def test_a_schedule_carries_no_payload(default_stack: Stack) -> None:
    api, behind = tenants_of(default_stack)(), Behind(default_stack)
    event_id = failing_event(api, behind)
    message = json.loads(behind.latest_schedule_of(event_id)["Target"]["Input"])
    assert "payload" not in message
