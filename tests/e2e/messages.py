"""Messages of the delivery function as the Scheduler would send them, to be sent by a test when it likes."""

import uuid

from aws import Behind
from client import Api
from receiver import Answer, Hook, Receiver

IN_AN_HOUR = Answer(503, {"Retry-After": "3600"})


def waiting_event(api: Api, receiver: Receiver, behind: Behind, *then: Answer) -> tuple[str, str, Hook]:
    """An event whose second attempt is due in an hour, and the message that will ask for it."""
    hook = receiver.hook(IN_AN_HOUR, *then)
    endpoint_id = api.create_endpoint(hook.url, [f"type.{uuid.uuid4().hex}"])["id"]
    [pattern] = api.endpoint(endpoint_id)["events"]
    event_id = api.publish(pattern)["id"]
    return event_id, behind.latest_schedule_of(event_id)["Target"]["Input"], hook
