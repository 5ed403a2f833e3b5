"""The catalog of event types: what comes with the rail, and what an operator makes of it."""

import uuid

import pytest
from client import Api, Json, refused
from stack import Stack
from tenants import NewTenant

BUILT_IN = [
    "billing.invoice.created", "billing.invoice.paid", "compliance.alert.triggered", "compliance.check.completed",
    "contract.activated", "contract.closed", "contract.created", "contract.matured", "contract.updated", "kyc.expired",
    "kyc.rejected", "kyc.submitted", "kyc.verified",
]
SCHEMA = {"type": "object", "required": ["orderId"], "properties": {"orderId": {"type": "string"}}}


@pytest.fixture(scope="module")
def operator(new_tenant: NewTenant) -> Api:
    return new_tenant(["event-types:write"])


def own_name() -> str:
    """A name that no other test has: the catalog is one for all."""
    return f"order.t{uuid.uuid4().hex}"


def put(operator: Api, name: str, status: int = 201, **fields: object) -> Json:
    body = {"description": "Sent when an order has been placed.", **fields}
    return operator.expect(status, "PUT", f"/event-types/{name}", json=body)


def test_the_types_that_come_with_the_rail_are_there_from_the_start(api: Api) -> None:
    found = {each["name"]: each for each in api.all("/event-types")}
    assert [name for name in found if name in BUILT_IN] == BUILT_IN
    for name in BUILT_IN:
        assert found[name].keys() == {"name", "description", "schema", "example", "updatedAt"}
        assert found[name]["description"]
        assert found[name]["schema"]["type"] == "object"
        assert set(found[name]["schema"]["required"]) <= found[name]["example"].keys()
        assert found[name]["updatedAt"] is None
        assert api.expect(200, "GET", f"/event-types/{name}") == found[name]


def test_the_catalog_is_read_in_pages_by_name(api: Api) -> None:
    names = [each["name"] for page in api.pages("/event-types", limit=5) for each in page]
    assert names == sorted(names)
    assert set(BUILT_IN) <= set(names)


@pytest.mark.parametrize("scope", ["endpoints:read", "endpoints:write", "events:publish", "events:read", "events:write", "admin"])
def test_any_key_reads_it_and_none_of_these_changes_it(new_tenant: NewTenant, scope: str) -> None:
    """Not even `admin`: that is of one tenant, and the catalog is of all."""
    holder = new_tenant([scope])
    assert holder.page("/event-types")["data"]
    before = holder.expect(200, "GET", "/event-types/contract.created")
    answer = holder.call("PUT", "/event-types/contract.created", json={"description": "Mine."})
    assert "event-types:write" in refused(answer, 403, "FORBIDDEN")["message"]
    refused(holder.call("DELETE", "/event-types/contract.created"), 403, "FORBIDDEN")
    assert holder.expect(200, "GET", "/event-types/contract.created") == before


def test_a_type_is_added_changed_and_removed(api: Api, operator: Api) -> None:
    name = own_name()
    refused(api.call("GET", f"/event-types/{name}"), 404, "NOT_FOUND")
    added = put(operator, name, schema=SCHEMA, example={"orderId": "o_1"})
    assert (added["name"], added["schema"], added["example"]) == (name, SCHEMA, {"orderId": "o_1"})
    assert added["updatedAt"]
    assert api.expect(200, "GET", f"/event-types/{name}") == added
    assert added in api.all("/event-types")
    changed = put(operator, name, 200, description="Changed.")
    assert (changed["description"], changed["schema"], changed["example"]) == ("Changed.", None, None)
    operator.expect(204, "DELETE", f"/event-types/{name}")
    refused(api.call("GET", f"/event-types/{name}"), 404, "NOT_FOUND")
    refused(operator.call("DELETE", f"/event-types/{name}"), 404, "NOT_FOUND")


def test_one_that_came_with_the_rail_is_removed_and_put_back(api: Api, operator: Api) -> None:
    name = "contract.matured"
    original = api.expect(200, "GET", f"/event-types/{name}")
    operator.expect(204, "DELETE", f"/event-types/{name}")
    refused(api.call("GET", f"/event-types/{name}"), 404, "NOT_FOUND")
    assert name not in {each["name"] for each in api.all("/event-types")}
    refused(operator.call("DELETE", f"/event-types/{name}"), 404, "NOT_FOUND")
    fields = {field: original[field] for field in ("description", "schema", "example")}
    back = put(operator, name, **fields)
    assert {field: back[field] for field in fields} == fields
    put(operator, name, 200, **fields)


def test_a_schema_is_kept_to_the_letter(api: Api, operator: Api) -> None:
    name = own_name()
    text = '{"description":"x","schema":{"type":"object","properties":{"b":{"maximum":1.10},"a":{}}},"example":{"b":1.10}}'
    operator.expect(201, "PUT", f"/event-types/{name}", data=text)
    found = api.call("GET", f"/event-types/{name}").text
    assert '"schema":{"type":"object","properties":{"b":{"maximum":1.10},"a":{}}},"example":{"b":1.10}' in found


@pytest.mark.parametrize(("body", "field"), [
    ({}, "description"),
    ({"description": " "}, "description"),
    ({"description": "x" * 1001}, "description"),
    ({"description": "x", "schema": True}, "schema"),
    ({"description": "x", "schema": {"type": "objekt"}}, "schema"),
    ({"description": "x", "schema": {"$ref": "https://example.com/a.json"}}, "schema"),
    ({"description": "x", "schema": {"$ref": "file:///etc/passwd"}}, "schema"),
    ({"description": "x", "schema": {"description": "y" * 17_000}}, "schema"),
    ({"description": "x", "schema": SCHEMA, "example": {}}, "example"),
    ({"description": "x", "schema": SCHEMA, "example": {"orderId": 1}}, "example"),
    ({"description": "x", "example": -0.5}, "example"),
    ({"description": "x", "example": [{}]}, "example"),
    ({"description": "x", "example": {"a": "y" * 17_000}}, "example"),
    ({"description": "x", "name": "a.b"}, "name"),
])
def test_what_is_no_entry_of_a_catalog_is_refused(operator: Api, body: Json, field: str) -> None:
    name = own_name()
    refused(operator.call("PUT", f"/event-types/{name}", json=body), 400, "VALIDATION_FAILED", field)
    refused(operator.call("GET", f"/event-types/{name}"), 404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["a..b", "a b", "contract.*", "x" * 129])
def test_what_is_no_name_is_refused(operator: Api, name: str) -> None:
    answer = operator.call("PUT", f"/event-types/{name}", json={"description": "x"})
    refused(answer, 400, "VALIDATION_FAILED", "name")


def test_where_publishing_is_not_strict_any_type_may_be_published(api: Api) -> None:
    assert api.publish("nobody.described.this", {"any": ["thing"]})["type"] == "nobody.described.this"


def test_the_catalog_of_one_stack_is_the_same_for_all_its_tenants(stack: Stack, operator: Api, new_tenant: NewTenant) -> None:
    name = own_name()
    put(operator, name)
    one, other = new_tenant(), new_tenant()
    assert one.expect(200, "GET", f"/event-types/{name}") == other.expect(200, "GET", f"/event-types/{name}")
