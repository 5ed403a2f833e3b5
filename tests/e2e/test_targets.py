"""Where no request may go, with every default of the template: refused when registered, and again when sent."""

from typing import Any

import pytest
from aws import Behind
from client import Api, refused
from receiver import Receiver
from stack import Stack
from tenants import tenants_of

FORBIDDEN_HOSTS = [
    # 127.0.0.1 in every notation that a URL has for it
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7F.1", "017700000001", "0177.0.0.1",
    "127.0.0.1.", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "[::1]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    # every range
    "0.0.0.0", "0", "10.0.0.1", "100.64.0.1", "127.255.255.255", "169.254.169.254", "2852039166", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[ff02::1]",
    "[2001:db8::1]", "[2001::1]", "[64:ff9b:1::1]", "[::ffff:0:127.0.0.1]",
    # names that mean this machine, or something inside a network
    "localhost", "LOCALHOST", "localhost.", "hooks.localhost", "intranet",
]
FORBIDDEN_URLS = [
    "http://example.com/", "HTTP://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com/",
    "https:example.com", "https:///example.com/", "https:\\\\example.com\\", "https://", "example.com",
    "javascript:alert(1)", "https://user:pass@example.com/", "https://user@example.com/", "https://@example.com/",
    "https://example.com:0/", "https://example.com:99999/", "https://exam ple.com/", "https://example.com/#top",
    " https://example.com/", "https://example.com/\t", "https://example.com\u0000.evil.example/", "https://256.1.1.1/",
    "https://[::1", "https://xn--a/", "https://example.com/" + "x" * 5000,
]


@pytest.fixture(scope="module")
def api(default_stack: Stack) -> Api:
    return tenants_of(default_stack)()


@pytest.fixture(scope="module")
def endpoint(default_stack: Stack) -> tuple[Api, dict[str, Any]]:
    api = tenants_of(default_stack)()
    return api, api.endpoint(api.create_endpoint("https://hooks.example.com/")["id"])


@pytest.mark.parametrize("url", [f"https://{host}:8443/hook" for host in FORBIDDEN_HOSTS] + FORBIDDEN_URLS)
def test_a_forbidden_url_is_not_registered(api: Api, url: str) -> None:
    response = api.call("POST", "/endpoints", json={"url": url, "events": ["*"]})
    refused(response, 400, "VALIDATION_FAILED", "url")
    assert api.page("/endpoints")["data"] == []


@pytest.mark.parametrize("url", [
    "http://example.com/", "https://127.0.0.1/", "https://2130706433/", "https://[::ffff:127.0.0.1]/",
    "https://localhost/", "https://user:pass@example.com/", "https://example.com/" + "x" * 5000,
])
def test_an_endpoint_is_not_moved_to_a_forbidden_url(endpoint: tuple[Api, dict[str, Any]], url: str) -> None:
    api, registered = endpoint
    response = api.call("PATCH", f"/endpoints/{registered['id']}", json={"url": url})
    refused(response, 400, "VALIDATION_FAILED", "url")
    assert api.endpoint(registered["id"]) == registered


@pytest.mark.parametrize("url", [
    "https://example.com/", "https://EXAMPLE.com:8443/a?b=c%20d", "https://8.8.8.8/", "https://[2606:4700:4700::1111]/",
    "https://bücher.example/hook",
])
def test_a_public_url_is_registered_as_written(default_stack: Stack, url: str) -> None:
    assert tenants_of(default_stack)().create_endpoint(url)["url"] == url


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"])
def test_nothing_is_sent_to_an_address_that_was_let_in_past_the_api(
    default_stack: Stack, receiver: Receiver, host: str,
) -> None:
    # A name that meant something else when it was registered looks just so; `localhost` stands for one here.
    api, behind, hook = tenants_of(default_stack)(), Behind(default_stack), receiver.hook()
    endpoint_id = api.create_endpoint("https://hooks.example.com/")["id"]
    behind.redirect_endpoint(api.tenant, endpoint_id, hook.url.replace("127.0.0.1", host))
    event_id = api.publish()["id"]
    api.wait_for_event(event_id, "retrying")
    [attempt] = api.attempts(event_id)
    assert attempt["outcome"] == "forbidden_address"
    assert attempt["responseStatus"] is None
    assert "not a public address" in attempt["error"]
    assert hook.requests == []
