"""Requests as a stack sent them, what can be made of them, and how a receiver must judge each."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from guides.programs import Signed
from standardwebhooks.webhooks import Webhook

GENUINE = "genuine"
MALFORMED = "refused: a header is missing or malformed"
STALE = "refused: signed more than five minutes from now"
NO_FIT = "refused: no signature fits"


@dataclass(frozen=True)
class Requests:
    """What a stack really sent."""

    usual: Signed
    rotated: Signed
    """While a secret is being replaced; with the new one."""
    old_secret: str
    plain: Signed
    """Signed with a secret that is not `whsec_…`."""


Case = tuple[Callable[[Requests], Signed], str]
"""A request, and the verdict on it."""


def tampered(request: Signed) -> Signed:
    assert request.body.count(b"1.1") == 1
    return replace(request, body=request.body.replace(b"1.1", b"9.1"))


def with_headers(request: Signed, **headers: str) -> Signed:
    changed = {f"webhook-{name}": value for name, value in headers.items()}
    return replace(request, headers=dict(request.headers) | changed)


def without(request: Signed, header: str) -> Signed:
    return replace(request, headers={name: value for name, value in request.headers.items() if name != header})


def signed_at(request: Signed, seconds_from_now: int) -> Signed:
    """The same request, rightly signed at another time."""
    at = datetime.now(UTC) + timedelta(seconds=seconds_from_now)
    signature = Webhook(request.secret).sign(request.headers["webhook-id"], at, request.body.decode())
    return with_headers(request, timestamp=str(int(at.timestamp())), signature=signature)


def a_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


CASES: dict[str, Case] = {
    "as received": (lambda sent: sent.usual, GENUINE),
    "a changed body": (lambda sent: tampered(sent.usual), NO_FIT),
    "a body with one space more": (lambda sent: replace(sent.usual, body=sent.usual.body + b" "), NO_FIT),
    "another id": (lambda sent: with_headers(sent.usual, id=sent.usual.headers["webhook-id"][:-1] + "_"), NO_FIT),
    "another time": (lambda sent: with_headers(sent.usual, timestamp=str(int(datetime.now(UTC).timestamp()) + 30)), NO_FIT),
    "a wrong secret": (lambda sent: replace(sent.usual, secret=a_secret()), NO_FIT),
    "two signatures, the new secret": (lambda sent: sent.rotated, GENUINE),
    "two signatures, the old secret": (lambda sent: replace(sent.rotated, secret=sent.old_secret), GENUINE),
    "two signatures, a wrong secret": (lambda sent: replace(sent.rotated, secret=a_secret()), NO_FIT),
    "two signatures, a changed body": (lambda sent: tampered(sent.rotated), NO_FIT),
    "a signature of another version": (
        lambda sent: with_headers(sent.usual, signature=sent.usual.headers["webhook-signature"].replace("v1,", "v2,")), NO_FIT,
    ),
    "four minutes old": (lambda sent: signed_at(sent.usual, -240), GENUINE),
    "six minutes old": (lambda sent: signed_at(sent.usual, -360), STALE),
    "six minutes ahead": (lambda sent: signed_at(sent.usual, 360), STALE),
    "no id": (lambda sent: without(sent.usual, "webhook-id"), MALFORMED),
    "no time": (lambda sent: without(sent.usual, "webhook-timestamp"), MALFORMED),
    "no signature": (lambda sent: without(sent.usual, "webhook-signature"), MALFORMED),
    "a time that is none": (lambda sent: with_headers(sent.usual, timestamp="now"), MALFORMED),
}
PLAIN_CASES: dict[str, Case] = {
    "a plain secret": (lambda sent: sent.plain, GENUINE),
    "a plain secret, a changed body": (lambda sent: tampered(sent.plain), NO_FIT),
    "a wrong plain secret": (lambda sent: replace(sent.plain, secret=sent.plain.secret[:-1]), NO_FIT),
}
