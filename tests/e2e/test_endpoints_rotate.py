"""POST /v1/webhooks/endpoints/{id}/rotate-secret: the new secret, and those it replaces while their overlap lasts."""

import base64
from typing import Any

import pytest
import requests
import stripe
from aws import Behind
from client import Api, refused, timestamp
from receiver import Hook, Received, Receiver
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from together import at_once

URL = "https://hooks.example.com/"
OWN_SECRET = "a-plain-secret-of-mine~!"


def next_request(api: Api, hook: Hook) -> Received:
    received = len(hook.requests)
    api.publish("contract.created", {"amount": 1})
    return hook.wait_for(received + 1)[-1]


def accepts(secret: str, request: Received) -> bool:
    """Whether a receiver that knows this secret alone takes the request for genuine, by either signature."""
    # The library takes a text for base64; a plain secret is a key of its own bytes.
    webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    try:
        webhook.verify(request.body, dict(request.headers))
        standard = True
    except WebhookVerificationError:
        standard = False
    try:
        stripe.WebhookSignature.verify_header(request.body, request.headers["x-iof-signature"], secret, 300)
        hexadecimal = True
    except stripe.SignatureVerificationError:
        hexadecimal = False
    assert standard == hexadecimal
    return standard


def signatures(request: Received) -> tuple[int, int]:
    """How many there are of each form."""
    return len(request.headers["webhook-signature"].split(" ")), request.headers["x-iof-signature"].count("v1=")


def rotate(api: Api, endpoint_id: str, **request: Any) -> requests.Response:
    return api.call("POST", f"/endpoints/{endpoint_id}/rotate-secret", **request)


def test_the_new_secret_is_shown_with_the_endpoint_this_once(api: Api) -> None:
    endpoint = api.create_endpoint(URL)
    old = endpoint.pop("secret")
    rotated = api.expect(200, "POST", f"/endpoints/{endpoint['id']}/rotate-secret", json={})
    new = rotated.pop("secret")
    assert new != old
    assert len(base64.b64decode(new.removeprefix("whsec_"), validate=True)) == 32
    assert rotated == api.endpoint(endpoint["id"])
    assert "secret" not in rotated


def test_a_rotation_changes_nothing_but_the_secrets(api: Api) -> None:
    before = api.endpoint(api.create_endpoint(URL, description="a", rateLimit=5)["id"])
    api.rotate_secret(before["id"])
    after = api.endpoint(before["id"])
    assert timestamp(after.pop("updatedAt")) > timestamp(before.pop("updatedAt"))
    assert after == before


def test_while_the_overlap_lasts_old_and_new_secret_verify_the_same_request(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    secrets = [endpoint["secret"], api.rotate_secret(endpoint["id"]), api.rotate_secret(endpoint["id"], overlapHours=168)]
    request = next_request(api, hook)
    assert [accepts(secret, request) for secret in secrets] == [True, True, True]
    assert signatures(request) == (3, 3)


def test_no_body_is_an_overlap_of_a_day(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    response = rotate(api, endpoint["id"])
    assert response.status_code == 200
    request = next_request(api, hook)
    assert accepts(endpoint["secret"], request)
    assert accepts(response.json()["secret"], request)


def test_an_overlap_of_nothing_ends_every_old_secret_at_once(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    old = [endpoint["secret"], api.rotate_secret(endpoint["id"])]
    new = api.rotate_secret(endpoint["id"], overlapHours=0)
    request = next_request(api, hook)
    assert accepts(new, request)
    assert [accepts(secret, request) for secret in old] == [False, False]
    assert signatures(request) == (1, 1)


def test_an_old_secret_signs_no_more_once_its_overlap_has_ended(api: Api, receiver: Receiver, behind: Behind) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    new = api.rotate_secret(endpoint["id"], overlapHours=1)
    kept = behind.endpoint_item(api.tenant, endpoint["id"])["secrets"]
    kept["L"][1]["M"]["until"] = {"S": "2024-01-15T10:30:00Z"}
    behind.change_endpoint_item(api.tenant, endpoint["id"], secrets=kept)
    request = next_request(api, hook)
    assert accepts(new, request)
    assert not accepts(endpoint["secret"], request)


def test_a_secret_of_ones_own_can_be_brought(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    assert api.rotate_secret(endpoint["id"], secret=OWN_SECRET) == OWN_SECRET
    request = next_request(api, hook)
    assert accepts(OWN_SECRET, request)
    assert accepts(endpoint["secret"], request)


def test_no_more_than_five_old_secrets_sign_and_the_error_says_how_to_end_them(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    secrets = [endpoint["secret"]] + [api.rotate_secret(endpoint["id"]) for _ in range(5)]
    error = refused(rotate(api, endpoint["id"], json={}), 409, "CONFLICT")
    assert "overlapHours 0" in error["message"]
    request = next_request(api, hook)
    assert [accepts(secret, request) for secret in secrets] == [True] * 6

    last = api.rotate_secret(endpoint["id"], overlapHours=0)
    assert accepts(last, next_request(api, hook))
    api.rotate_secret(endpoint["id"])


def test_every_secret_that_was_shown_signs_when_several_rotate_at_once(api: Api, receiver: Receiver) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url)
    responses = at_once(*[lambda: rotate(api, endpoint["id"], json={})] * 4)
    shown = [response.json()["secret"] for response in responses if response.status_code == 200]
    assert shown
    for response in responses:
        if response.status_code != 200:
            refused(response, 409, "CONFLICT")
    request = next_request(api, hook)
    assert [accepts(secret, request) for secret in (endpoint["secret"], *shown)] == [True] * (1 + len(shown))
    assert signatures(request) == (1 + len(shown), 1 + len(shown))


def test_the_secrets_are_not_in_the_table_in_the_clear(api: Api, behind: Behind) -> None:
    endpoint = api.create_endpoint(URL)
    secrets = [endpoint["secret"], api.rotate_secret(endpoint["id"]), api.rotate_secret(endpoint["id"], secret=OWN_SECRET)]
    item = behind.endpoint_item(api.tenant, endpoint["id"])
    assert len(item["secrets"]["L"]) == 3
    for secret in secrets:
        assert secret not in str(item)
    for generated in secrets[:2]:
        assert str(base64.b64decode(generated.removeprefix("whsec_"))) not in str(item)


@pytest.mark.parametrize(("body", "field"), [
    (b"{", "body"),
    ([], "body"),
    ({"overlap": 1}, "overlap"),
    ({"overlapHours": -1}, "overlapHours"),
    ({"overlapHours": 169}, "overlapHours"),
    ({"overlapHours": 1.5}, "overlapHours"),
    ({"overlapHours": "24"}, "overlapHours"),
    ({"overlapHours": None}, "overlapHours"),
    ({"secret": None}, "secret"),
    ({"secret": 1234567890123456}, "secret"),
    ({"secret": "x" * 15}, "secret"),
    ({"secret": "whsec_c2hvcnQ="}, "secret"),
    ({"secret": "sixteen characters"}, "secret"),
], ids=str)
def test_a_bad_rotation_is_refused_and_changes_nothing(api: Api, behind: Behind, body: Any, field: str) -> None:
    endpoint_id = api.create_endpoint(URL)["id"]
    before = behind.endpoint_item(api.tenant, endpoint_id)
    content = {"data": body} if isinstance(body, bytes) else {"json": body}
    refused(rotate(api, endpoint_id, **content), 400, "VALIDATION_FAILED", field)
    assert behind.endpoint_item(api.tenant, endpoint_id) == before


def test_an_error_does_not_repeat_the_secret(api: Api) -> None:
    response = rotate(api, api.create_endpoint(URL)["id"], json={"secret": "too-short-TELL"})
    refused(response, 400, "VALIDATION_FAILED", "secret")
    assert "TELL" not in response.text


def test_an_id_of_the_wrong_kind_is_refused(api: Api) -> None:
    refused(rotate(api, "evt_01M85799PFY4HXC6CAM002M5T7", json={}), 400, "VALIDATION_FAILED", "id")
