"""The TypeScript client, clients/typescript: built, run by its own tests, and on a stack and a request as received."""

import base64
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import Api
from guides.programs import checked, installed
from messages import IN_AN_HOUR
from rail_command import Operator
from receiver import Answer, Received, Receiver
from stack import ROOT, Stack

CLIENT = ROOT / "clients" / "typescript"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PLAIN_SECRET = "a-secret-of-somebody-s-own"


@pytest.fixture(scope="module")
def built() -> Path:
    """The client's folder, with the client and its tests compiled."""
    checked(installed("npm"), "ci", "--silent", directory=CLIENT)
    checked(installed("npm"), "run", "build", directory=CLIENT)
    checked(installed("npm"), "test", directory=CLIENT)
    return CLIENT


def run_tests(built: Path, test: str, **settings: str) -> None:
    """Runs a file of tests by node, and shows what it says where one fails."""
    done = subprocess.run(
        [installed("node"), "--test", test], cwd=built, env=dict(os.environ) | settings, capture_output=True, text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0\n" in done.stdout
    assert "\n# pass 0\n" not in done.stdout


def test_its_types_are_those_of_the_api(built: Path, tmp_path: Path) -> None:
    checked("env", f"SCHEMA={tmp_path / 'schema.ts'}", installed("npm"), "run", "schema", directory=built)
    assert (tmp_path / "schema.ts").read_text() == (built / "src" / "schema.ts").read_text(), "run `npm run schema`"


def test_it_runs_in_a_browser_as_it_is_built(built: Path) -> None:
    installed("chromium")
    run_tests(built, "tests/browser.test.mjs")


def test_its_readme_shows_what_works(built: Path) -> None:
    run_tests(built, "tests/readme.test.mjs")


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nobody listens, and nobody else can meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield address_of(taken)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield address_of(server)


def address_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_its_calls_work_on_the_api(
    built: Path, stack: Stack, api: Api, receiver: Receiver, nobody: str, silent: str,
) -> None:
    limited = Operator(stack).run(
        "keys", "create", "--tenant", api.tenant, "--scopes", "admin", "--rate-limit", "2", "--json",
    )
    run_tests(
        built, ".tests/stack/calls.test.js",
        RAIL_URL=stack.url,
        RAIL_API_KEY=str(api.key),
        READING_API_KEY=stack.create_key(api.tenant, ["endpoints:read"]),
        CATALOG_API_KEY=stack.create_key(api.tenant, ["event-types:write"]),
        LIMITED_API_KEY=json.loads(limited.stdout)["key"],
        WEBHOOK_SECRET=SECRET,
        ACCEPTING_URL=receiver.hook().url,
        RETRIED_URL=receiver.hook(IN_AN_HOUR, Answer()).url,
        RECOVERED_URL=receiver.hook(IN_AN_HOUR, Answer()).url,
        SILENT_URL=silent,
        NOBODY_URL=nobody,
    )


def verify_received(built: Path, request: Received, secret: str, folder: Path) -> None:
    """Hands the bytes and headers over to node."""
    file = folder / "received.json"
    body = base64.b64encode(request.body).decode()
    file.write_text(json.dumps({"body": body, "headers": dict(request.headers)}))
    run_tests(built, ".tests/stack/received.test.js", RECEIVED=str(file), WEBHOOK_SECRET=secret)


@pytest.mark.parametrize("secret", [SECRET, PLAIN_SECRET], ids=["whsec_", "plain"])
def test_it_verifies_a_request_as_received(
    built: Path, api: Api, receiver: Receiver, tmp_path: Path, secret: str,
) -> None:
    hook = receiver.hook()
    api.create_endpoint(hook.url, secret=secret)
    api.publish("contract.created", {"name": "Jürgen 😀"})
    [request] = hook.wait_for(1)
    verify_received(built, request, secret, tmp_path)


def test_it_verifies_a_request_that_was_signed_with_an_old_secret_and_a_new_one(
    built: Path, api: Api, receiver: Receiver, tmp_path: Path,
) -> None:
    hook = receiver.hook()
    endpoint = api.create_endpoint(hook.url, secret=SECRET)
    new_secret = api.rotate_secret(endpoint["id"])
    api.publish("contract.created", {"name": "Jürgen 😀"})
    [request] = hook.wait_for(1)
    assert request.headers["x-iof-signature"].count("v1=") == 2
    for secret in (SECRET, new_secret):
        verify_received(built, request, secret, tmp_path)
