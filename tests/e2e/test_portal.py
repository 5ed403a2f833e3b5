"""GET /portal: the web page for tenants, walked through in a browser. The journeys themselves are in portal/tests/journeys."""

import base64
import hashlib
import json
import os
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator

import pytest
import requests
from client import Api
from messages import IN_AN_HOUR
from receiver import Answer, Receiver
from stack import ROOT, Stack
from tenants import NewTenant

PORTAL = ROOT / "portal"
MOST_BYTES = 150_000
"""What a first load may cost."""
LONGEST_NAME = 128
WITHIN_SECONDS = 180

Walk = Callable[..., None]


@pytest.fixture
def walk(stack: Stack, api: Api) -> Walk:
    """What walks a journey through the page, with the key of the test's tenant and whatever else the journey needs."""

    def walk(journey: str, **given: object) -> None:
        given = {"page": f"{stack.url}/portal", "key": api.key, **given}
        walked = subprocess.run(
            ["node", "tests/journey.mjs", journey],
            cwd=PORTAL, env=os.environ | {"GIVEN": json.dumps(given)}, capture_output=True, text=True, check=False,
            timeout=WITHIN_SECONDS,
        )
        assert walked.returncode == 0, walked.stdout + walked.stderr

    return walk


def served(stack: Stack, accepted: str) -> requests.Response:
    return requests.get(f"{stack.url}/portal", headers={"accept-encoding": accepted}, stream=True, timeout=30)


def sha256(html: str, element: str) -> str:
    """How a policy names what is inside of the page's one element of this kind."""
    [content] = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", html, re.DOTALL)
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else(stack: Stack) -> None:
    answer = served(stack, "identity")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    html = answer.content.decode()
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; script-src {sha256(html, 'script')}; style-src {sha256(html, 'style')}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_first_load_is_small(stack: Stack, encoding: str) -> None:
    answer = served(stack, encoding)
    assert answer.headers["content-encoding"] == encoding
    assert 0 < len(answer.raw.read(decode_content=False)) <= MOST_BYTES


def test_a_delivery_that_failed_is_retried_and_delivered(walk: Walk, receiver: Receiver) -> None:
    hook = receiver.hook(IN_AN_HOUR, Answer())
    walk("failed-delivery", hook=hook.url)
    assert [request.answered for request in hook.requests] == [503, 200]


def test_an_endpoint_is_tested_paused_changed_and_deleted(walk: Walk, receiver: Receiver) -> None:
    walk("endpoint", hook=receiver.hook().url)


def test_a_key_that_is_not_valid_or_lacks_a_scope_is_told_so(
    walk: Walk, stack: Stack, api: Api, receiver: Receiver, revoked_at_the_start: Api,
) -> None:
    read_only = stack.create_key(api.tenant, ["endpoints:read"])
    walk("keys", hook=receiver.hook().url, revoked=revoked_at_the_start.key, readOnly=read_only)


def test_a_list_is_kept_up_to_date_and_never_moved(walk: Walk, receiver: Receiver) -> None:
    walk("list", hook=receiver.hook(IN_AN_HOUR, Answer()).url)


def test_what_failed_in_an_outage_is_counted_and_recovered(walk: Walk, receiver: Receiver) -> None:
    hook = receiver.hook(*[IN_AN_HOUR] * 3, Answer())
    walk("recovery", hook=hook.url, outage=3)
    assert [request.answered for request in hook.requests] == [503] * 3 + [200] * 3


def test_what_the_catalog_shows_can_be_published_and_subscribed_to(walk: Walk) -> None:
    walk("catalog")


def test_the_page_is_used_by_keyboard_alone(walk: Walk, receiver: Receiver) -> None:
    walk("keyboard", hook=receiver.hook().url)


@pytest.fixture(scope="module")
def longest_type(new_tenant: NewTenant) -> Iterator[str]:
    """A type of the catalog whose name is as long as a name can be."""
    operator, name = new_tenant(["event-types:write"]), f"order.{uuid.uuid4().hex * 4}"[:LONGEST_NAME]
    operator.expect(201, "PUT", f"/event-types/{name}", json={"description": "Sent when an order has been placed."})
    yield name
    operator.expect(204, "DELETE", f"/event-types/{name}")


@pytest.mark.parametrize("phone", [False, True], ids=["on a desktop", "on a phone"])
def test_no_place_has_a_serious_barrier_in_light_or_dark(
    walk: Walk, receiver: Receiver, longest_type: str, phone: bool,
) -> None:
    walk("barriers", hook=receiver.hook(IN_AN_HOUR).url, type=longest_type, phone=phone)
