"""How the command calls the API: what it repeats, what it never does, and how it ends."""

import json
import re
import subprocess
import time
from collections.abc import Iterator

import pytest
from api_proxy import LOST, ApiProxy, Instead
from client import Api
from rail_command import User
from stack import BINARIES, ROOT, Stack

BUSY = Instead(503, {"Retry-After": "1"}, b'{"error":{"code":"UNAVAILABLE","message":"later"},"requestId":"r"}')
TOO_MANY = Instead(429, {"Retry-After": "2"}, b'{"message":"Too Many Requests"}')
NOT_SOON = Instead(429, {"Retry-After": "3600"}, b'{"message":"Too Many Requests"}')
URL = "https://hooks.example.com/"


@pytest.fixture
def proxy(stack: Stack) -> Iterator[ApiProxy]:
    with ApiProxy(stack.url) as proxy:
        yield proxy


@pytest.fixture
def user(api: Api, proxy: ApiProxy) -> User:
    assert api.key
    return User(proxy.url, api.key)


def test_what_may_be_repeated_is_after_a_passing_fault(user: User, proxy: ApiProxy) -> None:
    proxy.order("GET", "/events", BUSY, LOST, Instead(502), Instead(504))
    assert user.json("events", "list")["data"] == []
    assert len(proxy.taken) == 5


def test_it_comes_again_when_the_api_says_so(user: User, proxy: ApiProxy) -> None:
    proxy.order("GET", "/events", TOO_MANY)
    begun = time.monotonic()
    user.json("events", "list")
    assert time.monotonic() - begun >= 2


def test_it_does_not_wait_for_an_hour(user: User, proxy: ApiProxy) -> None:
    proxy.order("GET", "/events", NOT_SOON)
    assert "Too Many Requests" in user.fails(3, "events", "list")
    assert len(proxy.taken) == 1


def test_a_publish_whose_answer_was_lost_is_one_event(api: Api, user: User, proxy: ApiProxy) -> None:
    proxy.order("POST", "/events", LOST, BUSY)
    done = user.run("publish", "contract.created", "--data", "{}", "--json")
    assert done.returncode == 0, done.stderr
    [event] = api.all("/events")
    assert json.loads(done.stdout)["id"] == event["id"]
    [key] = {headers["idempotency-key"] for _, _, headers in proxy.taken}
    assert key


def test_a_publish_that_found_no_answer_says_with_which_key_it_is_repeated(
    api: Api, user: User, proxy: ApiProxy,
) -> None:
    proxy.order("POST", "/events", *[LOST] * 6)
    says = user.fails(4, "publish", "contract.created", "--data", "{}")
    key = says.partition("--idempotency-key ")[2].split()[0]
    assert user.run("publish", "contract.created", "--data", "{}", "--idempotency-key", key).returncode == 0
    assert len(api.all("/events")) == 1


def test_a_file_whose_answers_were_lost_is_published_once(api: Api, user: User, proxy: ApiProxy) -> None:
    proxy.order("POST", "/batch", LOST, BUSY)
    line = '{"type":"a.b","data":{}}\n'
    assert user.run("publish-all", "-", given=line * 3).returncode == 0
    assert len(api.all("/events")) == 3


def test_a_batch_of_which_a_part_met_a_fault_is_repeated_whole(api: Api, user: User, proxy: ApiProxy) -> None:
    fault = {"status": 503, "error": {"code": "UNAVAILABLE", "message": "later"}}
    partly = {"data": [{"status": 202, "event": {}}, fault], "accepted": 1, "refused": 1}
    proxy.order("POST", "/batch", Instead(207, body=json.dumps(partly).encode()))
    done = user.run("publish-all", "-", "--json", given='{"type":"a.b","data":{}}\n' * 2)
    assert (done.returncode, json.loads(done.stdout)["published"]) == (0, 2)
    assert len({headers["idempotency-key"] for _, _, headers in proxy.taken}) == 1
    assert len(api.all("/events")) == 2


def test_what_stays_a_fault_is_reported_as_one(user: User, proxy: ApiProxy) -> None:
    fault = {"status": 503, "error": {"code": "UNAVAILABLE", "message": "later"}}
    nothing = {"data": [fault], "accepted": 0, "refused": 1}
    proxy.order("POST", "/batch", *[Instead(207, body=json.dumps(nothing).encode())] * 6)
    done = user.run("publish-all", "-", "--json", given='{"type":"a.b","data":{}}\n')
    assert done.returncode == 4
    assert json.loads(done.stdout)["refused"][0]["error"]["code"] == "UNAVAILABLE"


def test_what_would_be_two_things_is_not_repeated_when_it_may_have_been_done(
    api: Api, user: User, proxy: ApiProxy,
) -> None:
    create = ["endpoints", "create", URL, "--events", "*"]
    proxy.order("POST", "/endpoints", LOST)
    user.fails(4, *create)
    proxy.order("POST", "/endpoints", BUSY)
    user.fails(4, *create)
    assert len(proxy.taken) == 2
    [endpoint] = api.all("/endpoints")
    for path in ("test", "rotate-secret"):
        proxy.order("POST", f"/{path}", LOST)
        user.fails(4, "endpoints", path, endpoint["id"])
    assert len(proxy.taken) == 4


def test_but_it_is_where_nothing_can_have_been_done(api: Api, user: User, proxy: ApiProxy) -> None:
    proxy.order("POST", "/endpoints", TOO_MANY)
    user.json("endpoints", "create", URL, "--events", "*")
    assert len(api.all("/endpoints")) == 1


def test_an_endpoint_for_listening_is_not_left_behind_when_its_answer_was_lost(
    api: Api, user: User, proxy: ApiProxy,
) -> None:
    proxy.order("POST", "/endpoints", LOST)
    user.fails(4, "listen", "--forward", "http://127.0.0.1:1/")
    assert api.all("/endpoints") == []


def test_a_stack_that_takes_the_url_but_does_not_reach_this_machine_is_polled(
    api: Api, user: User, proxy: ApiProxy,
) -> None:
    proxy.order("POST", "/test", Instead(202))
    with user.running("listen", "--forward", "http://127.0.0.1:1/") as listen:
        listen.wait_until_it_says("no test event arrived within 10 s")
        listen.wait_until_it_says("Listening to what is published")
        assert api.all("/endpoints") == []
        event = api.publish()["id"]
        assert event in listen.wait_for_output(1)[0]
        assert listen.end() == 0


def test_whoever_is_not_there_is_said_so(api: Api) -> None:
    assert api.key
    assert "Connection refused" in User("http://127.0.0.1:1", api.key).fails(4, "events", "list")


@pytest.mark.parametrize(("instead", "code", "says"), [
    (Instead(500, body=b'{"error":{"code":"INTERNAL","message":"our fault"},"requestId":"req-7"}'), 4, "req-7"),
    (Instead(302, {"Location": "http://127.0.0.1:1/"}), 4, "--url"),
    (Instead(404, body=b"<html>"), 3, "is --url right?"),
    (Instead(404, body=b'{"message":"Not Found"}'), 3, "is --url right"),
    (Instead(200, body=b"<html>"), 4, "is --url right?"),
])
def test_an_answer_that_is_none_of_the_api_is_told_as_such(
    user: User, proxy: ApiProxy, instead: Instead, code: int, says: str,
) -> None:
    proxy.order("GET", "/events", instead)
    assert says in user.fails(code, "events", "list")
    assert len(proxy.taken) == 1


def test_the_api_key_is_said_nowhere(api: Api, user: User) -> None:
    assert api.key
    for arguments in (["events", "list"], ["events", "--help"], ["tail", "--help"], ["events", "show", "x"]):
        done = user.run(*arguments)
        assert api.key not in done.stdout + done.stderr


@pytest.mark.parametrize("missing", ["RAIL_URL", "RAIL_API_KEY"])
def test_what_the_api_needs_is_asked_for(user: User, missing: str) -> None:
    assert missing in user.fails(2, "events", "list", **{missing: ""})


def test_an_operators_command_needs_no_api_and_a_users_no_aws(user: User, stack: Stack) -> None:
    user.says("events", "list")  # Its environment has nothing of AWS.
    assert "RAIL_STACK" in user.fails(2, "keys", "list")
    for command in ("keys", "redrive"):
        done = subprocess.run(
            [BINARIES / "rail", command, "--help"], env=stack.environment, capture_output=True, text=True, check=True,
        )
        assert "--stack" in done.stdout
        assert "--api-key" not in done.stdout
    assert "--stack" not in user.says("events", "list", "--help")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "elvish"])
def test_completions_name_every_command(user: User, shell: str) -> None:
    script = user.says("completion", shell)
    for command in ("publish-all", "rotate-secret", "listen", "doctor", "--idempotency-key"):
        assert command.removeprefix("--") in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_help_has_the_exit_codes(user: User) -> None:
    shown = user.says("--help")
    for code in range(5):
        assert f"\n  {code}  " in shown


def test_the_guide_names_every_command_and_every_exit_code(user: User) -> None:
    guide = (ROOT / "docs" / "command.md").read_text()
    shown = user.says("--help")
    commands = re.findall(r"^  ([a-z-]+) ", shown.partition("Commands:\n")[2].partition("\nOptions:")[0], re.MULTILINE)
    assert len(commands) > 10
    assert [command for command in commands if f"`{command}`" not in guide and command != "help"] == []
    codes = re.findall(r"^  ([0-9])  ", shown, re.MULTILINE)
    assert codes == re.findall(r"^\| ([0-9]) \|", guide, re.MULTILINE)


@pytest.mark.parametrize(("environment", "coloured"), [
    ({}, False),
    ({"CLICOLOR_FORCE": "1"}, True),
    ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
])
def test_statuses_have_colours_where_they_are_wanted(
    api: Api, user: User, environment: dict[str, str], coloured: bool,
) -> None:
    api.create_endpoint(URL)
    shown = user.run("endpoints", "list", **environment).stdout
    assert ("\x1b[" in shown) == coloured


def test_times_are_local_to_people_and_utc_to_programs(api: Api, user: User) -> None:
    event = api.publish()
    assert event["createdAt"] in user.says("events", "list", "--json")
    day, hour = event["createdAt"][:10], int(event["createdAt"][11:13])
    shown = user.run("events", "list", TZ="Etc/GMT-3").stdout
    assert f" {(hour + 3) % 24:02}:{event['createdAt'][14:19]}" in shown
    assert day in user.says("events", "list")


def test_a_reader_that_goes_away_ends_it_quietly(api: Api, user: User) -> None:
    api.publish_all([{"type": "a.b", "data": {}}] * 100)
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {BINARIES / 'rail'} events list --all --json | head -1"],
        env=user.environment, capture_output=True, text=True, check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
