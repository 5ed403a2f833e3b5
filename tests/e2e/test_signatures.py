"""Both signatures of a request as received, verified by libraries that others wrote."""

import base64
import os
from datetime import UTC, datetime

import pytest
import stripe
from client import Api
from receiver import Answer, Received, Receiver
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PLAIN_SECRET = "a-plain-secret-of-mine~!"


def whsec(length: int) -> str:
    return "whsec_" + base64.b64encode(os.urandom(length)).decode()


def received(api: Api, receiver: Receiver, secret: str | None) -> tuple[str, Received]:
    """A request, and the secret that it was signed with."""
    hook = receiver.hook()
    fields = {} if secret is None else {"secret": secret}
    created = api.create_endpoint(hook.url, **fields)
    assert secret in (None, created["secret"])
    api.publish("contract.created", {"amount": 1.10, "name": "Jürgen 😀"})
    return created["secret"], hook.wait_for(1)[0]


def tampered(body: bytes) -> bytes:
    amount, other = b'"amount": 1.1', b'"amount": 9.1'
    assert body.count(amount) == 1
    return body.replace(amount, other)


@pytest.mark.parametrize(
    "secret", [None, whsec(24), whsec(64), PLAIN_SECRET], ids=["generated", "24 bytes", "64 bytes", "plain"],
)
class TestWithAnyKindOfSecret:
    def test_the_request_verifies_as_a_standard_webhook(
        self, api: Api, receiver: Receiver, secret: str | None,
    ) -> None:
        signed_with, request = received(api, receiver, secret)
        # The library takes a text for base64; a plain secret is a key of its own bytes.
        webhook = Webhook(PLAIN_SECRET.encode() if signed_with == PLAIN_SECRET else signed_with)
        assert webhook.verify(request.body, dict(request.headers))["data"] == {"amount": 1.10, "name": "Jürgen 😀"}

        for body, changes in (
            (tampered(request.body), {}),
            (request.body + b" ", {}),
            (request.body, {"webhook-id": request.headers["webhook-id"][:-1] + "_"}),
            (request.body, {"webhook-timestamp": str(int(datetime.now(UTC).timestamp()) + 30)}),
        ):
            with pytest.raises(WebhookVerificationError):
                webhook.verify(body, dict(request.headers) | changes)
        with pytest.raises(WebhookVerificationError):
            Webhook(whsec(32)).verify(request.body, dict(request.headers))

    def test_the_request_verifies_in_the_form_with_time_and_hexadecimal(
        self, api: Api, receiver: Receiver, secret: str | None,
    ) -> None:
        signed_with, request = received(api, receiver, secret)
        header = request.headers["x-iof-signature"]
        event = stripe.Webhook.construct_event(request.body, header, signed_with)
        assert event["type"] == "contract.created"

        later = f"t={int(datetime.now(UTC).timestamp()) + 30}," + header.split(",", 1)[1]
        for body, signature, key in (
            (tampered(request.body), header, signed_with),
            (request.body, later, signed_with),
            (request.body, header, whsec(32)),
        ):
            with pytest.raises(stripe.SignatureVerificationError):
                stripe.WebhookSignature.verify_header(body, signature, key, 300)


def test_endpoints_of_one_event_are_signed_each_with_its_own_secret(api: Api, receiver: Receiver) -> None:
    hooks = [receiver.hook() for _ in range(2)]
    webhooks = [Webhook(api.create_endpoint(hook.url)["secret"]) for hook in hooks]
    api.publish()
    requests = [hook.wait_for(1)[0] for hook in hooks]
    assert requests[0].body == requests[1].body
    for webhook, own, other in zip(webhooks, requests, reversed(requests), strict=True):
        webhook.verify(own.body, dict(own.headers))
        with pytest.raises(WebhookVerificationError):
            webhook.verify(other.body, dict(other.headers))


def test_every_attempt_is_signed_over_the_same_bytes(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook(Answer(503, {"Retry-After": "3600"}), Answer(200))
    secret = api.create_endpoint(hook.url)["secret"]
    event_id = api.publish("contract.created", {"amount": 1})["id"]
    api.wait_for_event(event_id, "retrying")
    api.retry(event_id)
    first, second = hook.wait_for(2)
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    for request in (first, second):
        Webhook(secret).verify(request.body, dict(request.headers))
        stripe.WebhookSignature.verify_header(request.body, request.headers["x-iof-signature"], secret, 300)


def test_a_payload_of_the_table_is_signed_as_one_of_the_message_is(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    secret = api.create_endpoint(hook.url)["secret"]
    api.publish("contract.created", {"text": os.urandom(60_000).hex()})
    [request] = hook.wait_for(1)
    Webhook(secret).verify(request.body, dict(request.headers))
    stripe.WebhookSignature.verify_header(request.body, request.headers["x-iof-signature"], secret, 300)
