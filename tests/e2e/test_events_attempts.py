"""GET /v1/webhooks/events/{id}/attempts: what each kind of answer, and of silence, is recorded as."""

import socket
from typing import Any

import pytest
from client import Api, timestamp
from receiver import Answer, Receiver
from stacks import ATTEMPT_TIMEOUT_SECONDS

HOUR = {"Retry-After": "3600"}


def first_attempt(api: Api, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is recorded of the first attempt to deliver an event to this URL, and the delivery after it."""
    api.create_endpoint(url)
    event_id = api.publish()["id"]
    delivery = api.wait_for_delivery(event_id, lambda delivery: delivery["attempts"] == 1)
    [attempt] = api.attempts(event_id)
    return attempt, delivery


def test_an_accepted_attempt_is_recorded_in_full(api: Api, receiver: Receiver) -> None:
    attempt, delivery = first_attempt(api, receiver.hook(Answer(204, body=b"")).url)
    assert attempt == {
        "endpointId": delivery["endpointId"],
        "number": 1,
        "round": 1,
        "trigger": "policy",
        "startedAt": delivery["lastAttemptAt"],
        "durationMs": attempt["durationMs"],
        "outcome": "accepted",
        "responseStatus": 204,
        "error": None,
        "responseBody": "",
    }
    assert 0 <= attempt["durationMs"] < 1000 * ATTEMPT_TIMEOUT_SECONDS
    assert delivery["status"] == "delivered"


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_every_2xx_is_success(api: Api, receiver: Receiver, status: int) -> None:
    attempt, delivery = first_attempt(api, receiver.hook(Answer(status)).url)
    assert (attempt["outcome"], attempt["responseStatus"], delivery["status"]) == ("accepted", status, "delivered")


@pytest.mark.parametrize("status", [304, 400, 401, 404, 429, 500, 503])
def test_every_other_answer_is_refusal_and_will_be_tried_again(api: Api, receiver: Receiver, status: int) -> None:
    attempt, delivery = first_attempt(api, receiver.hook(Answer(status, HOUR, b"no")).url)
    assert (attempt["outcome"], attempt["responseStatus"]) == ("refused", status)
    assert (attempt["error"], attempt["responseBody"]) == (None, "" if status == 304 else "no")
    assert delivery["status"] == "retrying"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_is_refusal(api: Api, receiver: Receiver, status: int) -> None:
    elsewhere = receiver.hook()
    attempt, delivery = first_attempt(api, receiver.hook(Answer(status, {"Location": elsewhere.url})).url)
    assert (attempt["outcome"], attempt["responseStatus"]) == ("refused", status)
    assert delivery["status"] == "retrying"
    assert elsewhere.requests == []


def test_no_answer_within_the_time_out_is_recorded_as_such(api: Api, receiver: Receiver) -> None:
    attempt, delivery = first_attempt(api, receiver.hook(Answer(delay_seconds=ATTEMPT_TIMEOUT_SECONDS + 3)).url)
    assert (attempt["outcome"], attempt["responseStatus"], attempt["responseBody"]) == ("timed_out", None, None)
    assert 1000 * ATTEMPT_TIMEOUT_SECONDS <= attempt["durationMs"] < 1000 * (ATTEMPT_TIMEOUT_SECONDS + 2)
    assert "time-out" in attempt["error"]
    assert delivery["status"] == "retrying"


def test_an_answer_whose_body_never_ends_counts_by_its_status(api: Api, receiver: Receiver) -> None:
    attempt, delivery = first_attempt(api, receiver.hook(Answer(200, body=b"begun", endless=True)).url)
    assert (attempt["outcome"], attempt["responseBody"]) == ("accepted", "begun")
    assert delivery["status"] == "delivered"


def test_a_refused_connection_is_recorded_as_unreachable(api: Api) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and nobody listens
        attempt, delivery = first_attempt(api, f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert (attempt["outcome"], attempt["responseStatus"], attempt["responseBody"]) == ("unreachable", None, None)
    assert "refused" in attempt["error"]
    assert delivery["status"] == "retrying"


def test_an_answer_that_is_not_http_is_recorded_as_unreachable(api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        api.create_endpoint(f"http://127.0.0.1:{server.getsockname()[1]}/")
        event_id = api.publish()["id"]
        server.settimeout(10)
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"220 smtp.example.com ready\r\n")
            api.wait_for_event(event_id, "retrying")
    [attempt] = api.attempts(event_id)
    assert (attempt["outcome"], attempt["responseStatus"]) == ("unreachable", None)


@pytest.mark.parametrize(("body", "kept"), [
    (b"x" * 5000, "x" * 1024),
    (b"x" * 1_000_000, "x" * 1024),
    ("ä".encode() * 1000, "ä" * 512),
    (b"\xff\xfe\x00", "\ufffd\ufffd\0"),
], ids=["5 KB", "1 MB", "umlauts", "no text"])
def test_the_first_kilobyte_of_the_answer_is_kept(api: Api, receiver: Receiver, body: bytes, kept: str) -> None:
    attempt, _ = first_attempt(api, receiver.hook(Answer(200, body=body)).url)
    assert attempt["responseBody"] == kept


def test_gone_disables_the_endpoint_and_fails_the_delivery(api: Api, receiver: Receiver) -> None:
    attempt, delivery = first_attempt(api, receiver.hook(Answer(410)).url)
    assert (attempt["outcome"], attempt["responseStatus"]) == ("gone", 410)
    assert (delivery["status"], delivery["reason"], delivery["nextAttemptAt"]) == ("failed", "endpoint_gone", None)
    endpoint = api.endpoint(delivery["endpointId"])
    assert (endpoint["status"], endpoint["disabledReason"]) == ("disabled", "gone")
    assert api.publish()["deliveries"] == []


def test_attempts_of_all_endpoints_are_listed_in_order_and_page_by_page(api: Api, receiver: Receiver) -> None:
    endpoints = {api.create_endpoint(receiver.hook().url)["id"] for _ in range(5)}
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "delivered")
    attempts = api.attempts(event_id)
    assert {attempt["endpointId"] for attempt in attempts} == endpoints
    times = [timestamp(attempt["startedAt"]) for attempt in attempts]
    assert times == sorted(times)
    pages = list(api.pages(f"/events/{event_id}/attempts", limit=2))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sum(pages, []) == attempts
