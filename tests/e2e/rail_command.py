"""The operator's command `rail`, as built, run with the AWS credentials of a stack."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from stack import BINARIES, STACK_NAME, Stack


@dataclass(frozen=True)
class Operator:
    stack: Stack

    def run(self, *arguments: str, **credentials: str) -> subprocess.CompletedProcess[str]:
        """As root, unless other credentials are given."""
        environment = self.stack.environment | {"RAIL_STACK": STACK_NAME} | credentials
        return subprocess.run(
            [BINARIES / "rail", *arguments], env=environment, capture_output=True, text=True, check=False,
        )

    def keys_of(self, tenant: str) -> list[dict[str, Any]]:
        return json.loads(self.run("keys", "list", "--tenant", tenant, "--json").stdout)

    def revoke_all_of(self, tenant: str) -> None:
        for key in self.keys_of(tenant):
            assert self.run("keys", "revoke", key["id"]).returncode == 0
