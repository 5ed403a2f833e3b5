"""GET /v1/webhooks/events: 250 events, newest first, page by page and through every filter."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from announcements import ENDPOINT_DISABLED
from aws import Behind
from client import Api, refused, timestamp
from receiver import Answer, Receiver
from tenants import NewTenant
from waiting import eventually

COUNT = 250
# Time to look at what an attempt finds before it ends, and less than it may take.
UNDER_WAY_SECONDS = 2.5
TYPES = ("contract.created", "contract.updated", "kyc.verified", "billing.invoice.paid")


@dataclass(frozen=True)
class Log:
    """A tenant's 250 events, each delivered to one endpoint, and some kept by others. The newest is the rail's own, which
    tells of the disabled endpoint."""

    api: Api
    types: dict[str, str]
    """Of the events, by id, newest first."""
    open: str
    """The endpoint that takes everything."""
    paused: str
    """The endpoint that keeps every kyc.verified."""
    disabled: str
    """The endpoint to which every billing.invoice.paid failed."""

    @property
    def ids(self) -> list[str]:
        return list(self.types)

    def of(self, *types: str) -> list[str]:
        return [event_id for event_id, event_type in self.types.items() if event_type in types]


@pytest.fixture(scope="module")
def log(new_tenant: NewTenant, receiver: Receiver) -> Log:
    api, url = new_tenant(), receiver.hook().url
    open_, paused, disabled = (
        api.create_endpoint(url, [pattern])["id"] for pattern in ("*", "kyc.*", "billing.*")
    )
    for kept_back in (paused, disabled):
        api.update_endpoint(kept_back, status="paused")
    with ThreadPoolExecutor(8) as pool:
        published = list(pool.map(lambda number: api.publish(TYPES[number % len(TYPES)]), range(COUNT - 1)))
    api.update_endpoint(disabled, status="disabled")
    published += eventually(lambda: api.all("/events", type=ENDPOINT_DISABLED))
    types = {event["id"]: event["type"] for event in sorted(published, key=lambda event: event["id"], reverse=True)}
    log = Log(api, types, open_, paused, disabled)

    def settled() -> list[int]:
        of = ((open_, "delivered"), (paused, "pending"), (disabled, "failed"))
        return [len(api.all("/events", limit=100, endpointId=endpoint, status=status)) for endpoint, status in of]

    expected = [COUNT, len(log.of("kyc.verified")), len(log.of("billing.invoice.paid"))]
    eventually(settled, lambda counts: counts == expected, within=30)
    return log


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in events]


@pytest.mark.parametrize("limit", [100, 37])
def test_250_events_are_paged_newest_first_without_gap_or_repeat(log: Log, limit: int) -> None:
    pages = list(log.api.pages("/events", limit=limit))
    assert [len(page) for page in pages[:-1]] == [limit] * (COUNT // limit)
    assert ids(sum(pages, [])) == log.ids
    times = [timestamp(event["createdAt"]) for page in pages for event in page]
    assert times == sorted(times, reverse=True)


def test_250_events_of_an_endpoint_are_paged_newest_first_without_gap_or_repeat(log: Log) -> None:
    pages = list(log.api.pages("/events", endpointId=log.open, limit=60))
    assert [len(page) for page in pages] == [60, 60, 60, 60, 10]
    assert ids(sum(pages, [])) == log.ids


def test_a_page_has_20_events_unless_it_is_told_otherwise(log: Log) -> None:
    assert ids(log.api.page("/events")["data"]) == log.ids[:20]
    assert ids(log.api.page("/events", limit=1)["data"]) == log.ids[:1]


def test_events_that_come_meanwhile_do_not_move_the_pages(api: Api) -> None:
    before = [api.publish()["id"] for _ in range(4)]
    first = api.page("/events", limit=2)
    api.publish()
    second = api.page("/events", limit=2, cursor=first["nextCursor"])
    assert ids(first["data"]) + ids(second["data"]) == before[::-1]
    assert second["hasMore"] is False


def test_a_page_ends_before_its_deliveries_are_more_than_an_answer_can_hold(api: Api, behind: Behind) -> None:
    original = api.publish()["id"]
    copies = behind.copy_event(api.tenant, original, copies=25, endpoints=500)
    pages = list(api.pages("/events", limit=100))
    assert [sum(len(event["deliveries"]) for event in page) for page in pages] == [10_000, 2_500]
    assert ids(sum(pages, [])) == sorted([original, *copies], reverse=True)
    # What a filter passes over counts too. The original alone, which has no endpoint, is delivered.
    filtered = list(api.pages("/events", limit=100, status="delivered"))
    assert (len(filtered), ids(sum(filtered, []))) == (2, [original])


def test_a_listed_event_is_the_event_that_is_read_without_its_data(log: Log) -> None:
    [listed] = log.api.page("/events", limit=1)["data"]
    event = log.api.event(listed["id"])
    del event["data"]
    assert listed == event


@pytest.mark.parametrize("event_type", TYPES)
def test_a_list_is_filtered_by_type(log: Log, event_type: str) -> None:
    assert ids(log.api.all("/events", type=event_type, limit=25)) == log.of(event_type)


def test_a_list_of_a_type_that_nobody_published_is_empty(log: Log) -> None:
    assert log.api.page("/events", type="contract") == {"data": [], "nextCursor": None, "hasMore": False}


@pytest.mark.parametrize(("status", "types"), [
    ("delivered", ("contract.created", "contract.updated", ENDPOINT_DISABLED)),
    ("pending", ("kyc.verified",)),
    ("failed", ("billing.invoice.paid",)),
    ("retrying", ()),
])
def test_a_list_is_filtered_by_the_status_of_the_event(log: Log, status: str, types: tuple[str, ...]) -> None:
    found = log.api.all("/events", status=status, limit=30)
    assert ids(found) == log.of(*types)
    assert {event["status"] for event in found} <= {status}


def test_an_endpoints_list_shows_its_own_delivery_alone_and_its_status(log: Log) -> None:
    for endpoint_id, status in ((log.open, "delivered"), (log.paused, "pending")):
        found = log.api.all("/events", endpointId=endpoint_id, type="kyc.verified", limit=100)
        assert ids(found) == log.of("kyc.verified")
        assert {event["status"] for event in found} == {status}
        assert {delivery["endpointId"] for event in found for delivery in event["deliveries"]} == {endpoint_id}
        assert {len(event["deliveries"]) for event in found} == {1}


@pytest.mark.parametrize("first_attempt", [
    Answer(200, delay_seconds=UNDER_WAY_SECONDS), Answer(503, {"Retry-After": "3600"}, delay_seconds=UNDER_WAY_SECONDS),
], ids=["accepted", "refused"])
def test_an_endpoints_list_shows_a_delivery_from_its_first_attempt_on(
    api: Api, receiver: Receiver, first_attempt: Answer,
) -> None:
    hook = receiver.hook(first_attempt)
    endpoint_id = api.create_endpoint(hook.url)["id"]
    event_id = api.publish()["id"]
    hook.wait_for(1)
    assert api.all("/events", endpointId=endpoint_id) == []
    for event in (api.event(event_id), *api.all("/events"), *api.all("/events", status="pending")):
        assert (event["id"], event["status"]) == (event_id, "pending")
        assert (event["deliveries"][0]["endpointId"], event["deliveries"][0]["attempts"]) == (endpoint_id, 0)

    status = "delivered" if first_attempt.status == 200 else "retrying"
    api.wait_for_event(event_id, status)
    [listed] = api.all("/events", endpointId=endpoint_id)
    assert (listed["id"], listed["status"], listed["deliveries"][0]["attempts"]) == (event_id, status, 1)


def test_an_endpoints_failed_deliveries_are_paged_without_gap_or_repeat(log: Log) -> None:
    pages = list(log.api.pages("/events", endpointId=log.disabled, status="failed", limit=7))
    assert {len(page) for page in pages[:-1]} == {7}
    assert ids(sum(pages, [])) == log.of("billing.invoice.paid")
    assert {event["deliveries"][0]["reason"] for page in pages for event in page} == {"endpoint_disabled"}


def test_filters_of_an_endpoint_add_up(log: Log) -> None:
    failed = {"endpointId": log.disabled, "status": "failed"}
    assert ids(log.api.all("/events", type="billing.invoice.paid", **failed)) == log.of("billing.invoice.paid")
    assert log.api.all("/events", type="kyc.verified", **failed) == []
    assert log.api.all("/events", endpointId=log.disabled, status="delivered") == []
    assert log.api.all("/events", endpointId=log.disabled, status="retrying") == []
    assert log.api.all("/events", endpointId=log.open, status="failed") == []


def test_a_list_of_an_endpoint_that_never_was_is_not_found(log: Log) -> None:
    parameters = {"endpointId": "we_01M85799PFY4HXC6CAM002M5T7"}
    refused(log.api.call("GET", "/events", params=parameters), 404, "NOT_FOUND")


def test_a_cursor_is_good_for_the_list_that_gave_it_alone(log: Log, new_tenant: NewTenant) -> None:
    cursor = log.api.page("/events", limit=10)["nextCursor"]
    other = new_tenant()
    assert log.api.page("/events", limit=50, cursor=cursor)["data"]

    forged = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for api, path, parameters in (
        (log.api, "/events", {"cursor": forged}),
        (log.api, "/events", {"cursor": cursor[:-4]}),
        (log.api, "/events", {"cursor": cursor, "type": "kyc.verified"}),
        (log.api, "/events", {"cursor": cursor, "status": "failed"}),
        (log.api, "/events", {"cursor": cursor, "endpointId": log.open}),
        (log.api, "/endpoints", {"cursor": cursor}),
        (log.api, f"/events/{log.ids[0]}/attempts", {"cursor": cursor}),
        (other, "/events", {"cursor": cursor}),
    ):
        refused(api.call("GET", path, params=parameters), 400, "VALIDATION_FAILED", "cursor")


def test_a_parameter_given_twice_is_refused(log: Log) -> None:
    response = log.api.call("GET", "/events", params=[("status", "failed"), ("status", "pending")])
    refused(response, 400, "VALIDATION_FAILED", "status")
