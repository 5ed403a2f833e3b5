"""Where the operator asks for it, what is published must be as the catalog says."""

from collections.abc import Iterator

import pytest
import stacks
from client import Api, Json, refused
from stack import Stack
from tenants import tenants_of

INVOICE = {"invoiceId": "inv_1", "customerId": "u_1", "amount": {"amount": "1.10", "currency": "EUR"},
           "createdAt": "2026-11-24T10:30:00Z", "dueAt": "2026-12-24T10:30:00Z"}


@pytest.fixture(scope="module")
def strict() -> Iterator[Stack]:
    with stacks.strict() as stack:
        yield stack
        stacks.assert_no_fault_of_its_own(stack)


@pytest.fixture(scope="module")
def publisher(strict: Stack) -> Api:
    return tenants_of(strict)()


def published(publisher: Api, event_type: str, data: Json):
    return publisher.call("POST", "/events", json={"type": event_type, "data": data})


def test_what_fits_is_published(publisher: Api) -> None:
    assert published(publisher, "billing.invoice.created", INVOICE).status_code == 202


def test_every_example_of_the_catalog_may_be_published(publisher: Api) -> None:
    for each in publisher.all("/event-types"):
        assert published(publisher, each["name"], each["example"]).status_code == 202, each["name"]


def test_an_unknown_type_is_refused_and_the_nearest_named(publisher: Api) -> None:
    error = refused(published(publisher, "contract.crated", {}), 400, "VALIDATION_FAILED", "type")
    assert "did you mean `contract.created`?" in error["message"]
    error = refused(published(publisher, "user.deleted", {}), 400, "VALIDATION_FAILED", "type")
    assert "did you mean" not in error["message"]


@pytest.mark.parametrize(("change", "field"), [
    ({"customerId": 7}, "data.customerId"),
    ({"amount": {"amount": "1.10", "currency": "euro"}}, "data.amount.currency"),
    ({"amount": {"amount": "1.10"}}, "data.amount.currency"),
])
def test_data_that_do_not_fit_are_refused_where_they_do_not(publisher: Api, change: Json, field: str) -> None:
    refused(published(publisher, "billing.invoice.created", INVOICE | change), 400, "VALIDATION_FAILED", field)


def test_in_a_batch_each_is_judged_for_itself(publisher: Api) -> None:
    events = [
        {"type": "billing.invoice.created", "data": INVOICE},
        {"type": "billing.invoice.creatd", "data": INVOICE},
        {"type": "billing.invoice.created", "data": {}},
    ]
    answer = publisher.expect(207, "POST", "/events/batch", json={"events": events})
    assert [result["status"] for result in answer["data"]] == [202, 400, 400]
    assert (answer["accepted"], answer["refused"]) == (1, 2)


def test_what_the_operator_describes_is_in_force(strict: Stack, publisher: Api) -> None:
    operator = tenants_of(strict)(["event-types:write"])
    operator.expect(201, "PUT", "/event-types/order.placed", json={
        "description": "Sent when an order has been placed.", "schema": {"required": ["orderId"]},
    })
    refused(published(publisher, "order.placed", {}), 400, "VALIDATION_FAILED", "data.orderId")
    assert published(publisher, "order.placed", {"orderId": "o_1"}).status_code == 202


def test_the_rail_s_own_events_are_not_held_to_the_catalog(publisher: Api) -> None:
    endpoint_id = publisher.create_endpoint("https://hooks.example.com/")["id"]
    assert publisher.test_endpoint(endpoint_id)["type"] == "webhook.test"
