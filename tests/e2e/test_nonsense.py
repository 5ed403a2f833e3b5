"""Nonsense at every route: whatever comes, the answer is never a fault of ours, and a refusal says what to mend.

The requests are random, from a fixed seed for each route, so that a failure comes again.
"""

import http.client
import json
import random
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from client import Api
from receiver import Receiver
from routes import routes_of_the_api
from stack import Stack
from tenants import NewTenant

REQUESTS_FOR_EACH_ROUTE = 50
ROUTES = sorted(routes_of_the_api())
CODES = {
    400: "VALIDATION_FAILED", 401: "UNAUTHORIZED", 404: "NOT_FOUND", 409: "CONFLICT", 413: "PAYLOAD_TOO_LARGE",
    422: "IDEMPOTENCY_KEY_REUSED",
}
# More than any honest explanation needs.
LONGEST_REFUSAL = 8_000

NAMES = [
    "url", "events", "secret", "description", "metadata", "headers", "status", "type", "data", "endpointId", "limit",
    "cursor", "id", "since", "until", "buckets", "schema", "example", "", "\0", "é", "__proto__", "a" * 300,
]
TEXTS = [
    "", "\0", "é\u202e", "\ud7ff\ufffd", "https://hooks.example.com/", "http://[::1]/", "contract.*", "contract.created",
    "retrying", "paused", "2026-11-24T12:00:00Z", "+999999-01-01T00:00:00Z", "whsec_", "we_01M85799PFY4HXC6CAM002M5T7", "evt_01M85799PFY4HXC6CAM002M5T7",
    "'; DROP TABLE events; --", "${jndi:ldap://x}", "../../etc/passwd", "<script>", "1e999", "x" * 5_000,
]
RAW_VALUES = [
    b"1e999", b"-0", b"9" * 400, b"0.1e-999", b"NaN", b"tru", b"'a'", b'"\\ud800"', b'"\\u0000"', b'"\xff\xfe"', b'"\0"',
    b"[" * 500, b"[" * 60 + b"]" * 60, b'{"a":' * 300 + b"1" + b"}" * 300, b'{"a":1,"a":2}', b"{,}", b"[1,]", b"//", b"",
]
# Characters of a request line that no URI may hold, but many a client sends.
QUERY_CHARACTERS = "abc019=&%+/?#\"<>[]{}|\\^`~!$'()*,;:@-._"


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: list[tuple[str, bytes]]
    body: bytes


class Nonsense:
    """Makes the requests that somebody would who read the documentation and then lost his mind."""

    def __init__(self, seed: str, api: Api, endpoint_id: str, event_id: str) -> None:
        self._random = random.Random(seed)
        self._api = api
        self._ids = {"endpoints": endpoint_id, "events": event_id, "event-types": "nonsense.of.tests"}

    def request(self, method: str, path: str) -> Request:
        chance, pick = self._random.random, self._random.choice
        target = self._path(path)
        if chance() < 0.5:
            target += "?" + pick([self._query, self._garbled_query])()
        body = pick([self._json, self._json, self._spliced, self._garbage, lambda: b""])()
        return Request(method, target, self._headers(), body if method in ("POST", "PATCH", "PUT") or chance() < 0.3 else b"")

    def _path(self, path: str) -> str:
        own = self._ids[path.split("/")[3]]
        return re.sub(r"\{\w+\}", lambda _: self._named(own), path)

    def _named(self, own: str) -> str:
        """What stands in the path for a name: that of a thing there is, or nonsense."""
        return self._random.choice([
            own, own, own, own.lower(), own[:-1], own + "%00", "%FF%FE", "%2e%2e", "%25", "a" * 1_000, "'\"<>",
            # No slash: the emulator's gateway takes an escaped one for the end of the id, and finds no route.
            urllib.parse.quote(self._text().replace("/", "") or "-"),
        ])[:1_500]

    def _query(self) -> str:
        names = self._random.choices(["limit", "cursor", "type", "status", "endpointId", *NAMES], k=self._random.randint(1, 4))
        return urllib.parse.urlencode([(name, self._text()[:1_000]) for name in names])

    def _garbled_query(self) -> str:
        return "".join(self._random.choices(QUERY_CHARACTERS, k=self._random.randint(0, 60)))

    def _headers(self) -> list[tuple[str, bytes]]:
        headers = [("Authorization", f"Bearer {self._api.key}".encode())]
        if self._random.random() < 0.1:
            headers = [("Authorization", self._header_value())] * self._random.randint(0, 2)
        names = [
            "Idempotency-Key", "Content-Type", "Accept", "Cookie", "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Host",
            "Content-Encoding", "Expect-CT", "X-Amzn-Trace-Id", "Range", "X-HTTP-Method-Override",
        ]
        return headers + [(name, self._header_value()) for name in self._random.sample(names, k=self._random.randint(0, 4))]

    def _header_value(self) -> bytes:
        anything = bytes(self._random.choices([*range(0x21, 0x7F), *range(0x80, 0x100)], k=self._random.randint(1, 30)))
        return self._random.choice([anything, b"application/json", b"gzip", b"x" * 1_000, b"\xff", b"text/plain; charset=utf-7"])

    def _json(self) -> bytes:
        return json.dumps(self._value(3), ensure_ascii=self._random.random() < 0.5).encode(errors="surrogatepass")

    def _spliced(self) -> bytes:
        """An object of which one value, or one key, is no JSON or hardly any."""
        fields = [b'"%s":%s' % (self._random.choice(NAMES).encode().replace(b"\0", b""), value) for value in
                  self._random.sample(RAW_VALUES, k=self._random.randint(1, 3))]
        honest = [b'"url":"https://hooks.example.com/"', b'"events":["*"]', b'"type":"a.b"', b'"data":{}']
        fields += self._random.sample(honest, k=self._random.randint(0, 4))
        self._random.shuffle(fields)
        return b"{" + b",".join(fields) + b"}"

    def _garbage(self) -> bytes:
        return self._random.choice([self._random.randbytes(self._random.randint(1, 300)), b"{" * 50_000, b'{"a":"' + b"x" * 400_000])

    def _value(self, depth: int) -> Any:
        kinds: list[Callable[[], Any]] = [
            lambda: None, lambda: True, lambda: self._random.randint(-2**70, 2**70), lambda: self._random.random() * 1e308, self._text,
        ]
        if depth:
            kinds += [self._object(depth), self._object(depth), lambda: [self._value(depth - 1) for _ in range(3)]]
        return self._random.choice(kinds)() if depth < 3 else self._object(depth)()

    def _object(self, depth: int) -> Callable[[], dict[str, Any]]:
        def make() -> dict[str, Any]:
            return {name: self._value(depth - 1) for name in self._random.sample(NAMES, k=self._random.randint(0, 5))}

        return make

    def _text(self) -> str:
        return self._random.choice(TEXTS)


def sent(stack: Stack, request: Request) -> tuple[int, bytes]:
    url = urllib.parse.urlsplit(stack.url)
    connection = http.client.HTTPConnection(url.netloc, timeout=30)
    try:
        connection.putrequest(request.method, url.path + request.target, skip_accept_encoding=True)
        for name, value in [*request.headers, ("Content-Length", str(len(request.body)).encode())]:
            connection.putheader(name, value)
        connection.endheaders(request.body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def assert_refused_as_documented(status: int, answer: bytes) -> None:
    body = json.loads(answer)
    assert body.keys() == {"error", "requestId"}
    assert body["requestId"]
    assert_documented(status, body["error"])
    assert len(answer) <= LONGEST_REFUSAL


def assert_refused_in_part_as_documented(answer: bytes) -> None:
    results = json.loads(answer)["data"]
    refused = [result for result in results if result["status"] != 202]
    assert refused
    for result in refused:
        assert result.keys() == {"status", "error"}
        assert_documented(result["status"], result["error"])
    assert len(answer) <= LONGEST_REFUSAL * len(results)


def assert_documented(status: int, error: dict[str, Any]) -> None:
    assert error["code"] == CODES[status]
    assert error["message"].strip()
    details = error.get("details", [])
    assert len(details) == (1 if status in (400, 413) else 0)
    assert all(detail["field"] and detail["message"].strip() for detail in details)


@pytest.fixture(scope="module")
def sane(new_tenant: NewTenant, receiver: Receiver) -> tuple[Api, str, str]:
    """A tenant with an endpoint and an event, to be confused with nonsense."""
    api = new_tenant(["admin", "event-types:write"])
    endpoint_id = api.create_endpoint(receiver.hook().url, ["contract.created"])["id"]
    return api, endpoint_id, api.publish("contract.created")["id"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nonsense_is_refused_as_documented_and_never_a_fault_of_ours(
    stack: Stack, sane: tuple[Api, str, str], method: str, path: str,
) -> None:
    nonsense = Nonsense(f"{method} {path}", *sane)
    statuses = []
    for _ in range(REQUESTS_FOR_EACH_ROUTE):
        request = nonsense.request(method, path)
        status, answer = sent(stack, request)
        try:
            assert status < 500
            if status >= 400:
                assert_refused_as_documented(status, answer)
            elif status == 207:
                assert_refused_in_part_as_documented(answer)
        except (AssertionError, KeyError, ValueError) as error:
            raise AssertionError(f"{request} was answered {status} {answer!r}") from error
        statuses.append(status)
    # Nonsense that is all turned away at the door would show nothing of what lies behind.
    assert set(statuses) - {401}


@pytest.mark.parametrize("path", sorted({path for _, path in ROUTES}))
def test_a_method_that_no_route_has_is_not_found(stack: Stack, sane: tuple[Api, str, str], path: str) -> None:
    """API Gateway answers, in its own words: no function is called."""
    api, endpoint_id, event_id = sane
    target = re.sub(r"\{\w+\}", endpoint_id if "/endpoints" in path else event_id, path)
    # A path without an id may be another route's path with one.
    served = {method for method, pattern in ROUTES if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path)}
    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"} - served):
        status, answer = sent(stack, Request(method, target, [("Authorization", f"Bearer {api.key}".encode())], b"{}"))
        assert (method, status, json.loads(answer)) == (method, 404, {"message": "Not Found"})
