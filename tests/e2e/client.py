"""The API as these tests call it. A method of the happy path insists on its status; `call` takes what comes."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import requests
from waiting import eventually

Json = dict[str, Any]
# Of a ULID.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Api:
    """One tenant's view of one stack. `key=None` sends no Authorization header at all."""

    def __init__(self, stack_url: str, tenant: str, key: str | None) -> None:
        self.tenant = tenant
        self.key = key
        self._base = f"{stack_url}/v1/webhooks"
        self._session = requests.Session()
        self._session.trust_env = False
        # A connection that was idle may be closed by the emulator at the moment at which it is used again.
        self._session.headers["Connection"] = "close"
        if key is not None:
            self._session.headers["Authorization"] = f"Bearer {key}"

    def call(self, method: str, path: str, **request: Any) -> requests.Response:
        return self._session.request(method, self._base + path, timeout=30, **request)

    def expect(self, status: int, method: str, path: str, **request: Any) -> Any:
        response = self.call(method, path, **request)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def create_endpoint(self, url: str, events: list[str] | None = None, **fields: Any) -> Json:
        return self.expect(201, "POST", "/endpoints", json={"url": url, "events": events or ["*"], **fields})

    def endpoint(self, endpoint_id: str) -> Json:
        return self.expect(200, "GET", f"/endpoints/{endpoint_id}")

    def update_endpoint(self, endpoint_id: str, **fields: Any) -> Json:
        return self.expect(200, "PATCH", f"/endpoints/{endpoint_id}", json=fields)

    def rotate_secret(self, endpoint_id: str, **body: Any) -> str:
        """The new secret."""
        return self.expect(200, "POST", f"/endpoints/{endpoint_id}/rotate-secret", json=body)["secret"]

    def test_endpoint(self, endpoint_id: str) -> Json:
        """The event that tests the endpoint."""
        return self.expect(202, "POST", f"/endpoints/{endpoint_id}/test")

    def recover(self, endpoint_id: str, **period: str) -> Json:
        return self.expect(202, "POST", f"/endpoints/{endpoint_id}/recover", json=period)

    def delete_endpoint(self, endpoint_id: str) -> None:
        self.expect(204, "DELETE", f"/endpoints/{endpoint_id}")

    def publish(self, event_type: str = "contract.created", data: Json | None = None, **fields: Any) -> Json:
        return self.expect(202, "POST", "/events", json={"type": event_type, "data": data or {}, **fields})

    def publish_all(self, events: list[Json]) -> list[Json]:
        """Publishes events with one request, of which none may be refused."""
        answer = self.expect(202, "POST", "/events/batch", json={"events": events})
        assert (answer["accepted"], answer["refused"]) == (len(events), 0)
        return [result["event"] for result in answer["data"]]

    def event(self, event_id: str) -> Json:
        return self.expect(200, "GET", f"/events/{event_id}")

    def attempts(self, event_id: str) -> list[Json]:
        return self.expect(200, "GET", f"/events/{event_id}/attempts")["data"]

    def retry(self, event_id: str, **body: Any) -> Json:
        return self.expect(202, "POST", f"/events/{event_id}/retry", json=body)

    def cancel(self, event_id: str, **parameters: str) -> Json:
        return self.expect(200, "DELETE", f"/events/{event_id}/retry", params=parameters)

    def page(self, path: str, **parameters: Any) -> Json:
        return self.expect(200, "GET", path, params=parameters)

    def pages(self, path: str, **parameters: Any) -> Iterator[list[Json]]:
        """The pages of a list, by its cursors."""
        page = self.page(path, **parameters)
        yield page["data"]
        while page["hasMore"]:
            page = self.page(path, cursor=page["nextCursor"], **parameters)
            yield page["data"]
        assert page["nextCursor"] is None

    def all(self, path: str, **parameters: Any) -> list[Json]:
        return [item for page in self.pages(path, **parameters) for item in page]

    def delivery(self, event_id: str) -> Json:
        """The delivery of an event that has one."""
        [delivery] = self.event(event_id)["deliveries"]
        return delivery

    def wait_for_event(self, event_id: str, status: str, within: float = 15) -> Json:
        return eventually(lambda: self.event(event_id), lambda event: event["status"] == status, within)

    def wait_for_delivery(self, event_id: str, expected: Callable[[Json], bool], within: float = 15) -> Json:
        return eventually(lambda: self.delivery(event_id), expected, within)


def refused(response: requests.Response, status: int, code: str, field: str | None = None) -> Json:
    """The error of a refused request, which must be of the documented shape and about `field`."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    body = response.json()
    assert body.keys() == {"error", "requestId"}
    assert body["requestId"]
    error = body["error"]
    assert error["code"] == code
    assert error["message"].strip()
    if field is None:
        assert "details" not in error
    else:
        [detail] = error["details"]
        assert detail["field"] == field, detail
        assert detail["message"].strip()
    return error


def timestamp(text: str) -> float:
    """Seconds since 1970 of a time as the API writes it."""
    assert text.endswith("Z"), text
    return datetime.fromisoformat(text).timestamp()


def ulid(number: int) -> str:
    """A ULID of this moment, told apart from others by `number`."""
    value, text = int(time.time() * 1000) << 80 | number, ""
    for _ in range(26):
        text = DIGITS[value & 31] + text
        value >>= 5
    return text
