"""The emulator's process: ministack, and what it has no option for. Runs in the emulator's own environment.

`launcher.py SWEEP_SECONDS`; all else comes in environment variables that ministack reads itself. Standard input is the
leash: when its other end closes, however that came about, this process and the functions it started end.
"""

import json
import os
import signal
import socketserver
import sys
import threading

from ministack import app
from ministack.core import iam_actions, lambda_runtime
from ministack.services import scheduler

# How long a function's log is listened to after its answer: a line that comes later would stand in the next one's log.
DRAIN_SECONDS = 0.02


def main() -> None:
    scheduler._SCHEDULE_TICK_INTERVAL = float(sys.argv.pop())
    correct_iam()
    hurry()
    threading.Thread(target=follow_leash, daemon=True).start()
    app.main()


def follow_leash() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    lambda_runtime.reset()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def hurry() -> None:
    """Nine tenths of an API call's time are two waits: for log lines that never come, and for a full packet."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    drain = lambda_runtime.Worker._drain_stderr_bounded
    drain.__defaults__ = (DRAIN_SECONDS, *drain.__defaults__[1:])


def correct_iam() -> None:
    """Two requests are not authorised as AWS does it, so that right policies would be refused. This mends them."""
    action_of, resource_of = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def action(*request) -> str | None:
        # AWS knows no batch actions: a batch needs what its single request needs.
        found = action_of(*request)
        return found.removesuffix("Batch") if found and found.startswith("sqs:") else found

    def resource(service, method, path, headers, body, query_params, region, account_id) -> str:
        # A schedule's ARN names its group; ministack takes every schedule to be in `default`.
        arn = resource_of(service, method, path, headers, body, query_params, region, account_id)
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        named = json.loads(body or b"{}").get("GroupName") or query_params.get("groupName") or "default"
        group = named[0] if isinstance(named, list) else named
        return arn.replace(":schedule/default/", f":schedule/{group}/")

    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource


if __name__ == "__main__":
    main()
