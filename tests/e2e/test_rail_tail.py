"""`rail tail`: each attempt on a line, once."""

import json
import signal

import pytest
from client import Api, Json
from messages import IN_AN_HOUR
from rail_command import Running, User
from receiver import Answer, Receiver
from stack import Stack

FOLLOWING = "Following attempts"


@pytest.fixture
def user(api: Api, stack: Stack) -> User:
    return User.of(api, stack)


def attempts_in(running: Running, count: int) -> list[tuple[str, int, str]]:
    lines = [json.loads(line) for line in running.wait_for_output(count)]
    return [(line["eventId"], line["attempt"]["number"], line["attempt"]["outcome"]) for line in lines]


def test_attempts_are_followed_from_the_first_to_the_last(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(503), Answer(200))
    endpoint = api.create_endpoint(hook.url)["id"]
    with user.running("tail", "--json") as tail:
        tail.wait_until_it_says(FOLLOWING)
        event = api.publish("contract.created")["id"]
        assert attempts_in(tail, 2) == [(event, 1, "refused"), (event, 2, "accepted")]
        assert tail.end() == 0
    first, second = (json.loads(line) for line in tail.output)
    assert [first["attempt"], second["attempt"]] == api.attempts(event)
    assert (first["type"], first["attempt"]["endpointId"]) == ("contract.created", endpoint)
    assert (second["status"], second["nextAttemptAt"]) == ("delivered", None)


def test_people_see_what_comes_next(api: Api, user: User, receiver: Receiver) -> None:
    endpoint = api.create_endpoint(receiver.hook(IN_AN_HOUR).url)["id"]
    with user.running("tail") as tail:
        tail.wait_until_it_says(FOLLOWING)
        event = api.publish("contract.created")["id"]
        [line] = tail.wait_for_output(1)
        assert tail.end(signal.SIGTERM) == 0
    for text in (event, "contract.created", endpoint, "attempt 1: refused 503 in", ", next at "):
        assert text in line


def test_none_is_missed_or_repeated_among_many(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(*[Answer(503)] * 20, Answer(200))
    api.create_endpoint(hook.url)
    with user.running("tail", "--json") as tail:
        tail.wait_until_it_says(FOLLOWING)
        events = [event["id"] for _ in range(3) for event in api.publish_all([{"type": "a.b", "data": {}}] * 60)]
        for event in events:
            api.wait_for_event(event, "delivered", within=60)
        made = [(event, attempt["number"]) for event in events for attempt in api.attempts(event)]
        tail.wait_for_output(len(made))
        tail.end()
    followed = [(line["eventId"], line["attempt"]["number"]) for line in map(json.loads, tail.output)]
    assert sorted(followed) == sorted(made)
    assert len(made) == 200


def test_what_was_there_before_is_followed_but_not_told_again(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer())
    api.create_endpoint(hook.url)
    event = api.publish()["id"]
    api.wait_for_event(event, "retrying")
    # More that is newer than the list shows on a page.
    api.publish_all([{"type": "a.b", "data": {}}] * 100)
    api.wait_for_event(api.publish()["id"], "delivered")
    with user.running("tail", "--json", "--events", "contract.created") as tail:
        tail.wait_until_it_says(FOLLOWING)
        api.retry(event)
        assert attempts_in(tail, 1) == [(event, 2, "accepted")]
        tail.end()


def test_it_begins_with_what_was_made_since(api: Api, user: User, receiver: Receiver) -> None:
    api.create_endpoint(receiver.hook().url)
    events = [api.publish()["id"] for _ in range(2)]
    for event in events:
        api.wait_for_event(event, "delivered")
    second = api.attempts(events[1])[0]["startedAt"]
    with user.running("tail", "--json", "--since", second) as tail:
        third = api.publish()["id"]
        assert attempts_in(tail, 2) == [(events[1], 1, "accepted"), (third, 1, "accepted")]
        tail.end()


def test_it_shows_what_is_asked_for_alone(api: Api, user: User, receiver: Receiver) -> None:
    good, bad = receiver.hook(), receiver.hook(IN_AN_HOUR)
    one, other = (api.create_endpoint(hook.url)["id"] for hook in (good, bad))
    with (
        user.running("tail", "--json", "--endpoint", one) as at_one,
        user.running("tail", "--json", "--failed") as failed,
        user.running("tail", "--json", "--events", "kyc.*,a.b") as some,
    ):
        running = (at_one, failed, some)
        for tail in running:
            tail.wait_until_it_says(FOLLOWING)
        events = [api.publish(event_type)["id"] for event_type in ("contract.created", "kyc.verified")]
        at_one.wait_for_output(2)
        failed.wait_for_output(2)
        some.wait_for_output(2)
        for tail in running:
            assert tail.end() == 0

    def shown(tail: Running, of: str) -> set[str]:
        lines: list[Json] = [json.loads(line) for line in tail.output]
        return {line["attempt"]["endpointId"] if of == "endpoint" else line["eventId"] for line in lines}

    assert (shown(at_one, "endpoint"), shown(at_one, "event")) == ({one}, set(events))
    assert (shown(failed, "endpoint"), shown(failed, "event")) == ({other}, set(events))
    assert (shown(some, "endpoint"), shown(some, "event")) == ({one, other}, {events[1]})


def test_it_ends_when_the_key_is_refused(user: User) -> None:
    assert "UNAUTHORIZED" in user.fails(3, "tail", RAIL_API_KEY=f"rail_{'A' * 43}")
