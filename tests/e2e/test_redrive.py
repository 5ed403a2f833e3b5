"""`rail redrive`: what landed in a dead-letter queue is shown, and put back when the operator says so."""

import json
import uuid
from typing import Any

import pytest
from aws import Behind
from client import Api, timestamp
from messages import waiting_event
from rail_command import Operator, credentials_for
from receiver import Answer, Receiver
from stack import Stack

DEAD_LETTERS = {
    "first-attempts": "FirstAttemptsDeadLettersUrl",
    "retries": "RetriesDeadLettersUrl",
    "schedules": "SchedulesDeadLettersUrl",
}
CHORES = "ChoresDeadLettersUrl"


@pytest.fixture
def operator(stack: Stack) -> Operator:
    return Operator(stack)


@pytest.fixture(autouse=True)
def nothing_left_by_others(behind: Behind) -> None:
    for queue in (*DEAD_LETTERS.values(), CHORES):
        behind.sqs.purge_queue(QueueUrl=behind.outputs[queue])


def shown(operator: Operator, *arguments: str) -> list[dict[str, Any]]:
    done = operator.run("redrive", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def bodies_in(behind: Behind, queue: str) -> list[str]:
    """What somebody else would find there now."""
    url = behind.outputs[queue]
    found = behind.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [message["Body"] for message in found.get("Messages", [])]


def test_where_nothing_lies_it_says_so(operator: Operator) -> None:
    done = operator.run("redrive")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no dead letters" in done.stderr
    assert shown(operator) == []


@pytest.mark.parametrize("kind", DEAD_LETTERS)
def test_a_dead_letter_is_shown_and_stays_until_it_is_put_back_and_delivered(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator, kind: str,
) -> None:
    event_id, message, hook = waiting_event(api, receiver, behind, Answer(200))
    behind.send(DEAD_LETTERS[kind], message)
    for looks in (1, 2):
        [letter] = shown(operator)
        assert timestamp(letter.pop("sentAt")) > timestamp(api.event(event_id)["createdAt"])
        assert letter == {
            "queue": kind,
            "received": looks,
            "tenant": api.tenant,
            "endpoint": api.delivery(event_id)["endpointId"],
            "event": event_id,
            "type": api.event(event_id)["type"],
            "fence": 2,
            "unreadable": None,
            "error": None,
        }
    assert bodies_in(behind, DEAD_LETTERS[kind]) == [message]

    done = operator.run("redrive", "--yes")
    assert done.returncode == 0, done.stderr
    for text in (kind, api.tenant, event_id):
        assert text in done.stdout
    assert f"{kind}: put 1 back." in done.stderr
    api.wait_for_event(event_id, "delivered")
    assert len(hook.requests) == 2
    assert shown(operator) == []


def test_a_chore_is_put_back_and_done(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    event_id, _, _ = waiting_event(api, receiver, behind)
    endpoint_id = api.delivery(event_id)["endpointId"]
    behind.remove_endpoint(api.tenant, endpoint_id)
    behind.send(CHORES, json.dumps({"tenant": api.tenant, "endpoint": endpoint_id}))
    [letter] = shown(operator)
    assert (letter["queue"], letter["tenant"], letter["endpoint"]) == ("chores", api.tenant, endpoint_id)
    assert (letter["event"], letter["unreadable"]) == (None, None)

    assert "chores: put 1 back." in operator.run("redrive", "--yes").stderr
    api.wait_for_event(event_id, "failed")
    assert api.delivery(event_id)["reason"] == "endpoint_deleted"


def test_without_yes_nothing_is_put_back(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    event_id, message, hook = waiting_event(api, receiver, behind)
    behind.send("RetriesDeadLettersUrl", message)
    done = operator.run("redrive", "--discard-unreadable")
    assert done.returncode == 0
    assert event_id in done.stdout
    assert "takes --yes" in done.stderr
    assert bodies_in(behind, "RetriesDeadLettersUrl") == [message]
    assert len(hook.requests) == 1


@pytest.mark.parametrize(("answer", "status"), [("y", "delivered"), ("n", "retrying"), ("", "retrying")])
def test_on_a_terminal_it_asks(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator, answer: str, status: str,
) -> None:
    event_id, message, _ = waiting_event(api, receiver, behind, Answer(200))
    behind.send("RetriesDeadLettersUrl", message, "nonsense")
    done = operator.run_on_a_terminal(answer, "redrive", "--discard-unreadable")
    assert done.returncode == 0
    assert event_id in done.stdout
    assert "Put this message back and delete 1 unreadable? [y/N]" in done.stderr
    behind.wait_until_handled("RetriesQueueUrl")
    api.wait_for_event(event_id, status)
    assert behind.messages_in("RetriesDeadLettersUrl") == (0 if status == "delivered" else 2)


def test_what_is_put_back_is_not_taken_for_fresh(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    """Its first attempt was made and recorded before it became a dead letter: the record says so, the message does not."""
    event_id, message, hook = waiting_event(api, receiver, behind)
    first = json.loads(message) | {"fence": 1, "fresh": True}
    behind.send("FirstAttemptsDeadLettersUrl", json.dumps(first))
    assert operator.run("redrive", "--yes").returncode == 0
    behind.wait_until_handled("FirstAttemptsQueueUrl")
    assert len(hook.requests) == 1
    assert api.delivery(event_id)["attempts"] == 1


def test_what_is_unreadable_is_shown_and_stays_while_the_rest_is_put_back(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    event_id, message, _ = waiting_event(api, receiver, behind, Answer(200))
    nonsense = f"nonsense {uuid.uuid4()}"
    behind.send("RetriesDeadLettersUrl", nonsense, message)
    readable, unreadable = shown(operator, "--yes")
    assert (readable["event"], readable["unreadable"]) == (event_id, None)
    assert (unreadable["tenant"], unreadable["event"]) == (None, None)
    assert "no message" in unreadable["unreadable"]
    api.wait_for_event(event_id, "delivered")
    assert bodies_in(behind, "RetriesDeadLettersUrl") == [nonsense]

    done = operator.run("redrive", "--yes")
    assert done.returncode == 0
    assert "--discard-unreadable" in done.stderr
    assert bodies_in(behind, "RetriesDeadLettersUrl") == [nonsense]


def test_what_is_unreadable_is_printed_whole_before_it_is_discarded(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    event_id, message, _ = waiting_event(api, receiver, behind, Answer(200))
    broken = json.dumps(json.loads(message) | {"payload": f"no base64 {uuid.uuid4()} é\n\t"})
    behind.send("SchedulesDeadLettersUrl", broken, message)
    done = operator.run("redrive", "--yes", "--discard-unreadable")
    assert done.returncode == 0
    assert "payload is broken" in done.stdout
    assert "no base64" not in done.stdout
    printed = [json.loads(line) for line in done.stderr.splitlines() if line.startswith('"')]
    assert printed == [broken]
    assert "schedules: deleted 1 unreadable." in done.stderr
    api.wait_for_event(event_id, "delivered")
    assert shown(operator) == []


def test_what_the_scheduler_says_of_its_failure_is_shown(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    _, message, _ = waiting_event(api, receiver, behind)
    said = {
        "ERROR_CODE": "AWS.SimpleQueueService.NonExistentQueue",
        "ERROR_MESSAGE": "The specified queue does not exist.",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "SCHEDULE_ARN": "arn:aws:scheduler:us-east-1:000000000000:schedule/group/name",
    }
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in said.items()}
    behind.sqs.send_message(
        QueueUrl=behind.outputs["SchedulesDeadLettersUrl"], MessageBody=message, MessageAttributes=attributes,
    )
    [letter] = shown(operator, "--queue", "schedules")
    assert letter["error"] == ", ".join(list(said.values())[:3])
    assert said["ERROR_MESSAGE"] in operator.run("redrive").stdout


def test_one_queue_and_so_many_of_it_are_put_back(
    api: Api, receiver: Receiver, behind: Behind, operator: Operator,
) -> None:
    waiting = [waiting_event(api, receiver, behind, Answer(200)) for _ in range(12)]
    messages = [message for _, message, _ in waiting]
    behind.send("RetriesDeadLettersUrl", *messages[:10])
    behind.send("RetriesDeadLettersUrl", messages[10])
    behind.send("SchedulesDeadLettersUrl", messages[11])
    assert len(shown(operator, "--queue", "retries", "--limit", "3")) == 3
    assert len(shown(operator, "--queue", "retries", "--yes")) == 11
    for event_id, _, _ in waiting[:11]:
        api.wait_for_event(event_id, "delivered")
    assert bodies_in(behind, "SchedulesDeadLettersUrl") == [messages[11]]
    assert api.event(waiting[11][0])["status"] == "retrying"


def test_what_its_queue_does_not_take_stays_a_dead_letter(
    api: Api, receiver: Receiver, behind: Behind, stack: Stack, operator: Operator,
) -> None:
    _, message, hook = waiting_event(api, receiver, behind)
    behind.send("RetriesDeadLettersUrl", message)
    allowed = ["cloudformation:DescribeStacks", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"]
    done = operator.run("redrive", "--queue", "retries", "--yes", **credentials_for(stack, *allowed))
    assert done.returncode == 1
    assert "could not enqueue" in done.stderr
    assert behind.messages_in("RetriesDeadLettersUrl") == 1
    assert len(hook.requests) == 1


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["redrive", "--queue", "everything"], 2, "everything"),
    (["redrive", "--limit", "0"], 2, "--limit"),
    (["redrive", "--stack", "another"], 1, "another"),
])
def test_a_wrong_use_is_explained(operator: Operator, arguments: list[str], code: int, says: str) -> None:
    done = operator.run(*arguments)
    assert done.returncode == code
    assert says in done.stderr
