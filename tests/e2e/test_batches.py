"""The ten messages of a batch, of which one meets a receiver that hangs."""

from datetime import datetime, timedelta
from typing import Any

from aws import Behind
from client import Api
from messages import waiting_event
from receiver import Answer, Receiver
from stacks import ATTEMPT_TIMEOUT_SECONDS


def end_of(attempt: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(attempt["startedAt"]) + timedelta(milliseconds=attempt["durationMs"])


def test_nine_attempts_of_a_batch_end_while_the_tenth_still_hangs(
    api: Api, receiver: Receiver, behind: Behind,
) -> None:
    hangs = Answer(200, delay_seconds=ATTEMPT_TIMEOUT_SECONDS + 3)
    waiting = [waiting_event(api, receiver, behind, answer) for answer in [hangs, *[Answer(200)] * 9]]
    behind.send("RetriesQueueUrl", *(message for _, message, _ in waiting))
    behind.wait_until_handled("RetriesQueueUrl")
    hanging, *others = [api.attempts(event_id)[1] for event_id, _, _ in waiting]
    assert hanging["outcome"] == "timed_out"
    assert {attempt["outcome"] for attempt in others} == {"accepted"}
    assert max(map(end_of, others)) < end_of(hanging)
