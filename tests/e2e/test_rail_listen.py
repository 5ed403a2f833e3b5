"""`rail listen`: events of the rail at a service on this machine."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from client import Api
from rail_command import Running, User
from receiver import Answer, Hook, Receiver
from stack import Stack
from standardwebhooks import Webhook
from tenants import tenants_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def user(api: Api, stack: Stack) -> User:
    return User.of(api, stack)


@contextmanager
def listening(user: User, hook: Hook, *options: str) -> Iterator[tuple[Running, str]]:
    """With the secret that it shows."""
    with user.running("listen", "--forward", hook.url, "--json", *options) as listen:
        listen.wait_until_it_says("Listening")
        secret = listen.wait_until_it_says(r"Signing secret: (\S+)")[1] if "--secret" not in options else SECRET
        yield listen, secret


def test_events_come_to_the_local_service_byte_for_byte_as_the_rail_sent_them(
    api: Api, user: User, receiver: Receiver,
) -> None:
    reference, hook = receiver.hook(), receiver.hook(Answer(202))
    api.create_endpoint(reference.url, ["contract.*"], secret=SECRET)
    with listening(user, hook, "--events", "contract.*", "--secret", SECRET) as (listen, _):
        user.says("publish", "contract.created", "--data", '{"amount": 1.10}')
        api.publish("kyc.verified")
        [sent] = reference.wait_for()
        [passed] = hook.wait_for()
        assert passed.body == sent.body
        for name in ("webhook-id", "content-type", "user-agent"):
            assert passed.headers[name] == sent.headers[name]
        Webhook(SECRET).verify(passed.body, dict(passed.headers))
        assert passed.headers["x-iof-signature"].startswith(f"t={passed.headers['webhook-timestamp']},v1=")
        [line] = [json.loads(line) for line in listen.wait_for_output(1)]
        assert (line["eventId"], line["type"]) == (sent.headers["webhook-id"], "contract.created")
        assert (line["status"], line["error"]) == (202, None)


def test_what_the_local_service_answers_is_the_answer(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}, b"later"), Answer(200))
    with listening(user, hook):
        event = api.publish()["id"]
        waits = api.wait_for_event(event, "retrying")["deliveries"][0]
        assert waits["nextAttemptAt"] > api.event(event)["createdAt"]
        [attempt] = api.attempts(event)
        assert (attempt["responseStatus"], attempt["responseBody"]) == (503, "later")
        api.retry(event)
        api.wait_for_event(event, "delivered")
    assert len({request.body for request in hook.wait_for(2)}) == 1


def test_a_service_that_is_not_there_is_a_bad_gateway(api: Api, user: User) -> None:
    with user.running("listen", "--forward", "http://127.0.0.1:1/") as listen:
        listen.wait_until_it_says("Listening")
        event = api.publish()["id"]
        [line] = listen.wait_for_output(1)
        assert event in line
        assert "unreachable: Connection refused" in line
        api.wait_for_event(event, "retrying")
        [attempt] = api.attempts(event)
        assert attempt["responseStatus"] == 502


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_its_endpoint_is_there_while_it_runs(api: Api, user: User, receiver: Receiver, how: signal.Signals) -> None:
    hook = receiver.hook()
    with listening(user, hook, "--events", "a.*,b.c") as (listen, _):
        [endpoint] = api.all("/endpoints")
        assert (endpoint["events"], endpoint["status"]) == (["a.*", "b.c"], "active")
        assert endpoint["url"].startswith("http://127.0.0.1:")
        assert listen.end(how) == 0
    assert api.all("/endpoints") == []
    assert hook.requests == []  # The event by which it looked whether it is reached is its own.


def test_somebodys_own_test_event_is_passed_on(api: Api, user: User, receiver: Receiver) -> None:
    hook = receiver.hook()
    with listening(user, hook):
        [endpoint] = api.all("/endpoints")
        assert "accepted" in user.says("endpoints", "test", endpoint["id"])
        assert json.loads(hook.wait_for()[0].body)["type"] == "webhook.test"


def test_an_endpoint_that_somebody_deleted_is_no_failure(api: Api, user: User, receiver: Receiver) -> None:
    with listening(user, receiver.hook()) as (listen, _):
        api.delete_endpoint(api.all("/endpoints")[0]["id"])
        assert listen.end() == 0


def is_signed_with(secret: str, hook: Hook, tenant: str, event_type: str) -> None:
    [request] = hook.wait_for()
    Webhook(secret).verify(request.body, dict(request.headers))
    body = json.loads(request.body)
    assert (body["id"], body["type"]) == (request.headers["webhook-id"], event_type)
    assert body["metadata"]["tenantId"] == tenant


def test_where_the_list_is_read_requests_are_those_that_the_rail_sends(
    api: Api, user: User, receiver: Receiver,
) -> None:
    reference, hook = receiver.hook(), receiver.hook(Answer(500))
    api.create_endpoint(reference.url, secret=SECRET)
    api.publish("contract.before")
    reference.wait_for()
    with listening(user, hook, "--poll", "--events", "contract.*", "--secret", SECRET, "--tenant", api.tenant) as (listen, _):
        data = '{"amount": 1.10, "text": "é\\u0000"}'
        user.says("publish", "contract.created", "--data", data, "--metadata", '{"b":1.0,"a":[]}')
        api.publish("kyc.verified")
        sent = reference.wait_for(3)
        is_signed_with(SECRET, hook, api.tenant, "contract.created")
        [passed] = hook.requests
        assert passed.body in [request.body for request in sent]
        assert set(passed.headers) == set(sent[0].headers)
        [line] = [json.loads(line) for line in listen.wait_for_output(1)]
        assert (line["status"], line["type"]) == (500, "contract.created")
        assert listen.end() == 0
    assert len(api.all("/endpoints")) == 1


def test_a_stack_that_reaches_no_private_address_is_polled(default_stack: Stack, receiver: Receiver) -> None:
    api = tenants_of(default_stack)()
    user, hook = User.of(api, default_stack), receiver.hook()
    with listening(user, hook, "--tenant", api.tenant) as (listen, secret):
        assert "cannot reach this machine" in "\n".join(listen.said)
        assert api.all("/endpoints") == []
        event = api.publish("contract.created")["id"]
        is_signed_with(secret, hook, api.tenant, "contract.created")
        assert event in listen.wait_for_output(1)[0]


@pytest.mark.parametrize(("options", "code", "says"), [
    ([], 2, "--forward"),
    (["--forward", "ftp://localhost/"], 2, "--forward"),
    (["--forward", "http://localhost:3000/", "--secret", "short"], 2, "--secret"),
    (["--forward", "http://localhost:3000/", "--events", "a*"], 2, "a*"),
])
def test_a_wrong_use_is_explained(user: User, options: list[str], code: int, says: str) -> None:
    assert says in user.fails(code, "listen", *options)


def test_a_secret_that_is_wrong_is_not_shown(user: User) -> None:
    assert "whsec_no" not in user.fails(2, "listen", "--forward", "http://localhost/", "--secret", "whsec_no")
