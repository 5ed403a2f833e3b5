"""The command `rail`, as built: an operator's, with the AWS credentials of a stack, and a user's, with an API key."""

import json
import os
import pty
import re
import signal
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from client import Api
from stack import BINARIES, STACK_NAME, Stack

Done = subprocess.CompletedProcess[str]

# Seconds in which a process must have said something, or ended.
PATIENCE = 30


@dataclass(frozen=True)
class Operator:
    stack: Stack

    def run(self, *arguments: str, **credentials: str) -> Done:
        """As root, unless other credentials are given."""
        environment = self._environment | credentials
        return subprocess.run(
            [BINARIES / "rail", *arguments], env=environment, capture_output=True, text=True, check=False,
        )

    def run_on_a_terminal(self, answer: str, *arguments: str) -> Done:
        """Where it may ask, and finds this answer typed. Its `stderr` is what the terminal showed."""
        return on_a_terminal(self._environment, answer, *arguments)

    @property
    def _environment(self) -> dict[str, str]:
        return self.stack.environment | {"RAIL_STACK": STACK_NAME}

    def keys_of(self, tenant: str) -> list[dict[str, Any]]:
        return json.loads(self.run("keys", "list", "--tenant", tenant, "--json").stdout)

    def revoke_all_of(self, tenant: str) -> None:
        for key in self.keys_of(tenant):
            assert self.run("keys", "revoke", key["id"]).returncode == 0


def credentials_for(stack: Stack, *actions: str) -> dict[str, str]:
    """Those of somebody who may do just this."""
    iam, name = stack.client("iam"), f"operator-{uuid.uuid4().hex}"
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def on_a_terminal(environment: dict[str, str], answer: str, *arguments: str) -> Done:
    operators_end, commands_end = pty.openpty()
    with open(operators_end, "r+b", buffering=0) as terminal, open(commands_end, "r+b", buffering=0) as own:
        terminal.write(f"{answer}\n".encode())
        done = subprocess.run(
            [BINARIES / "rail", *arguments], env=environment, stdin=own, stderr=own, stdout=subprocess.PIPE,
            text=True, check=False,
        )
        done.stderr = os.read(operators_end, 4096).decode()
    return done


@dataclass(frozen=True)
class User:
    """Somebody with an API key, and nothing of AWS."""

    url: str
    key: str

    @classmethod
    def of(cls, api: Api, stack: Stack) -> "User":
        assert api.key
        return cls(stack.url, api.key)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "RAIL_URL": self.url, "RAIL_API_KEY": self.key, "TZ": "UTC"}

    def run(self, *arguments: str, given: str | None = None, **environment: str) -> Done:
        """Whatever comes of it. `given` is what the standard input holds."""
        return subprocess.run(
            [BINARIES / "rail", *arguments], env=self.environment | environment, input=given or "",
            capture_output=True, text=True, check=False, timeout=120,
        )

    def says(self, *arguments: str) -> str:
        """What it prints when all goes well."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """The document that it prints."""
        return json.loads(self.says(*arguments, "--json"))

    def fails(self, code: int, *arguments: str, **environment: str) -> str:
        """What it says when it ends with this code."""
        done = self.run(*arguments, **environment)
        assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
        return done.stderr

    def on_a_terminal(self, answer: str, *arguments: str) -> Done:
        return on_a_terminal(self.environment, answer, *arguments)

    @contextmanager
    def running(self, *arguments: str) -> Iterator["Running"]:
        """As a process that goes on until it is told to end; which it is, if the test has not done so."""
        process = subprocess.Popen(
            [BINARIES / "rail", *arguments], env=self.environment, text=True, bufsize=1,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        running = Running(process)
        try:
            yield running
        finally:
            if process.poll() is None:
                running.end()


class Running:
    """A process that goes on, and the lines that it has printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._changed = threading.Condition()
        self.output: list[str] = []
        self.said: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((process.stdout, self.output), (process.stderr, self.said))
        ]
        for reader in self._readers:
            reader.start()

    def wait_for_output(self, count: int) -> list[str]:
        """The lines on its standard output, as soon as there are so many."""
        with self._changed:
            come = self._changed.wait_for(lambda: len(self.output) >= count, PATIENCE)
        assert come, f"{self.output} {self.said}"
        return list(self.output)

    def wait_until_it_says(self, pattern: str) -> re.Match[str]:
        """What it says beside its output, as soon as that holds something of this form."""
        def found() -> re.Match[str] | None:
            return re.search(pattern, "\n".join(self.said))

        with self._changed:
            self._changed.wait_for(lambda: found() is not None, PATIENCE)
        match = found()
        assert match, f"{self.output} {self.said}"
        return match

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Tells it to end, and says with which code it did."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def _read(self, stream: Any, lines: list[str]) -> None:
        for line in stream:
            with self._changed:
                lines.append(line.rstrip("\n"))
                self._changed.notify_all()
