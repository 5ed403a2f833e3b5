"""`rail events`, `rail retry`, `rail cancel` and `rail event-types`."""

import json

import pytest
from client import Api
from messages import IN_AN_HOUR
from rail_command import User
from receiver import Answer, Receiver
from stack import Stack

NO_EVENT = "evt_01M85799PFY4HXC6CAM002M5T7"
NO_ENDPOINT = "we_01M85799PFY4HXC6CAM002M5T7"


@pytest.fixture
def user(api: Api, stack: Stack) -> User:
    return User.of(api, stack)


def test_events_are_listed_by_what_became_of_them(api: Api, user: User, receiver: Receiver) -> None:
    good, bad = receiver.hook(), receiver.hook(IN_AN_HOUR)
    api.create_endpoint(good.url, ["a.*"])
    waits_at = api.create_endpoint(bad.url, ["b.*"])["id"]
    delivered, retrying, failed = (api.publish(event_type)["id"] for event_type in ("a.one", "b.one", "b.two"))
    api.wait_for_event(delivered, "delivered")
    for event in (retrying, failed):
        api.wait_for_event(event, "retrying")
    api.cancel(failed)

    def listed(*filters: str) -> list[str]:
        alone, explicitly = user.json("events", *filters), user.json("events", "list", *filters)
        assert alone == explicitly
        return [event["id"] for event in alone["data"]]

    assert listed() == [failed, retrying, delivered]
    assert listed("--failed") == listed("--status", "failed") == [failed]
    assert listed("--status", "retrying") == [retrying]
    assert listed("--type", "b.one") == [retrying]
    assert listed("--endpoint", waits_at) == [failed, retrying]
    assert user.json("events") == api.page("/events")
    rows = [line.split() for line in user.says("events", "list").splitlines()]
    assert [(row[0], row[2]) for row in rows[1:]] == [
        (failed, "failed"), (retrying, "retrying"), (delivered, "delivered"),
    ]


@pytest.mark.parametrize("narrowed", [["--failed"], ["--limit", "5"], ["--type", "a.b"], ["--all"]])
@pytest.mark.parametrize("command", [["list"], ["show", NO_EVENT]])
def test_what_would_be_passed_over_is_refused(user: User, narrowed: list[str], command: list[str]) -> None:
    assert "stands behind `list`" in user.fails(2, "events", *narrowed, *command)


def test_all_events_come_one_on_a_line(api: Api, user: User) -> None:
    published = [event["id"] for event in api.publish_all([{"type": "a.b", "data": {}, "metadata": {"x": 1.5}}] * 100)]
    published += [api.publish(metadata={"text": "a\nb"})["id"]]
    lines = user.says("events", "list", "--all", "--json").splitlines()
    assert [json.loads(line)["id"] for line in lines] == published[::-1]
    table = user.says("events", "list", "--all").splitlines()
    assert [line.split()[0] for line in table] == ["ID", *published[::-1]]


def test_an_event_is_shown_with_its_deliveries_and_attempts(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}, body=b"\x1b]0;title\x07 down\r\n"))
    endpoint = api.create_endpoint(hook.url)["id"]
    event = api.publish(data={"text": "\x9b31m"}, metadata={"trace": "t-1"})["id"]
    api.wait_for_event(event, "retrying")
    assert user.json("events", "show", event) == {"event": api.event(event), "attempts": api.attempts(event)}
    shown = user.says("events", "show", event)
    for text in (event, endpoint, "retrying", 'trace="t-1"', "refused", "503", r"\u{1b}]0;title\u{7} down\r\n"):
        assert text in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)


def test_data_are_shown_to_the_letter(api: Api, user: User) -> None:
    exact = '{"amount": 1.10, "big": 123456789012345678901234567890}'
    user.says("publish", "a.b", "--data", exact)
    event = api.all("/events")[0]["id"]
    for shown in (user.says("events", "show", event), user.says("events", "show", event, "--json")):
        assert "1.10" in shown
        assert "123456789012345678901234567890" in shown


def test_a_retry_delivers_again_now(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer())
    endpoint = api.create_endpoint(hook.url)["id"]
    event = api.publish()["id"]
    api.wait_for_event(event, "retrying")
    assert endpoint in user.says("retry", event)
    api.wait_for_event(event, "delivered")
    assert len(hook.requests) == 2


def test_a_retry_and_a_cancel_are_for_the_endpoint_that_is_named(api: Api, user: User, receiver: Receiver) -> None:
    hooks = [receiver.hook(IN_AN_HOUR, Answer()) for _ in range(3)]
    retried, cancelled, left = (api.create_endpoint(hook.url)["id"] for hook in hooks)
    event = api.publish()["id"]
    for hook in hooks:
        hook.wait_for()
    api.wait_for_event(event, "retrying")
    for hook_of in (retried, cancelled, left):
        assert hook_of in str(api.wait_for_event(event, "retrying"))
    user.json("retry", event, "--endpoint", retried)
    hooks[0].wait_for(2)
    user.json("cancel", event, "--endpoint", cancelled)
    event = api.event(event)
    reasons = {delivery["endpointId"]: delivery["reason"] for delivery in event["deliveries"]}
    assert (reasons[cancelled], reasons[left]) == ("cancelled", None)
    assert len(hooks[1].requests) == len(hooks[2].requests) == 1


def test_what_is_settled_is_neither_retried_nor_cancelled(api: Api, user: User) -> None:
    event = api.publish()["id"]
    assert "nothing to retry" in user.fails(3, "retry", event)
    assert "CONFLICT" in user.fails(3, "cancel", event)


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["events", "show", "evt_1"], 2, "event id"),
    (["events", "show", NO_EVENT], 3, "NOT_FOUND"),
    (["events", "list", "--status", "lost"], 2, "lost"),
    (["events", "list", "--failed", "--status", "pending"], 2, "--status"),
    (["events", "list", "--endpoint", NO_ENDPOINT], 3, "NOT_FOUND"),
    (["events", "list", "--cursor", "nonsense"], 3, "cursor:"),
    (["retry"], 2, "<EVENT>"),
    (["retry", NO_EVENT], 3, "NOT_FOUND"),
    (["retry", NO_EVENT, "--failed"], 2, "--failed"),
    (["retry", "--failed", "--since", "1h"], 2, "--endpoint"),
    (["retry", "--failed", "--endpoint", NO_ENDPOINT], 2, "--since"),
    (["retry", NO_EVENT, "--since", "1h"], 2, "--since"),
    (["cancel", NO_EVENT], 3, "NOT_FOUND"),
    (["event-types", "show", "no type"], 2, "event type"),
    (["event-types", "show", "no.such.type"], 3, "NOT_FOUND"),
])
def test_a_wrong_use_is_explained(user: User, arguments: list[str], code: int, says: str) -> None:
    assert says in user.fails(code, *arguments)


def test_the_catalog_is_listed_and_one_type_shown(api: Api, user: User) -> None:
    catalog = api.all("/event-types")
    assert [json.loads(line) for line in user.says("event-types", "list", "--all", "--json").splitlines()] == catalog
    names = [line.split()[0] for line in user.says("event-types", "list", "--all").splitlines()]
    assert names == ["NAME", *(event_type["name"] for event_type in catalog)]
    assert user.json("event-types", "show", "contract.created") == api.page("/event-types/contract.created")
    shown = user.says("event-types", "show", "contract.created")
    for heading in ("contract.created", "schema", "example"):
        assert heading in shown
