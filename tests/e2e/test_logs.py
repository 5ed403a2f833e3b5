"""The functions' logs: they say what happened, and nothing that is somebody's secret."""

import time
import uuid

from client import Api, timestamp
from receiver import Answer, Receiver
from stack import Stack
from waiting import eventually


def lines_since(stack: Stack, since_ms: int) -> list[str]:
    """Every line, those included that are not ours."""
    logs, group = stack.client("logs"), stack.outputs["LogGroup"]
    events = logs.filter_log_events(logGroupName=group, startTime=since_ms, limit=10_000)["events"]
    return [event["message"] for event in events]


def test_nothing_secret_is_logged(api: Api, stack: Stack, receiver: Receiver) -> None:
    since_ms = int(time.time() * 1000)
    markers = {name: f"{name}-{uuid.uuid4().hex}" for name in (
        "secret", "header", "payload", "metadata", "answer", "note", "key", "malformed", "path", "rotated",
    )}
    answer, query = markers["answer"].encode(), f"?token={markers['path']}"
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}, answer), Answer(200, body=answer))
    endpoint = api.create_endpoint(
        hook.url + query,
        ["a.b"],
        secret=markers["secret"],
        headers={"X-Token": markers["header"]},
        description=markers["note"],
    )
    api.create_endpoint(f"http://127.0.0.1:1/{query}", ["unreachable"])
    other = api.create_endpoint(receiver.hook().url, ["other.*"])
    generated = other["secret"], api.rotate_secret(other["id"])
    api.rotate_secret(endpoint["id"], secret=markers["rotated"])
    bad_rotation = {"secret": markers["malformed"] + " has a space"}
    api.call("POST", f"/endpoints/{endpoint['id']}/rotate-secret", json=bad_rotation)
    event = api.expect(202, "POST", "/events", headers={"Idempotency-Key": markers["key"]}, json={
        "type": "a.b", "data": {"text": markers["payload"]}, "metadata": {"text": markers["metadata"]},
    })
    api.call("POST", "/events", data=f'{{"type":"a.b","data":"{markers["malformed"]}')
    api.call("POST", "/endpoints", json={"url": f"https://u:{markers['malformed']}@example.com", "events": ["*"]})
    api.call("GET", "/endpoints", headers={"Authorization": f"Bearer rail_{markers['malformed']}"})
    api.wait_for_event(api.publish("unreachable")["id"], "retrying")
    api.wait_for_event(event["id"], "retrying")
    api.retry(event["id"])
    api.wait_for_event(event["id"], "delivered")

    def of_event() -> list[str]:
        return [line for line in lines_since(stack, since_ms) if event["id"] in line]

    attempts = eventually(of_event, lambda lines: len(lines) >= 2)
    assert all("delivery.attempted" in line and endpoint["id"] in line and api.tenant in line for line in attempts)
    log = "\n".join(lines_since(stack, since_ms))
    told = [name for name, marker in markers.items() if marker in log or marker.removeprefix(f"{name}-") in log]
    assert told == []
    assert api.key not in log
    assert [secret for secret in generated if secret.removeprefix("whsec_") in log] == []


def test_an_attempt_is_one_line_that_says_what_came_of_it(api: Api, stack: Stack, receiver: Receiver) -> None:
    endpoint_id = api.create_endpoint(receiver.hook(Answer(503, {"Retry-After": "3600"})).url)["id"]
    event_id = api.publish("contract.created")["id"]
    [line] = eventually(lambda: [line for line in stack.logs() if line.get("event") == event_id])
    delivery = api.delivery(event_id)
    expected = {
        "level": "INFO",
        "message": "delivery.attempted",
        "tenant": api.tenant,
        "event": event_id,
        "event_type": "contract.created",
        "endpoint": endpoint_id,
        "attempt": 1,
        "outcome": "refused",
        "status": 503,
        "next": "retrying",
    }
    assert expected.items() <= line.items()
    # The log leaves out zeros at the end of the fraction.
    assert timestamp(line["next_attempt_at"]) == timestamp(delivery["nextAttemptAt"])
    assert line["duration_ms"] >= 0
