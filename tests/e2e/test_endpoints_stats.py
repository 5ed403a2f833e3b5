"""Statistics of an endpoint, counted from the log."""

from datetime import UTC, datetime, timedelta

import pytest
from client import Api, Json, refused, timestamp
from receiver import Answer, Receiver


def stats(api: Api, endpoint_id: str, **parameters: str | int) -> Json:
    return api.expect(200, "GET", f"/endpoints/{endpoint_id}/stats", params=parameters)


@pytest.fixture(scope="module")
def counted(new_tenant, receiver: Receiver) -> tuple[Api, str]:
    """An endpoint with two events delivered (one at the second attempt), one retrying and one failed."""
    api = new_tenant()
    refusal = Answer(503, {"Retry-After": "3600"})
    hook = receiver.hook(Answer(200), refusal, Answer(201), refusal, refusal)
    endpoint_id = api.create_endpoint(hook.url)["id"]
    api.wait_for_event(api.publish()["id"], "delivered")
    second = api.publish()["id"]
    api.wait_for_event(second, "retrying")
    api.retry(second)
    api.wait_for_event(second, "delivered")
    for _ in range(2):
        last = api.publish()["id"]
        api.wait_for_event(last, "retrying")
    api.cancel(last)
    return api, endpoint_id


def test_deliveries_and_attempts_are_counted(counted: tuple[Api, str]) -> None:
    found = stats(*counted)
    assert found["endpointId"] == counted[1]
    assert found["deliveries"] == {"total": 4, "delivered": 2, "failed": 1, "retrying": 1, "pending": 0}
    assert found["attempts"] == {"total": 5, "accepted": 2}
    assert found["successRate"] == pytest.approx(2 / 3)
    assert found["complete"] is True
    latency = found["latencyMs"]
    assert 0 <= latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]
    assert timestamp(found["until"]) - timestamp(found["since"]) == pytest.approx(24 * 3600, abs=0.01)


def test_the_period_is_divided(counted: tuple[Api, str]) -> None:
    found = stats(*counted, buckets=7)
    buckets = found["buckets"]
    assert len(buckets) == 7
    assert (buckets[0]["since"], buckets[-1]["until"]) == (found["since"], found["until"])
    assert all(earlier["until"] == later["since"] for earlier, later in zip(buckets, buckets[1:]))
    for status in ("delivered", "failed", "retrying", "pending"):
        assert sum(bucket[status] for bucket in buckets) == found["deliveries"][status]
    assert [bucket["delivered"] for bucket in buckets[:-1]] == [0] * 6
    assert (buckets[0]["latencyMs"], buckets[-1]["latencyMs"]) == (None, found["latencyMs"])


def test_only_the_period_counts(counted: tuple[Api, str]) -> None:
    api, endpoint_id = counted
    newest = api.page("/events", endpointId=endpoint_id)["data"]
    first_of_all, newest_of_all = newest[-1]["createdAt"], newest[0]["createdAt"]
    without_the_newest = stats(*counted, since=first_of_all, until=newest_of_all)
    assert without_the_newest["deliveries"]["total"] == 3
    long_ago = stats(*counted, since="2020-01-01T00:00:00Z", until="2020-01-02T00:00:00Z")
    assert long_ago["deliveries"]["total"] == 0
    assert (long_ago["successRate"], long_ago["latencyMs"]) == (None, None)


@pytest.mark.parametrize(("parameters", "field"), [
    ({"since": "now"}, "since"),
    ({"until": "2020-13-01T00:00:00Z"}, "until"),
    ({"since": "2020-01-02T00:00:00Z", "until": "2020-01-01T00:00:00Z"}, "since"),
    ({"since": "2099-01-01T00:00:00Z"}, "since"),
    ({"buckets": "0"}, "buckets"),
    ({"buckets": "101"}, "buckets"),
    ({"buckets": "-1"}, "buckets"),
    ({"window": "24h"}, "window"),
])
def test_what_cannot_be_counted_is_refused(counted: tuple[Api, str], parameters: dict[str, str], field: str) -> None:
    api, endpoint_id = counted
    answer = api.call("GET", f"/endpoints/{endpoint_id}/stats", params=parameters)
    refused(answer, 400, "VALIDATION_FAILED", field)


def test_the_default_is_the_day_before_the_end(counted: tuple[Api, str]) -> None:
    end = datetime.now(UTC) - timedelta(days=3)
    found = stats(*counted, until=end.isoformat())
    assert timestamp(found["since"]) == pytest.approx(end.timestamp() - 24 * 3600, abs=0.01)
