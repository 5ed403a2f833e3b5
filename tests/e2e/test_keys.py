"""Who gets in: every route wants a key, a valid one, and one with its scope."""

import re
from typing import Any

import pytest
from client import Api, refused
from rail_command import Operator
from routes import routes_of_the_api
from stack import Stack
from tenants import NewTenant
from waiting import eventually

SCOPES = ("endpoints:read", "endpoints:write", "events:publish", "events:read", "events:write", "event-types:write")
# Of the tenant's own things: what `admin` stands for.
TENANTS_SCOPES = SCOPES[:-1]
NO_ENDPOINT = "/endpoints/we_01M85799PFY4HXC6CAM002M5T7"
NO_EVENT = "/events/evt_01M85799PFY4HXC6CAM002M5T7"
NO_EVENT_TYPE = "/event-types/no.such.type"

# Each route, the scope it needs, and what it says to whoever has it and names nothing that exists.
ROUTES = [
    ("POST", "/endpoints", "endpoints:write", 400),
    ("GET", "/endpoints", "endpoints:read", 200),
    ("GET", NO_ENDPOINT, "endpoints:read", 404),
    ("PATCH", NO_ENDPOINT, "endpoints:write", 404),
    ("DELETE", NO_ENDPOINT, "endpoints:write", 404),
    ("POST", f"{NO_ENDPOINT}/rotate-secret", "endpoints:write", 404),
    ("POST", f"{NO_ENDPOINT}/test", "endpoints:write", 404),
    ("POST", f"{NO_ENDPOINT}/recover", "events:write", 400),
    ("GET", f"{NO_ENDPOINT}/recoveries/rec_01M85799PFY4HXC6CAM002M5T7", "events:read", 404),
    ("GET", f"{NO_ENDPOINT}/stats", "events:read", 404),
    ("POST", "/events", "events:publish", 400),
    ("POST", "/events/batch", "events:publish", 400),
    ("GET", "/events", "events:read", 200),
    ("GET", NO_EVENT, "events:read", 404),
    ("GET", f"{NO_EVENT}/attempts", "events:read", 404),
    ("POST", f"{NO_EVENT}/retry", "events:write", 404),
    ("DELETE", f"{NO_EVENT}/retry", "events:write", 404),
    ("PUT", NO_EVENT_TYPE, "event-types:write", 400),
    ("DELETE", NO_EVENT_TYPE, "event-types:write", 404),
]
# Those that any key opens.
FOR_ANY_KEY = [("GET", "/event-types", 200), ("GET", NO_EVENT_TYPE, 404)]
BAD_AUTHORIZATIONS = {
    "no header": None,
    "nothing": "",
    "another scheme": "Basic cmFpbDpyYWls",
    "no key": "Bearer",
    "an empty key": "Bearer ",
    "no key of ours": "Bearer sk_live_abc",
    "too short": "Bearer rail_abc",
    "the prefix alone": "Bearer rail_",
    "no base64": "Bearer rail_" + "!" * 43,
    "unknown": "Bearer rail_" + "A" * 43,
    "the key without its scheme": "rail_" + "A" * 43,
    "8 kB": "Bearer rail_" + "A" * 8000,
}


def body_of(method: str) -> dict[str, Any]:
    return {"json": {}} if method in ("POST", "PATCH", "PUT") else {}


def test_no_route_is_forgotten() -> None:
    """A route that is added says here which scope it wants, and is tried below."""
    tried = [(method, f"/v1/webhooks{path}") for method, path, *_ in [*ROUTES, *FOR_ANY_KEY]]
    served = routes_of_the_api()
    assert len(tried) == len(served)
    patterns = {(method, re.sub(r"\{\w+\}", "[^/]+", path)) for method, path in served}
    for method, pattern in patterns:
        assert [path for other, path in tried if other == method and re.fullmatch(pattern, path)], (method, pattern)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, *_ in [*ROUTES, *FOR_ANY_KEY]])
def test_every_route_wants_a_key(stack: Stack, method: str, path: str) -> None:
    response = Api(stack.url, "nobody", key=None).call(method, path, **body_of(method))
    assert "Authorization: Bearer" in refused(response, 401, "UNAUTHORIZED")["message"]
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", BAD_AUTHORIZATIONS.values(), ids=BAD_AUTHORIZATIONS)
def test_what_is_no_valid_key_is_refused(stack: Stack, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = Api(stack.url, "nobody", key=None).call("GET", "/endpoints", headers=headers)
    refused(response, 401, "UNAUTHORIZED")
    assert "A" * 43 not in response.text


def test_a_key_with_one_character_changed_is_refused(api: Api) -> None:
    changed = api.key[:-2] + ("A" if api.key[-2] != "A" else "B") + api.key[-1]
    headers = {"Authorization": f"Bearer {changed}"}
    refused(api.call("GET", "/endpoints", headers=headers), 401, "UNAUTHORIZED")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(api: Api, scheme: str) -> None:
    api.expect(200, "GET", "/endpoints", headers={"Authorization": f"{scheme} {api.key}"})


@pytest.fixture(scope="module")
def holders(new_tenant: NewTenant) -> dict[str, tuple[Api, Api]]:
    """For each scope: a holder of this one alone, and a holder of all but this one."""
    return {
        scope: (new_tenant([scope]), new_tenant([other for other in SCOPES if other != scope])) for scope in SCOPES
    }


@pytest.mark.parametrize(("method", "path", "scope", "status"), ROUTES)
def test_a_route_wants_its_scope_and_no_other(
    holders: dict[str, tuple[Api, Api]], method: str, path: str, scope: str, status: int,
) -> None:
    holder, lacking = holders[scope]
    assert holder.call(method, path, **body_of(method)).status_code == status
    error = refused(lacking.call(method, path, **body_of(method)), 403, "FORBIDDEN")
    assert scope in error["message"]


@pytest.mark.parametrize(("method", "path", "status"), FOR_ANY_KEY)
@pytest.mark.parametrize("scope", SCOPES)
def test_some_routes_open_to_any_key(
    holders: dict[str, tuple[Api, Api]], scope: str, method: str, path: str, status: int,
) -> None:
    assert holders[scope][0].call(method, path).status_code == status


@pytest.mark.parametrize(("method", "path", "status"), [
    (method, path, status) for method, path, scope, status in ROUTES if scope in TENANTS_SCOPES
])
def test_admin_may_do_everything_to_the_tenants_own(api: Api, method: str, path: str, status: int) -> None:
    assert api.call(method, path, **body_of(method)).status_code == status


def test_whoever_lacks_the_scope_changes_nothing(stack: Stack, api: Api) -> None:
    endpoint = api.endpoint(api.create_endpoint("https://hooks.example.com/")["id"])
    reader = Api(stack.url, api.tenant, stack.create_key(api.tenant, ["endpoints:read", "events:read"]))
    path = f"/endpoints/{endpoint['id']}"
    refused(reader.call("PATCH", path, json={"status": "disabled"}), 403, "FORBIDDEN")
    refused(reader.call("DELETE", path), 403, "FORBIDDEN")
    refused(reader.call("POST", f"{path}/rotate-secret", json={}), 403, "FORBIDDEN")
    refused(reader.call("POST", "/events", json={"type": "a.b", "data": {}}), 403, "FORBIDDEN")
    assert reader.endpoint(endpoint["id"]) == endpoint
    assert reader.page("/events")["data"] == []


@pytest.fixture
def operator(stack: Stack) -> Operator:
    return Operator(stack)


def test_a_revoked_key_is_refused(api: Api, operator: Operator) -> None:
    operator.revoke_all_of(api.tenant)
    refused(api.call("GET", "/endpoints"), 401, "UNAUTHORIZED")


def test_a_key_that_was_in_use_is_refused_a_minute_after_its_revocation(revoked_at_the_start: Api) -> None:
    def status() -> int:
        return revoked_at_the_start.call("GET", "/endpoints").status_code

    eventually(status, lambda found: found == 401, within=70)


def test_the_list_of_keys_shows_no_key(api: Api, operator: Operator) -> None:
    [key] = operator.keys_of(api.tenant)
    assert key == {
        "id": key["id"],
        "tenant": api.tenant,
        "scopes": ["admin"],
        "createdAt": key["createdAt"],
        "rateLimit": None,
        "revokedAt": None,
    }
    assert key["id"].startswith("key_")
    assert api.key not in operator.run("keys", "list").stdout


def test_a_revoked_key_stays_in_the_list(api: Api, operator: Operator) -> None:
    operator.revoke_all_of(api.tenant)
    [key] = operator.keys_of(api.tenant)
    assert key["revokedAt"] is not None


@pytest.mark.parametrize(("arguments", "says"), [
    (["keys", "create", "--tenant", "a b", "--scopes", "admin"], "tenant"),
    (["keys", "create", "--tenant", "acme", "--scopes", "everything"], "everything"),
    (["keys", "create", "--tenant", "acme"], "--scopes"),
    (["keys", "create", "--tenant", "acme", "--scopes", "admin", "--rate-limit", "0"], "1 to 500"),
    (["keys", "create", "--tenant", "acme", "--scopes", "admin", "--rate-limit", "501"], "1 to 500"),
    (["keys", "create", "--tenant", "acme", "--scopes", "admin", "--rate-limit", "1.5"], "1 to 500"),
    (["keys", "revoke", "rail_abc"], "key"),
    (["keys", "revoke", "key_01M85799PFY4HXC6CAM002M5T7"], "no such key"),
])
def test_a_wrong_use_of_the_command_is_explained(operator: Operator, arguments: list[str], says: str) -> None:
    done = operator.run(*arguments)
    assert done.returncode in (1, 2)
    assert says in done.stderr
