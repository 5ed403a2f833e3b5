"""`make up`: the local rail in the foreground, with the log of its deliveries, until Ctrl-C.

Writes what a client needs to `.local/<port>/rail.env`, and to `.local/rail.env` unless another running stack has it.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from emulator import LOCAL, ROOT, EmulatorError, is_taken
from stack import STACK_NAME, Stack

TENANT = "dev"
READ_LOG_EVERY_SECONDS = 0.5
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

READY = """
The rail is up at {url}
with its settings in {env}, until Ctrl-C.

The page, to sign in to with RAIL_API_KEY of that file: {url}/portal

A first event, in a second terminal. Register an endpoint; the answer shows its secret, this once:

  source {env}
  curl -s "$RAIL_URL/v1/webhooks/endpoints" -H "authorization: Bearer $RAIL_API_KEY" \\
    -H "content-type: application/json" -d '{{"url":"http://127.0.0.1:8080/","events":["contract.*"]}}'

In a third, a receiver that verifies with that secret:

  make receiver ARGS="--secret whsec_..."

Publish, and see the event arrive there and its attempt in the log below:

  curl -s "$RAIL_URL/v1/webhooks/events" -H "authorization: Bearer $RAIL_API_KEY" \\
    -H "content-type: application/json" -d '{{"type":"contract.created","data":{{"contractId":"c_1"}}}}'

Deliveries:
"""


def main(port: int) -> None:
    parent = os.getppid()
    print(f"Starting the rail on port {port}: about ten seconds.", flush=True)
    with Stack(port, parameters={"AllowPrivateTargets": "true"}) as stack, settings_of(stack) as env:
        print(READY.format(url=stack.url, env=env.relative_to(ROOT)), flush=True)
        follow(stack, parent)


@contextmanager
def settings_of(stack: Stack) -> Iterator[Path]:
    """The env files while the stack runs; yields the path of the one to show."""
    settings = {
        "RAIL_URL": stack.url,
        "RAIL_API_KEY": stack.create_key(TENANT, ["admin", "event-types:write"]),
        "RAIL_TENANT": TENANT,
        "RAIL_STACK": STACK_NAME,
        **stack.settings,
        # Table, queues, schedule group and all else that a function is told: `cargo lambda watch` runs them with it.
        **stack.function_settings(),
    }
    text = "".join(f"{name}={value}\n" for name, value in settings.items())
    own, shared = stack.directory / "rail.env", LOCAL / "rail.env"
    own.write_text(text)
    shown = own
    if not belongs_to_another(shared, stack):
        shared.write_text(text)
        shown = shared
    try:
        yield shown
    finally:
        if shared.exists() and shared.read_text() == text:
            shared.unlink()


def belongs_to_another(env: Path, stack: Stack) -> bool:
    """Whether a stack that still runs wrote it. One that was killed left it behind, and nothing answers there."""
    if not env.exists():
        return False
    settings = dict(line.split("=", 1) for line in env.read_text().splitlines() if "=" in line)
    _, _, port = settings.get("AWS_ENDPOINT_URL", "").rpartition(":")
    return port.isdigit() and int(port) != stack.port and is_taken(int(port))


def follow(stack: Stack, parent: int) -> None:
    """Prints each attempt as it is logged, for as long as the emulator runs and `make` wants it."""
    log = stack.log()
    while os.getppid() == parent and not is_interrupted(parent):
        if not stack.is_running():
            raise EmulatorError("The emulator has ended by itself.")
        for line in log.read():
            if line.get("message") == "delivery.attempted":
                print(attempt(line), flush=True)
            elif line.get("level") in ("WARN", "ERROR"):
                print(json.dumps(line), flush=True)
        time.sleep(READ_LOG_EVERY_SECONDS)


def is_interrupted(make: int) -> bool:
    """Whether `make` alone got the SIGINT of a Ctrl-C: it then waits for us without telling us, its SIGINT blocked.

    From a terminal we get that signal too; from `kill -INT` we do not. Only Linux shows it.
    """
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return False
    [blocked] = [line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")]
    return bool(int(blocked, 16) >> signal.SIGINT - 1 & 1)


def attempt(line: dict[str, Any]) -> str:
    """One attempt as a line for people: when, what, where to, how it went, what comes next."""
    answer = " ".join(str(line[name]) for name in ("outcome", "status") if line.get(name) is not None)
    due = f" at {clock(line['next_attempt_at'])}" if line.get("next_attempt_at") else ""
    return (
        f"{clock(line['timestamp'])}  {line['event']} -> {line['endpoint']}  attempt {line['attempt']}: {answer}"
        f" in {line['duration_ms']} ms, {line['next']}{due}"
    )


def clock(time_of_day: str) -> str:
    """The local time of an RFC 3339 time, to the second."""
    return datetime.fromisoformat(time_of_day).astimezone().strftime("%H:%M:%S")


def stop(*_: object) -> None:
    # Once: what ends us often signals twice, a whole process group and then its `make`.
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    for number in STOPS:
        signal.signal(number, stop)
    try:
        main(int(sys.argv[1]))
    except KeyboardInterrupt:
        pass
    except EmulatorError as error:
        sys.exit(str(error))
    print("\nThe rail is down.")
