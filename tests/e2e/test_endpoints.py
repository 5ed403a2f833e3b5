"""/v1/webhooks/endpoints: what is registered is what is read, changed and removed."""

import base64

import pytest
from aws import Behind
from client import Api, refused, timestamp

URL = "https://hooks.example.com/in?a=1"


def test_a_created_endpoint_is_answered_in_full(api: Api) -> None:
    created = api.create_endpoint(
        URL,
        ["contract.*", "kyc.verified"],
        secret="a-plain-secret-of-mine",
        description="Ä line",
        metadata={"team": "core"},
        headers={"X-Token": "abc"},
        rateLimit=500,
    )
    assert created == {
        "id": created["id"],
        "url": URL,
        "events": ["contract.*", "kyc.verified"],
        "secret": "a-plain-secret-of-mine",
        "status": "active",
        "disabledReason": None,
        "disabledAt": None,
        "description": "Ä line",
        "metadata": {"team": "core"},
        "headers": {"X-Token": "abc"},
        "rateLimit": 500,
        "createdAt": created["createdAt"],
        "updatedAt": created["createdAt"],
    }
    assert created["id"].startswith("we_")
    assert len(created["id"]) == len("we_") + 26
    timestamp(created["createdAt"])


def test_what_is_left_out_at_creation_has_its_default(api: Api) -> None:
    created = api.create_endpoint(URL)
    assert created["description"] is None
    assert created["metadata"] == {}
    assert created["headers"] == {}
    assert created["rateLimit"] is None
    assert created["secret"].startswith("whsec_")
    assert len(base64.b64decode(created["secret"].removeprefix("whsec_"), validate=True)) == 32


def test_every_endpoint_gets_a_secret_of_its_own(api: Api) -> None:
    assert api.create_endpoint(URL)["secret"] != api.create_endpoint(URL)["secret"]


def test_the_secret_is_shown_once_only(api: Api) -> None:
    created = api.create_endpoint(URL)
    del created["secret"]
    assert api.endpoint(created["id"]) == created
    assert api.page("/endpoints")["data"] == [created]
    assert "secret" not in api.update_endpoint(created["id"], description="changed")


def test_the_secret_is_not_in_the_table_in_the_clear(api: Api, behind: Behind) -> None:
    created = api.create_endpoint(URL)
    item = str(behind.endpoint_item(api.tenant, created["id"]))
    assert created["id"] in item
    assert created["secret"] not in item
    assert str(base64.b64decode(created["secret"].removeprefix("whsec_"))) not in item


def test_a_pattern_given_twice_counts_once(api: Api) -> None:
    assert api.create_endpoint(URL, ["a.b", "*", "a.b"])["events"] == ["a.b", "*"]


def test_a_change_leaves_what_it_does_not_name(api: Api) -> None:
    expected = api.create_endpoint(URL, description="a", metadata={"a": "1"}, headers={"X-A": "1"})
    endpoint_id = expected["id"]
    del expected["secret"]
    for field, value in {
        "url": "https://other.example.com/",
        "events": ["kyc.*"],
        "status": "paused",
        "description": "b",
        "metadata": {"b": "2"},
        "headers": {"X-B": "2"},
        "rateLimit": 1,
    }.items():
        changed = api.update_endpoint(endpoint_id, **{field: value})
        assert timestamp(changed["updatedAt"]) > timestamp(expected["updatedAt"])
        expected |= {field: value, "updatedAt": changed["updatedAt"]}
        assert changed == expected
    assert api.endpoint(endpoint_id) == expected


@pytest.mark.parametrize(("field", "value"), [("description", "a"), ("rateLimit", 5)])
def test_null_removes_what_an_endpoint_need_not_have_and_its_absence_does_not(
    api: Api, field: str, value: object,
) -> None:
    endpoint_id = api.create_endpoint(URL, **{field: value})["id"]
    assert api.update_endpoint(endpoint_id, metadata={})[field] == value
    assert api.update_endpoint(endpoint_id, **{field: None})[field] is None


@pytest.mark.parametrize("status", ["active", "paused"])
def test_a_disabled_endpoint_says_why_and_since_when_until_it_is_open_again(api: Api, status: str) -> None:
    endpoint_id = api.create_endpoint(URL)["id"]
    disabled = api.update_endpoint(endpoint_id, status="disabled")
    assert (disabled["status"], disabled["disabledReason"]) == ("disabled", "manual")
    assert timestamp(disabled["createdAt"]) < timestamp(disabled["disabledAt"]) <= timestamp(disabled["updatedAt"])
    again = api.update_endpoint(endpoint_id, status="disabled")
    assert (again["disabledReason"], again["disabledAt"]) == ("manual", disabled["disabledAt"])
    opened = api.update_endpoint(endpoint_id, status=status)
    assert (opened["status"], opened["disabledReason"], opened["disabledAt"]) == (status, None, None)


def test_a_deleted_endpoint_is_gone(api: Api) -> None:
    endpoint_id = api.create_endpoint(URL)["id"]
    response = api.call("DELETE", f"/endpoints/{endpoint_id}")
    assert (response.status_code, response.content) == (204, b"")
    refused(api.call("GET", f"/endpoints/{endpoint_id}"), 404, "NOT_FOUND")
    refused(api.call("PATCH", f"/endpoints/{endpoint_id}", json={"status": "active"}), 404, "NOT_FOUND")
    refused(api.call("DELETE", f"/endpoints/{endpoint_id}"), 404, "NOT_FOUND")
    assert api.page("/endpoints") == {"data": [], "nextCursor": None, "hasMore": False}


def test_endpoints_are_listed_oldest_first_and_page_by_page(api: Api) -> None:
    ids = [api.create_endpoint(URL)["id"] for _ in range(5)]
    pages = [[endpoint["id"] for endpoint in page] for page in api.pages("/endpoints", limit=2)]
    assert pages == [ids[:2], ids[2:4], ids[4:]]
    assert [endpoint["id"] for endpoint in api.page("/endpoints")["data"]] == ids


def test_a_last_page_that_is_full_has_no_next(api: Api) -> None:
    for _ in range(2):
        api.create_endpoint(URL)
    assert api.page("/endpoints", limit=2)["hasMore"] is False


def test_a_tenant_has_at_most_500_endpoints(api: Api, behind: Behind) -> None:
    endpoint_id = api.create_endpoint(URL)["id"]
    behind.copy_endpoint(api.tenant, endpoint_id, copies=499)
    error = refused(api.call("POST", "/endpoints", json={"url": URL, "events": ["*"]}), 409, "CONFLICT")
    assert "500" in error["message"]
    ids = [endpoint["id"] for endpoint in api.all("/endpoints", limit=100)]
    assert len(ids) == len(set(ids)) == 500
    api.delete_endpoint(endpoint_id)
    api.create_endpoint(URL)
