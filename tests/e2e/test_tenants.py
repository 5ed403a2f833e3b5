"""Tenants kept apart: what belongs to another is as if it were not there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from client import Api, refused
from receiver import Answer, Receiver
from routes import routes_of_the_api
from stack import ROOT, Stack
from tenants import NewTenant
from waiting import eventually


@dataclass(frozen=True)
class Route:
    """A route, and how somebody would get at another tenant's things with it."""

    method: str
    path: str
    names: Sequence[tuple[str, dict[str, str]]] = ()
    """Each way to name an object of another: a query and a body."""
    pages: bool = False
    """Whether it gives cursors, and so takes them."""


ROUTES = [
    Route("POST", "/v1/webhooks/endpoints"),
    Route("GET", "/v1/webhooks/endpoints", pages=True),
    Route("GET", "/v1/webhooks/endpoints/{id}", [("", {})]),
    Route("PATCH", "/v1/webhooks/endpoints/{id}", [("", {"status": "disabled"})]),
    Route("DELETE", "/v1/webhooks/endpoints/{id}", [("", {})]),
    Route("POST", "/v1/webhooks/endpoints/{id}/rotate-secret", [("", {})]),
    Route("POST", "/v1/webhooks/endpoints/{id}/test", [("", {})]),
    Route("POST", "/v1/webhooks/endpoints/{id}/recover", [("", {"since": "2020-01-01T00:00:00Z"})]),
    Route("GET", "/v1/webhooks/endpoints/{id}/recoveries/{recoveryId}", [("", {})]),
    Route("GET", "/v1/webhooks/endpoints/{id}/stats", [("", {})]),
    Route("POST", "/v1/webhooks/events"),
    Route("POST", "/v1/webhooks/events/batch"),
    Route("GET", "/v1/webhooks/events", [("?endpointId={endpoint}", {}), ("?endpointId={endpoint}&status=retrying", {})],
          pages=True),
    Route("GET", "/v1/webhooks/events/{id}", [("", {})]),
    Route("GET", "/v1/webhooks/events/{id}/attempts", [("", {})], pages=True),
    Route("POST", "/v1/webhooks/events/{id}/retry", [("", {}), ("", {"endpointId": "{endpoint}"})]),
    Route("DELETE", "/v1/webhooks/events/{id}/retry", [("", {}), ("?endpointId={endpoint}", {})]),
    # The catalog is the same for all tenants.
    Route("GET", "/v1/webhooks/event-types", pages=True),
    Route("GET", "/v1/webhooks/event-types/{name}"),
    Route("PUT", "/v1/webhooks/event-types/{name}"),
    Route("DELETE", "/v1/webhooks/event-types/{name}"),
]


@dataclass(frozen=True)
class Theirs:
    """Another tenant, with two endpoints and two events that wait for their second attempts."""

    api: Api
    endpoint: str
    event: str
    recovery: str

    def path(self, route: Route) -> str:
        """The route's path as `Api` has it, with their object in it."""
        named = self.endpoint if "/endpoints/" in route.path else self.event
        return route.path.removeprefix("/v1/webhooks").replace("{id}", named).replace("{recoveryId}", self.recovery)


@pytest.fixture(scope="module")
def theirs(new_tenant: NewTenant, receiver: Receiver) -> Theirs:
    api = new_tenant()
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}))
    endpoint, _ = (api.create_endpoint(hook.url)["id"] for _ in range(2))
    event, other = (api.publish("contract.created", {"a": 1})["id"] for _ in range(2))
    for event_id in (event, other):
        eventually(lambda: api.attempts(event_id), lambda attempts: len(attempts) == 2)
    recovery = api.recover(endpoint, since="2020-01-01T00:00:00Z")["id"]
    return Theirs(api, endpoint, event, recovery)


def test_no_route_is_forgotten() -> None:
    """A route that is added says here how another tenant's things could be asked for, and is tried below."""
    assert {(route.method, route.path) for route in ROUTES} == routes_of_the_api()
    assert [route for route in ROUTES if "{id}" in route.path and not route.names] == []
    paging = re.findall(r"^\| `GET (/v1/\S+)` \|[^|]*`cursor`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(route.path for route in ROUTES if route.pages) == sorted(paging)


@pytest.mark.parametrize(("route", "query", "body"), [
    pytest.param(route, query, body, id=f"{route.method} {route.path}{query}{'' if not body else ' ' + ','.join(body)}")
    for route in ROUTES for query, body in route.names
])
def test_another_tenants_object_is_not_found_and_not_touched(
    api: Api, theirs: Theirs, route: Route, query: str, body: dict[str, str],
) -> None:
    before = theirs.api.endpoint(theirs.endpoint), theirs.api.event(theirs.event)
    filled = {name: value.format(endpoint=theirs.endpoint) for name, value in body.items()}
    path = theirs.path(route) + query.format(endpoint=theirs.endpoint)
    response = api.call(route.method, path, **({"json": filled} if body else {}))
    refused(response, 404, "NOT_FOUND")
    assert theirs.api.tenant not in response.text
    assert (theirs.api.endpoint(theirs.endpoint), theirs.api.event(theirs.event)) == before


@pytest.mark.parametrize("route", [
    pytest.param(route, id=f"{route.method} {route.path}") for route in ROUTES if route.pages
])
def test_another_tenants_cursor_is_refused(api: Api, theirs: Theirs, route: Route) -> None:
    cursor = theirs.api.page(theirs.path(route), limit=1)["nextCursor"]
    assert cursor
    ours = theirs.path(route).replace(theirs.event, api.publish()["id"])
    response = api.call(route.method, ours, params={"limit": 1, "cursor": cursor})
    refused(response, 400, "VALIDATION_FAILED", "cursor")


@pytest.mark.usefixtures("theirs")
def test_another_tenants_objects_are_not_listed(api: Api) -> None:
    assert api.page("/endpoints")["data"] == []
    assert api.page("/events")["data"] == []
    assert api.page("/events", status="retrying")["data"] == []


@pytest.mark.usefixtures("theirs")
def test_another_tenants_endpoint_gets_nothing_of_ours(api: Api) -> None:
    assert api.publish("contract.created")["deliveries"] == []


def test_our_event_is_neither_retried_to_another_tenants_endpoint_nor_cancelled(
    api: Api, receiver: Receiver, theirs: Theirs,
) -> None:
    api.create_endpoint(receiver.hook(Answer(503, {"Retry-After": "3600"})).url)
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "retrying")
    path = f"/events/{event_id}/retry"
    refused(api.call("POST", path, json={"endpointId": theirs.endpoint}), 404, "NOT_FOUND")
    refused(api.call("DELETE", path, params={"endpointId": theirs.endpoint}), 404, "NOT_FOUND")


def test_two_keys_of_one_tenant_see_the_same(api: Api, stack: Stack) -> None:
    endpoint_id = api.create_endpoint("https://hooks.example.com/")["id"]
    second = Api(stack.url, api.tenant, stack.create_key(api.tenant, ["endpoints:read"]))
    assert second.endpoint(endpoint_id) == api.endpoint(endpoint_id)
