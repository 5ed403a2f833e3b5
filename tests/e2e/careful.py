"""A client as the API wants it: who gets no answer that settles the matter asks again, for the very same."""

from collections.abc import Callable

import requests
from client import Api, Json

# More than the faults that any test orders for one request.
MOST_TRIES = 10


def publish_once(api: Api, key: str, body: bytes, path: str = "/events") -> requests.Response | None:
    """None when no answer came, or one that says nothing of the event."""
    headers = {"Idempotency-Key": key, "content-type": "application/json"}
    return settled(lambda: api.call("POST", path, data=body, headers=headers))


def publish(api: Api, key: str, body: bytes) -> Json:
    """The event, as soon as it is promised."""
    for _ in range(MOST_TRIES):
        answer = publish_once(api, key, body)
        if answer is not None:
            assert answer.status_code == 202, answer.text
            return answer.json()
    raise AssertionError(f"No promise within {MOST_TRIES} tries")


def retry(api: Api, event_id: str) -> None:
    """Returns when a retry of a failed event is promised, or it shows that an earlier try had brought it about."""
    for earlier_tries in range(MOST_TRIES):
        answer = settled(lambda: api.call("POST", f"/events/{event_id}/retry"))
        if answer is not None:
            assert answer.status_code == 202 or (earlier_tries and answer.status_code == 409), answer.text
            return
    raise AssertionError(f"No retry within {MOST_TRIES} tries")


def settled(call: Callable[[], requests.Response]) -> requests.Response | None:
    try:
        answer = call()
    except requests.ConnectionError:
        return None
    return answer if answer.status_code < 500 else None
