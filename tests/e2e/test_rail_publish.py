"""`rail publish` and `rail publish-all`."""

import json
from pathlib import Path

import pytest
from client import Api
from rail_command import User
from receiver import Receiver
from stack import Stack


@pytest.fixture
def user(api: Api, stack: Stack) -> User:
    return User.of(api, stack)


@pytest.mark.parametrize("how", ["itself", "a file", "the standard input"])
def test_an_event_is_published_to_the_letter(
    api: Api, user: User, receiver: Receiver, tmp_path: Path, how: str,
) -> None:
    hook, data = receiver.hook(), '{"amount": 1.10, "big": 123456789012345678901234567890}'
    api.create_endpoint(hook.url)
    file = tmp_path / "data.json"
    file.write_text(data)
    given = {"itself": data, "a file": f"@{file}", "the standard input": "@-"}[how]
    done = user.run(
        "publish", "contract.created", "--data", given, "--metadata", '{"trace":"t-1"}', "--json",
        given=data if given == "@-" else None,
    )
    assert done.returncode == 0, done.stderr
    event = json.loads(done.stdout)
    assert (event["type"], event["metadata"], len(event["deliveries"])) == ("contract.created", {"trace": "t-1"}, 1)
    [request] = hook.wait_for()
    assert data.encode() in request.body


def test_people_see_what_was_published(api: Api, user: User) -> None:
    shown = user.says("publish", "contract.created", "--data", "{}")
    [event] = api.all("/events")
    assert event["id"] in shown
    assert "no endpoint subscribes" in shown


def test_an_idempotency_key_stands_for_one_event(api: Api, user: User) -> None:
    publish = ["publish", "contract.created", "--data", '{"n":1}', "--idempotency-key", "order-1"]
    first = user.json(*publish)
    again = user.run(*publish)
    assert first["id"] in again.stdout
    assert "published before" in again.stderr
    assert len(api.all("/events")) == 1
    publish[3] = '{"n":2}'
    assert "IDEMPOTENCY_KEY_REUSED" in user.fails(3, *publish)


def test_without_one_each_publish_is_an_event_of_its_own(api: Api, user: User) -> None:
    for _ in range(2):
        user.says("publish", "contract.created", "--data", '{"n":1}')
    assert len(api.all("/events")) == 2


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["contract created", "--data", "{}"], 2, "event type"),
    (["contract.created"], 2, "--data"),
    (["contract.created", "--data", "{"], 2, "no JSON"),
    (["contract.created", "--data", "@/nowhere"], 2, "/nowhere"),
    (["contract.created", "--data", "@-", "--metadata", "@-"], 2, "standard input"),
    (["contract.created", "--data", "{}", "--idempotency-key", "a b"], 2, "visible ASCII"),
    (["contract.created", "--data", "1"], 3, "data: must be a JSON object"),
    (["contract.created", "--data", "{}", "--metadata", '{"tenantId":"other"}'], 3, "tenantId"),
])
def test_a_wrong_use_is_explained(user: User, arguments: list[str], code: int, says: str) -> None:
    assert says in user.fails(code, "publish", *arguments)


def file_of(directory: Path, *lines: str) -> str:
    file = directory / "events.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines))
    return str(file)


def events(count: int, first: int = 1) -> list[str]:
    return [json.dumps({"type": "bulk.item", "data": {"n": number}}) for number in range(first, first + count)]


def numbers(api: Api) -> list[int]:
    """What was published, oldest first."""
    return [api.event(event["id"])["data"]["n"] for event in reversed(api.all("/events", limit=100))]


def test_a_file_is_published_in_its_order_and_once(api: Api, user: User, tmp_path: Path) -> None:
    file = file_of(tmp_path, *events(120))
    assert user.json("publish-all", file) == {
        "published": 120, "replayed": 0, "refused": [], "endedBeforeLine": None,
    }
    assert numbers(api) == list(range(1, 121))
    again = user.run("publish-all", file)
    assert "120 published, 120 of them before; 0 not published." in again.stderr
    assert len(api.all("/events", limit=100)) == 120


def test_a_file_that_was_published_in_part_is_completed(api: Api, user: User, tmp_path: Path) -> None:
    user.says("publish-all", file_of(tmp_path, *events(100)))
    done = user.json("publish-all", file_of(tmp_path, *events(150)))
    assert (done["published"], done["replayed"]) == (150, 100)
    assert numbers(api) == list(range(1, 151))


def test_what_was_appended_is_published_from_its_line_on(api: Api, user: User, tmp_path: Path) -> None:
    user.says("publish-all", file_of(tmp_path, *events(30)))
    done = user.json("publish-all", file_of(tmp_path, *events(40)), "--from-line", "31")
    assert (done["published"], done["replayed"]) == (10, 0)
    assert numbers(api) == list(range(1, 41))


def test_a_run_of_another_name_publishes_it_another_time(api: Api, user: User, tmp_path: Path) -> None:
    file = file_of(tmp_path, *events(3))
    user.says("publish-all", file)
    assert user.json("publish-all", file, "--run", "again")["replayed"] == 0
    assert numbers(api) == [1, 2, 3, 1, 2, 3]


def test_what_is_refused_is_reported_and_the_rest_is_published(api: Api, user: User, tmp_path: Path) -> None:
    lines = [*events(2), '{"type":"no type","data":{}}', "", "no JSON", *events(1, 3), '{"type":"a.b"}']
    file = file_of(tmp_path, *lines)
    done = user.run("publish-all", file, "--json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert report["published"] == 3
    refused = {each["line"]: (each["status"], each["error"]["code"]) for each in report["refused"]}
    assert refused == {
        3: (400, "VALIDATION_FAILED"), 5: (None, "NOT_SENT"), 7: (400, "VALIDATION_FAILED"),
    }
    assert numbers(api) == [1, 2, 3]
    shown = user.run("publish-all", file)
    assert shown.returncode == 3
    assert "3 published, 3 of them before; 3 not published." in shown.stderr
    assert "is no event type" in shown.stdout


def test_the_standard_input_is_published_too(api: Api, user: User) -> None:
    done = user.run("publish-all", "-", given="\n".join(events(2)))
    assert done.returncode == 0, done.stderr
    assert numbers(api) == [1, 2]


def test_what_ends_it_early_is_said_with_the_line(user: User, tmp_path: Path) -> None:
    done = user.run("publish-all", file_of(tmp_path, *events(2)), RAIL_API_KEY=f"rail_{'A' * 43}")
    assert done.returncode == 3
    assert "Ended at line 1" in done.stderr
    assert "UNAUTHORIZED" in done.stderr


def test_a_file_that_is_not_there_is_wrong_usage(user: User) -> None:
    assert "/nowhere" in user.fails(2, "publish-all", "/nowhere")
