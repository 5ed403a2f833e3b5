"""The stacks under test, and what a test gets of them: a tenant of its own with a key, and a receiver.

Two stacks run, both under the template's own policies. `stack` retries within seconds and may send to this machine;
`default_stack` has every default of the template.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence

import pytest
from aws import Behind
from client import Api
from rail_command import Operator
from receiver import Receiver
from stack import Stack

SHORT_DELAYS = (2, 3, 4, 5)
ATTEMPT_TIMEOUT_SECONDS = 3
SCOPES = ("endpoints:read", "endpoints:write", "events:publish", "events:read", "events:write")

NewTenant = Callable[..., Api]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    parameters = {
        "RetryDelays": ",".join(map(str, SHORT_DELAYS)),
        "AttemptTimeoutSeconds": str(ATTEMPT_TIMEOUT_SECONDS),
        "AllowPrivateTargets": "true",
    }
    with Stack(parameters=parameters, sweep_seconds=0.5) as stack:
        yield stack
        assert_no_fault_of_its_own(stack)


@pytest.fixture(scope="session")
def default_stack() -> Iterator[Stack]:
    with Stack(sweep_seconds=0.5) as stack:
        yield stack
        assert_no_fault_of_its_own(stack)


def assert_no_fault_of_its_own(stack: Stack) -> None:
    """A fault that a repetition mends (a right that a policy lacks, a panic) fails no test: it is in the log alone."""
    faults = [line for line in stack.logs() if line.get("message") in ("request.failed", "message.failed")]
    assert not faults


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def behind(stack: Stack) -> Behind:
    return Behind(stack)


@pytest.fixture(scope="session")
def new_tenant(stack: Stack) -> NewTenant:
    """Makes a tenant that nobody else has, with a key of these scopes."""
    return tenants_of(stack)


@pytest.fixture
def api(new_tenant: NewTenant) -> Api:
    return new_tenant()


@pytest.fixture(scope="session", autouse=True)
def revoked_at_the_start(stack: Stack, new_tenant: NewTenant) -> Api:
    """A tenant whose key was used and then revoked before any test, so that none need wait for it to be forgotten."""
    api = new_tenant()
    api.expect(200, "GET", "/endpoints")
    Operator(stack).revoke_all_of(api.tenant)
    return api


def tenants_of(stack: Stack) -> NewTenant:
    def new_tenant(scopes: Sequence[str] = ("admin",)) -> Api:
        tenant = f"tenant-{uuid.uuid4().hex}"
        return Api(stack.url, tenant, stack.create_key(tenant, scopes))

    return new_tenant
