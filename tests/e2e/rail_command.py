"""The operator's command `rail`, as built, run with the AWS credentials of a stack."""

import json
import os
import pty
import subprocess
from dataclasses import dataclass
from typing import Any

from stack import BINARIES, STACK_NAME, Stack


@dataclass(frozen=True)
class Operator:
    stack: Stack

    def run(self, *arguments: str, **credentials: str) -> subprocess.CompletedProcess[str]:
        """As root, unless other credentials are given."""
        environment = self._environment | credentials
        return subprocess.run(
            [BINARIES / "rail", *arguments], env=environment, capture_output=True, text=True, check=False,
        )

    def run_on_a_terminal(self, answer: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Where it may ask, and finds this answer typed. Its `stderr` is what the terminal showed."""
        operators_end, commands_end = pty.openpty()
        with open(operators_end, "r+b", buffering=0) as terminal, open(commands_end, "r+b", buffering=0) as own:
            terminal.write(f"{answer}\n".encode())
            done = subprocess.run(
                [BINARIES / "rail", *arguments], env=self._environment, stdin=own, stderr=own, stdout=subprocess.PIPE,
                text=True, check=False,
            )
            done.stderr = os.read(operators_end, 4096).decode()
        return done

    @property
    def _environment(self) -> dict[str, str]:
        return self.stack.environment | {"RAIL_STACK": STACK_NAME}

    def keys_of(self, tenant: str) -> list[dict[str, Any]]:
        return json.loads(self.run("keys", "list", "--tenant", tenant, "--json").stdout)

    def revoke_all_of(self, tenant: str) -> None:
        for key in self.keys_of(tenant):
            assert self.run("keys", "revoke", key["id"]).returncode == 0
