"""Bad input to /v1/webhooks/endpoints: a clear error, and nothing is made or changed."""

from typing import Any

import pytest
from client import Api, refused
from tenants import NewTenant

GOOD = {"url": "https://hooks.example.com/", "events": ["*"]}

# What both routes read from their bodies: name of the case, body, the field that the error is about.
BAD_BODIES: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{", "body"),
    "something after the JSON": (b'{"url":"https://hooks.example.com/","events":["*"]} x', "body"),
    "an array": (b"[]", "body"),
    "a text": (b'"https://hooks.example.com/"', "body"),
    "null": (b"null", "body"),
    "no body": (b"", "body"),
    "white space": (b"  \n", "body"),
    "not UTF-8": (b'{"url":"https://hooks.example.com/\xff","events":["*"]}', "body"),
    "half a surrogate pair": (rb'{"url":"https://hooks.example.com/","events":["*"],"description":"\ud800"}', "body"),
    "deeply nested": (b'{"metadata":' + b"[" * 100_000, "metadata"),
    "a field twice": (b'{"url":"https://a.example.com/","url":"https://b.example.com/","events":["*"]}', "body"),
    "an unknown field": (GOOD | {"evnts": ["*"]}, "evnts"),
    "an id": (GOOD | {"id": "we_01M85799PFY4HXC6CAM002M5T7"}, "id"),
    "a URL that is a number": (GOOD | {"url": 5}, "url"),
    "a URL that is an object": (GOOD | {"url": {}}, "url"),
    "no URL": (GOOD | {"url": "nonsense"}, "url"),
    "an empty URL": (GOOD | {"url": ""}, "url"),
    "a URL of another scheme": (GOOD | {"url": "ftp://example.com/"}, "url"),
    "a URL with credentials": (GOOD | {"url": "https://user:pass@example.com/"}, "url"),
    "a URL with a fragment": (GOOD | {"url": "https://example.com/#top"}, "url"),
    "a URL with a line break": (GOOD | {"url": "https://example.com/\nx"}, "url"),
    "a URL of 5 kB": (GOOD | {"url": "https://example.com/" + "x" * 5000}, "url"),
    "events that are a text": (GOOD | {"events": "*"}, "events"),
    "no events": (GOOD | {"events": []}, "events"),
    "300 patterns": (GOOD | {"events": [f"type.n{number}" for number in range(300)]}, "events"),
    "a pattern that is a number": (GOOD | {"events": ["*", 5]}, "events[1]"),
    "an empty pattern": (GOOD | {"events": [""]}, "events[0]"),
    "contract.": (GOOD | {"events": ["contract."]}, "events[0]"),
    ".*": (GOOD | {"events": [".*"]}, "events[0]"),
    "con*tract": (GOOD | {"events": ["a.*", "con*tract"]}, "events[1]"),
    "contract*": (GOOD | {"events": ["contract*"]}, "events[0]"),
    "*.created": (GOOD | {"events": ["*.created"]}, "events[0]"),
    "**": (GOOD | {"events": ["**"]}, "events[0]"),
    "a space in a pattern": (GOOD | {"events": ["contract created"]}, "events[0]"),
    "a pattern of 200 characters": (GOOD | {"events": ["x" * 200]}, "events[0]"),
    "a description that is a number": (GOOD | {"description": 5}, "description"),
    "a description of 501 characters": (GOOD | {"description": "ä" * 501}, "description"),
    "metadata that is a list": (GOOD | {"metadata": []}, "metadata"),
    "metadata that is no text": (GOOD | {"metadata": {"a": 1}}, "metadata.a"),
    "too much metadata": (GOOD | {"metadata": {"a": "x" * 9000}}, "metadata"),
    "51 entries of metadata": (GOOD | {"metadata": {str(number): "" for number in range(51)}}, "metadata"),
    "a header with a line break": (GOOD | {"headers": {"X-A": "a\r\nX-B: b"}}, "headers"),
    "a header without a name": (GOOD | {"headers": {"": "a"}}, "headers"),
    "a header that signs": (GOOD | {"headers": {"Webhook-Signature": "v1,x"}}, "headers"),
    "a header of the connection": (GOOD | {"headers": {"Host": "other.example.com"}}, "headers"),
    "a rate limit of nothing": (GOOD | {"rateLimit": 0}, "rateLimit"),
    "a rate limit of 501": (GOOD | {"rateLimit": 501}, "rateLimit"),
    "a negative rate limit": (GOOD | {"rateLimit": -1}, "rateLimit"),
    "a rate limit with a fraction": (GOOD | {"rateLimit": 1.5}, "rateLimit"),
    "a rate limit that is a text": (GOOD | {"rateLimit": "5"}, "rateLimit"),
    "a rate limit that is true": (GOOD | {"rateLimit": True}, "rateLimit"),
    "21 headers": (GOOD | {"headers": {f"X-{number}": "" for number in range(21)}}, "headers"),
}
BAD_CREATIONS: dict[str, tuple[Any, str]] = {
    "an empty object": ({}, "url"),
    "a URL left out": ({"events": ["*"]}, "url"),
    "a URL that is null": (GOOD | {"url": None}, "url"),
    "events left out": ({"url": GOOD["url"]}, "events"),
    "events that are null": (GOOD | {"events": None}, "events"),
    "a status": (GOOD | {"status": "paused"}, "status"),
    "a secret that is a number": (GOOD | {"secret": 1234567890123456}, "secret"),
    "an empty secret": (GOOD | {"secret": ""}, "secret"),
    "a secret of 15 characters": (GOOD | {"secret": "x" * 15}, "secret"),
    "a secret of 257 characters": (GOOD | {"secret": "x" * 257}, "secret"),
    "a secret with a space": (GOOD | {"secret": "sixteen characters"}, "secret"),
    "a secret that is not ASCII": (GOOD | {"secret": "geheim-geheim-geheimnisträger"}, "secret"),
    "whsec_ and no base64": (GOOD | {"secret": "whsec_" + "!" * 32}, "secret"),
    "whsec_ and too few bytes": (GOOD | {"secret": "whsec_c2hvcnQ="}, "secret"),
}
BAD_CHANGES: dict[str, tuple[Any, str]] = {
    "an unknown status": ({"status": "asleep"}, "status"),
    "a status that is true": ({"status": True}, "status"),
    "a status that is a number": ({"status": 5}, "status"),
    "a status that is an object": ({"status": {}}, "status"),
    "a secret": ({"secret": "a-plain-secret-of-mine"}, "secret"),
}


def cases(*tables: dict[str, tuple[Any, str]]) -> list[Any]:
    return [pytest.param(*case, id=name) for table in tables for name, case in table.items()]


def content(body: Any) -> dict[str, Any]:
    return {"data": body} if isinstance(body, bytes) else {"json": body}


@pytest.mark.parametrize(("body", "field"), cases(BAD_BODIES, BAD_CREATIONS))
def test_a_bad_creation_is_refused_and_makes_nothing(api: Api, body: Any, field: str) -> None:
    refused(api.call("POST", "/endpoints", **content(body)), 400, "VALIDATION_FAILED", field)
    assert api.page("/endpoints")["data"] == []


@pytest.fixture(scope="module")
def registered(new_tenant: NewTenant) -> tuple[Api, dict[str, Any]]:
    api = new_tenant()
    return api, api.endpoint(api.create_endpoint(GOOD["url"], description="as it was")["id"])


@pytest.mark.parametrize(("body", "field"), cases(BAD_BODIES, BAD_CHANGES))
def test_a_bad_change_is_refused_and_changes_nothing(
    registered: tuple[Api, dict[str, Any]], body: Any, field: str,
) -> None:
    api, endpoint = registered
    path = f"/endpoints/{endpoint['id']}"
    refused(api.call("PATCH", path, **content(body)), 400, "VALIDATION_FAILED", field)
    assert api.endpoint(endpoint["id"]) == endpoint


def test_an_error_does_not_repeat_the_secret(api: Api) -> None:
    response = api.call("POST", "/endpoints", json=GOOD | {"secret": "too-short-TELL"})
    assert "TELL" not in refused(response, 400, "VALIDATION_FAILED", "secret")["message"]
    assert "TELL" not in response.text


def test_a_body_that_is_far_too_long_is_refused(api: Api) -> None:
    body = GOOD | {"description": "x" * 1_000_000}
    refused(api.call("POST", "/endpoints", json=body), 413, "PAYLOAD_TOO_LARGE", "body")
    assert api.page("/endpoints")["data"] == []


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("endpoint_id", [
    "nonsense", "we_", "we_01M85799PFY4HXC6CAM002M5T", "we_01m85799pfy4hxc6cam002m5t7",
    "we_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "evt_01M85799PFY4HXC6CAM002M5T7", "WE_01M85799PFY4HXC6CAM002M5T7",
    "we_01M85799PFY4HXC6CAM002M5T7%00", "we_01M85799PFY4HXC6CAM002M5T7%20", "%F0%9F%98%80",
])
def test_an_id_of_the_wrong_kind_is_refused(api: Api, method: str, endpoint_id: str) -> None:
    body = {"json": {}} if method == "PATCH" else {}
    refused(api.call(method, f"/endpoints/{endpoint_id}", **body), 400, "VALIDATION_FAILED", "id")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_endpoint_that_never_was_is_not_found(api: Api, method: str) -> None:
    body = {"json": {}} if method == "PATCH" else {}
    error = refused(api.call(method, "/endpoints/we_01M85799PFY4HXC6CAM002M5T7", **body), 404, "NOT_FOUND")
    assert "endpoint" in error["message"]


@pytest.mark.parametrize(("parameters", "field"), [
    ({"limit": "0"}, "limit"), ({"limit": "1000"}, "limit"), ({"limit": "-1"}, "limit"), ({"limit": "abc"}, "limit"),
    ({"limit": "1.5"}, "limit"), ({"limit": ""}, "limit"), ({"limit": "99999999999999999999"}, "limit"),
    ({"cursor": ""}, "cursor"), ({"cursor": "forged"}, "cursor"), ({"cursor": "AAAAAAAAAAAAAAAAAAAA"}, "cursor"),
    ({"status": "active"}, "status"),
])
def test_a_bad_query_is_refused(api: Api, parameters: dict[str, str], field: str) -> None:
    refused(api.call("GET", "/endpoints", params=parameters), 400, "VALIDATION_FAILED", field)


def test_a_cursor_of_another_tenant_is_refused(api: Api, new_tenant: NewTenant) -> None:
    other = new_tenant()
    for tenant in (api, other):
        for _ in range(2):
            tenant.create_endpoint(GOOD["url"])
    cursor = other.page("/endpoints", limit=1)["nextCursor"]
    refused(api.call("GET", "/endpoints", params={"cursor": cursor}), 400, "VALIDATION_FAILED", "cursor")
