"""What docs/operators.md shows, run as it stands on a stack."""

import re
import subprocess
import sys

from client import Api
from guides.pages import shown
from receiver import Answer, Receiver
from stack import ROOT, Stack
from standardwebhooks.webhooks import Webhook
from waiting import eventually

GUIDE = "operators.md"
NOBODY_LISTENS = "http://127.0.0.1:1/"


def test_an_endpoint_is_put_back_from_a_restored_table_and_its_secret_still_signs(
    stack: Stack, api: Api, receiver: Receiver,
) -> None:
    hook = receiver.hook()
    endpoint, other = (api.create_endpoint(hook.url, events) for events in (["contract.*"], ["kyc.*"]))
    restore(stack)
    api.delete_endpoint(endpoint["id"])

    [program] = shown(GUIDE, "Restore endpoints", "python")
    done = subprocess.run(
        [sys.executable, "-c", program, api.tenant], capture_output=True, text=True, check=False,
        env=stack.environment | {"ENDPOINTS_TABLE": stack.outputs["EndpointsTable"]},
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {f"put back {endpoint['id']}", f"still there {other['id']}"}

    api.publish("contract.created")
    [request] = hook.wait_for(1)
    Webhook(endpoint["secret"]).verify(request.body, dict(request.headers))


def restore(stack: Stack) -> None:
    """As the guide's first command does, with what it names."""
    [command] = shown(GUIDE, "Restore endpoints", "sh")
    [target] = set(re.findall(r"--(?:target-)?table-name (endpoints-\S+)", command))
    dynamodb = stack.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=stack.outputs["EndpointsTable"], TargetTableName=target, UseLatestRestorableTime=True,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=target)


def test_what_may_be_found_in_the_log_is_logged_by_the_code() -> None:
    sources = "".join(path.read_text() for room in ("shared/src", "functions") for path in (ROOT / room).rglob("*.rs"))
    names = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", (ROOT / "docs" / GUIDE).read_text(), re.M)
    assert names
    assert [name for name in names if f'"{name}"' not in sources] == []


def test_an_attempt_is_logged_with_what_the_guide_says(stack: Stack, api: Api, receiver: Receiver) -> None:
    [columns] = re.findall(r"^\| `delivery\.attempted` \|.* \| (.*) \|$", (ROOT / "docs" / GUIDE).read_text(), re.M)
    for url in (receiver.hook(Answer(503)).url, NOBODY_LISTENS):
        api.create_endpoint(url)
    event_id = api.publish()["id"]
    lines = eventually(lambda: attempts_in_log(stack, event_id), lambda lines: len(lines) >= 2)
    logged = {field for line in lines for field in line}
    assert set(re.findall("`([a-z_]+)`", columns)) - logged == set()


def attempts_in_log(stack: Stack, event_id: str) -> list[dict[str, object]]:
    return [line for line in stack.logs() if line.get("message") == "delivery.attempted" and line["event"] == event_id]
