"""Ways in for services on AWS: with their own credentials, through a queue, from EventBridge. No API key is needed."""

import json
import uuid
from collections.abc import Callable

import pytest
import requests
import stacks
from aws import Behind
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from client import Api, Json, refused
from rail_command import Operator
from receiver import Receiver
from stack import Stack
from waiting import eventually

CREATED = {"type": "contract.created", "data": {"contractId": "c_1", "amount": 1.10}}
NewService = Callable[..., "Service"]


class Service:
    """A service on AWS: a user of its own whom a policy allows to publish for some tenants."""

    def __init__(self, stack: Stack, tenants: list[str]) -> None:
        self._url = f"{stack.url}/v1/webhooks/tenants"
        name, iam = f"service-{uuid.uuid4().hex}", stack.client("iam")
        iam.create_user(UserName=name)
        if tenants:
            paths = [f"{stack.outputs['ApiArn']}/$default/POST/v1/webhooks/tenants/{tenant}/events" for tenant in tenants]
            statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": paths}
            iam.put_user_policy(
                UserName=name, PolicyName="publish",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            )
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self._credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def publish(self, tenant: str, body: Json, **headers: str) -> requests.Response:
        request = AWSRequest("POST", f"{self._url}/{tenant}/events", headers, json.dumps(body))
        SigV4Auth(self._credentials, "execute-api", "us-east-1").add_auth(request)
        return requests.post(request.url, headers=dict(request.headers), data=request.data, timeout=30)


@pytest.fixture
def new_service(stack: Stack) -> NewService:
    return lambda *tenants: Service(stack, list(tenants))


def test_a_service_publishes_with_its_own_credentials(api: Api, receiver: Receiver, new_service: NewService) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    answer = new_service(api.tenant).publish(api.tenant, CREATED)
    assert answer.status_code == 202, answer.text
    event = answer.json()
    [request] = hook.wait_for(1)
    assert (request.json()["id"], request.json()["data"]) == (event["id"], CREATED["data"])
    assert request.json()["metadata"]["tenantId"] == api.tenant
    assert api.event(event["id"])["type"] == "contract.created"


def test_it_is_one_event_however_often_it_comes_with_its_key(api: Api, new_service: NewService) -> None:
    service = new_service(api.tenant)
    first, again = (service.publish(api.tenant, CREATED, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = service.publish(api.tenant, CREATED | {"data": {}}, **{"Idempotency-Key": "k-1"})
    refused(other, 422, "IDEMPOTENCY_KEY_REUSED")


def test_it_publishes_for_the_tenants_that_its_policy_names_and_no_other(
    api: Api, new_tenant: Callable[..., Api], new_service: NewService,
) -> None:
    other = new_tenant()
    answer = new_service(api.tenant).publish(other.tenant, CREATED)
    assert answer.status_code == 403
    assert other.all("/events") == []
    assert new_service().publish(api.tenant, CREATED).status_code == 403


@pytest.mark.parametrize("authorization", [None, "Bearer rail_" + "A" * 43, "AWS4-HMAC-SHA256 x", "the tenant's own key"])
def test_whoever_does_not_sign_is_refused(stack: Stack, api: Api, authorization: str | None) -> None:
    """An API key, even a valid one, opens nothing here: where the gateway lets it by, as the emulator's does, the function does not."""
    sent = f"Bearer {api.key}" if authorization == "the tenant's own key" else authorization
    headers = {} if sent is None else {"Authorization": sent}
    url = f"{stack.url}/v1/webhooks/tenants/{api.tenant}/events"
    assert requests.post(url, json=CREATED, headers=headers, timeout=30).status_code in (401, 403)
    assert api.all("/events") == []


@pytest.mark.parametrize(("body", "status", "code", "field"), [
    ({"type": "a..b", "data": {}}, 400, "VALIDATION_FAILED", "type"),
    ({"type": "a.b", "data": []}, 400, "VALIDATION_FAILED", "data"),
    ({"type": "a.b", "data": {}, "tenant": "x"}, 400, "VALIDATION_FAILED", "tenant"),
    ({"type": "a.b", "data": {"a": "x" * 300_000}}, 413, "PAYLOAD_TOO_LARGE", "data"),
])
def test_what_is_no_event_is_refused(
    api: Api, new_service: NewService, body: Json, status: int, code: str, field: str,
) -> None:
    refused(new_service(api.tenant).publish(api.tenant, body), status, code, field)


def test_what_is_put_into_the_queue_is_published(api: Api, receiver: Receiver, behind: Behind) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url, ["contract.*"])
    events = [{"tenant": api.tenant, "type": f"contract.n{number}", "data": {"n": number}} for number in range(10)]
    behind.send("IngestQueueUrl", *map(json.dumps, events))
    received = [request.json() for request in hook.wait_for(10)]
    assert sorted(body["data"]["n"] for body in received) == list(range(10))
    assert {event["id"] for event in api.all("/events")} == {body["id"] for body in received}


def test_a_message_that_is_sent_twice_with_a_key_is_one_event(api: Api, behind: Behind) -> None:
    message = json.dumps({"tenant": api.tenant, "idempotencyKey": "k-1", **CREATED, "metadata": {"trace": "t-1"}})
    behind.send("IngestQueueUrl", message, message)
    behind.wait_until_handled("IngestQueueUrl")
    [event] = api.all("/events")
    assert event["metadata"] == {"trace": "t-1"}


def test_what_can_never_be_published_lies_among_the_dead_letters_and_holds_up_no_other(api: Api, behind: Behind) -> None:
    own = {"tenant": api.tenant}
    behind.send("IngestQueueUrl", json.dumps({**own, "idempotencyKey": "k-2", **CREATED}))
    behind.wait_until_handled("IngestQueueUrl")
    wrong = [
        f"no JSON, of {api.tenant}",
        json.dumps({**own, "type": "contract.created"}),
        json.dumps({**own, "type": "contract..created", "data": {}}),
        json.dumps({**own, "type": "contract.created", "data": [1]}),
        json.dumps({**own, "type": "contract.created", "data": {}, "metadata": {"tenantId": "another"}}),
        json.dumps({**own, "type": "contract.created", "data": {"other": "data"}, "idempotencyKey": "k-2"}),
    ]
    behind.send("IngestQueueUrl", *wrong, json.dumps({**own, "type": "contract.closed", "data": {}}))
    behind.take_dead_letters("IngestDeadLettersUrl", set(wrong))
    closed = eventually(lambda: api.all("/events", type="contract.closed"))
    assert len(closed) == 1
    assert len(api.all("/events")) == 2


def test_the_operator_puts_back_what_could_not_be_published(stack: Stack, api: Api, behind: Behind) -> None:
    # As if a fault of ours had lasted for longer than the queue tries.
    behind.send("IngestDeadLettersUrl", json.dumps({"tenant": api.tenant, **CREATED}))
    operator = Operator(stack)
    [shown] = json.loads(operator.run("redrive", "--queue", "ingest", "--json").stdout)
    assert (shown["queue"], shown["tenant"], shown["unreadable"]) == ("ingest", api.tenant, None)
    assert operator.run("redrive", "--queue", "ingest", "--yes").returncode == 0
    [event] = eventually(lambda: api.all("/events"))
    assert event["type"] == "contract.created"


def test_what_stands_on_the_event_bus_is_published(stack: Stack, api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url)
    detail = {"tenant": api.tenant, "data": {"contractId": "c_1", "note": 'a "quoted" word'}}
    entry = {"Source": stacks.EVENT_BRIDGE_SOURCE, "DetailType": "contract.created", "Detail": json.dumps(detail)}
    others = entry | {"Source": "com.example.others"}
    assert stack.client("events").put_events(Entries=[others, entry])["FailedEntryCount"] == 0
    [request] = hook.wait_for(1)
    assert (request.json()["type"], request.json()["data"]) == ("contract.created", detail["data"])
    assert [event["id"] for event in api.all("/events")] == [request.json()["id"]]


def test_a_stack_that_names_no_source_takes_nothing_from_the_bus(default_stack: Stack) -> None:
    assert default_stack.client("events").list_rules()["Rules"] == []
