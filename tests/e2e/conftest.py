"""What a test may ask for: a stack, a tenant of its own with a key, a receiver, and a look behind the API."""

from collections.abc import Iterator

import pytest
import stacks
from aws import Behind
from client import Api
from faulty_stacks import FaultyStack, faulty_stack
from rail_command import Operator
from receiver import Receiver
from stack import Stack
from tenants import NewTenant, tenants_of


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with stacks.impatient() as stack:
        yield stack
        stacks.assert_no_fault_of_its_own(stack)


@pytest.fixture(scope="session")
def default_stack() -> Iterator[Stack]:
    with stacks.with_defaults() as stack:
        yield stack
        stacks.assert_no_fault_of_its_own(stack)


@pytest.fixture(scope="session")
def faulty() -> Iterator[FaultyStack]:
    with faulty_stack() as faulty:
        yield faulty


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def behind(stack: Stack) -> Behind:
    return Behind(stack)


@pytest.fixture(scope="session")
def new_tenant(stack: Stack) -> NewTenant:
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows the figures that a test has recorded as its account, whether it passed or not."""
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for account in [text for name, text in report.user_properties if name == "account"]:
            terminalreporter.section(report.nodeid)
            terminalreporter.write_line(str(account))
