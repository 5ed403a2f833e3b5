"""`rail endpoints`."""

import uuid

import pytest
from client import Api
from rail_command import User
from receiver import Answer, Receiver
from stack import Stack
from waiting import eventually

URL = "https://hooks.example.com/"
NONE_SUCH = "we_01M85799PFY4HXC6CAM002M5T7"


@pytest.fixture
def user(api: Api, stack: Stack) -> User:
    return User.of(api, stack)


def test_an_endpoint_is_created_shown_changed_and_deleted(api: Api, user: User) -> None:
    made = user.json(
        "endpoints", "create", URL, "--events", "contract.*,kyc.verified", "--description", "the books",
        "--metadata", "team=billing", "--metadata", "tier=a=b", "--header", "X-Route: eu", "--rate-limit", "50",
    )
    assert made["secret"].startswith("whsec_")
    found = api.endpoint(made["id"])
    assert found == {name: value for name, value in made.items() if name != "secret"}
    assert (found["url"], found["events"], found["rateLimit"]) == (URL, ["contract.*", "kyc.verified"], 50)
    assert (found["metadata"], found["headers"]) == ({"team": "billing", "tier": "a=b"}, {"X-Route": "eu"})
    assert user.json("endpoints", "show", made["id"]) == found

    changed = user.json(
        "endpoints", "update", made["id"], "--to", f"{URL}2", "--events", "*", "--no-description", "--no-rate-limit",
        "--no-metadata", "--no-headers",
    )
    assert changed == api.endpoint(made["id"])
    assert (changed["url"], changed["events"], changed["description"]) == (f"{URL}2", ["*"], None)
    assert (changed["metadata"], changed["headers"], changed["rateLimit"]) == ({}, {}, None)

    assert user.json("endpoints", "delete", made["id"], "--yes") == {"id": made["id"], "deleted": True}
    assert api.all("/endpoints") == []


def test_a_change_leaves_what_it_does_not_name(api: Api, user: User) -> None:
    endpoint = api.create_endpoint(URL, ["a.b"], description="kept", metadata={"a": "b"}, rateLimit=5)
    changed = user.json("endpoints", "update", endpoint["id"], "--rate-limit", "6")
    assert changed == api.endpoint(endpoint["id"])
    assert (changed["description"], changed["metadata"], changed["rateLimit"]) == ("kept", {"a": "b"}, 6)


def test_people_see_a_secret_once_and_never_the_values_of_headers(api: Api, user: User) -> None:
    done = user.run("endpoints", "create", URL, "--events", "*", "--header", "Authorization-Of-Mine: hidden")
    assert "whsec_" in done.stdout
    assert "the only time" in done.stderr
    [endpoint] = api.all("/endpoints")
    shown = user.says("endpoints", "show", endpoint["id"])
    assert "Authorization-Of-Mine" in shown
    assert "hidden" not in done.stdout + shown
    assert "whsec_" not in shown


def test_a_secret_of_ones_own_is_taken_from_the_environment(api: Api, user: User) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    done = user.run("endpoints", "create", URL, "--events", "*", "--json", RAIL_SIGNING_SECRET=secret)
    assert f'"secret":"{secret}"' in done.stdout
    assert secret not in user.run("endpoints", "create", "--help", RAIL_SIGNING_SECRET=secret).stdout


def test_endpoints_are_listed_page_by_page_or_all(api: Api, user: User) -> None:
    made = [api.create_endpoint(URL)["id"] for _ in range(3)]
    page = user.json("endpoints", "list", "--limit", "2")
    assert page == api.page("/endpoints", limit=2)
    rest = user.json("endpoints", "list", "--cursor", page["nextCursor"])
    assert [endpoint["id"] for endpoint in page["data"] + rest["data"]] == made
    table = user.says("endpoints", "list", "--all").splitlines()
    assert [line.split()[0] for line in table] == ["ID", *made]
    assert page["nextCursor"] in user.run("endpoints", "list", "--limit", "2").stderr


def test_an_endpoint_is_paused_resumed_and_disabled(api: Api, user: User) -> None:
    endpoint = api.create_endpoint(URL)["id"]
    for command, status in [("pause", "paused"), ("resume", "active"), ("disable", "disabled"), ("resume", "active")]:
        consent = ["--yes"] if command == "disable" else []
        assert user.json("endpoints", command, endpoint, *consent)["status"] == status
        assert api.endpoint(endpoint)["status"] == status


@pytest.mark.parametrize("command", ["disable", "delete"])
def test_what_cannot_be_taken_back_is_asked_for(api: Api, user: User, command: str) -> None:
    endpoint = api.create_endpoint(URL)["id"]
    assert "--yes" in user.fails(2, "endpoints", command, endpoint)
    declined = user.on_a_terminal("n", "endpoints", command, endpoint)
    assert (declined.returncode, "[y/N]" in declined.stderr) == (1, True)
    assert api.endpoint(endpoint)["status"] == "active"
    assert user.on_a_terminal("y", "endpoints", command, endpoint).returncode == 0
    assert api.call("GET", f"/endpoints/{endpoint}").status_code == 404 or api.endpoint(endpoint)["status"] == "disabled"


def test_a_replaced_secret_is_shown_once_and_signs(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    rotated = user.json("endpoints", "rotate-secret", endpoint["id"], "--overlap-hours", "0")
    assert rotated["secret"] not in (None, endpoint["secret"])
    api.publish()
    [request] = hook.wait_for()
    # With no overlap there is one signature, by the new secret alone.
    assert len(request.headers["webhook-signature"].split()) == 1


def test_a_test_says_how_it_went(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(200), Answer(503, body=b"not \x1b[31mnow"))
    endpoint = api.create_endpoint(hook.url, ["contract.*"])["id"]
    assert "accepted" in user.says("endpoints", "test", endpoint)
    refused = user.run("endpoints", "test", endpoint)
    assert refused.returncode == 1
    assert "503" in refused.stdout
    assert r"not \u{1b}[31mnow" in refused.stdout
    assert len(hook.requests) == 2
    sent = user.says("endpoints", "test", endpoint, "--no-wait").strip()
    hook.wait_for(3)
    assert api.wait_for_event(sent, "failed")["type"] == "webhook.test"


def test_a_test_as_json_has_the_event_and_its_attempt(api: Api, user: User, receiver: Receiver) -> None:
    endpoint = api.create_endpoint(receiver.hook().url)["id"]
    shown = user.json("endpoints", "test", endpoint)
    assert shown == {"event": api.event(shown["event"]["id"]), "attempts": api.attempts(shown["event"]["id"])}
    assert [attempt["trigger"] for attempt in shown["attempts"]] == ["test"]


def test_a_paused_endpoint_is_not_tested(api: Api, user: User) -> None:
    endpoint = api.create_endpoint(URL)["id"]
    api.update_endpoint(endpoint, status="paused")
    assert "CONFLICT" in user.fails(3, "endpoints", "test", endpoint)


@pytest.mark.parametrize("command", [["endpoints", "recover"], ["retry", "--failed", "--endpoint"]])
def test_what_failed_is_recovered_and_followed_until_that_is_done(
    api: Api, user: User, receiver: Receiver, command: list[str],
) -> None:
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}))
    endpoint = api.create_endpoint(hook.url)["id"]
    events = [api.publish()["id"] for _ in range(3)]
    for event in events:
        api.wait_for_event(event, "retrying")
        api.cancel(event)
    hook.answer_from_now_on(Answer(200))

    def recovered() -> bool:
        # The index of what failed lags a little behind: what it does not show yet is recovered by the next.
        done = user.json(*command, endpoint, "--since", "1h")
        assert done["status"] == "completed"
        return all(api.event(event)["status"] in ("pending", "delivered") for event in events)

    eventually(recovered)
    for event in events:
        api.wait_for_event(event, "delivered")
    shown = user.says(*command, endpoint, "--since", "2026-11-24T00:00:00Z", "--no-wait")
    assert "rec_" in shown


def test_statistics_count_what_came_of_deliveries(api: Api, user: User, receiver: Receiver) -> None:
    endpoint = api.create_endpoint(receiver.hook().url)["id"]
    api.wait_for_event(api.publish()["id"], "delivered")
    stats = user.json("endpoints", "stats", endpoint, "--since", "2h", "--buckets", "4")
    assert (stats["deliveries"]["delivered"], len(stats["buckets"])) == (1, 4)
    shown = user.says("endpoints", "stats", endpoint, "--since", "2h", "--buckets", "4")
    assert "100.00 %" in shown
    assert shown.strip().splitlines()[-1].split()[2:6] == ["1", "0", "0", "0"]


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (["create", URL], 2, "--events"),
    (["create", URL, "--events", "a*b"], 2, "a*b"),
    (["create", "ftp://example.com", "--events", "*"], 3, "url:"),
    (["create", URL, "--events", "*", "--metadata", "nothing"], 2, "name=value"),
    (["create", URL, "--events", "*", "--metadata", "a=b", "--metadata", "a=c"], 2, "twice"),
    (["update", NONE_SUCH], 2, "--to"),
    (["update", NONE_SUCH, "--description", "x", "--no-description"], 2, "--no-description"),
    (["show", "we_1"], 2, "endpoint id"),
    (["show", NONE_SUCH], 3, "NOT_FOUND"),
    (["delete", NONE_SUCH, "--yes"], 3, "NOT_FOUND"),
    (["list", "--limit", "0"], 2, "--limit"),
    (["list", "--all", "--limit", "5"], 2, "--all"),
    (["recover", NONE_SUCH], 2, "--since"),
    (["recover", NONE_SUCH, "--since", "yesterday"], 2, "90m"),
    (["stats", NONE_SUCH, "--buckets", "101"], 2, "--buckets"),
])
def test_a_wrong_use_is_explained(user: User, arguments: list[str], code: int, says: str) -> None:
    assert says in user.fails(code, "endpoints", *arguments)


def test_what_others_wrote_cannot_harm_the_terminal(api: Api, user: User) -> None:
    name = uuid.uuid4().hex
    api.create_endpoint(URL, description=f"{name} \x9b31m \u202egnp")
    shown = user.says("endpoints", "show", api.all("/endpoints")[0]["id"])
    assert name in shown
    assert not {"\x9b", "\u202e"} & set(shown)
    as_json = user.says("endpoints", "list", "--json")
    assert not {"\x9b", "\u202e"} & set(as_json)
