"""The operator's command `rail`, as built, run with the AWS credentials of a stack."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from stack import BINARIES, Stack


@dataclass(frozen=True)
class Operator:
    stack: Stack

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = self.stack.environment | {"ENDPOINTS_TABLE": self.stack.outputs["EndpointsTable"]}
        return subprocess.run(
            [BINARIES / "rail", *arguments], env=environment, capture_output=True, text=True, check=False,
        )

    def keys_of(self, tenant: str) -> list[dict[str, Any]]:
        return json.loads(self.run("keys", "list", "--tenant", tenant, "--json").stdout)

    def revoke_all_of(self, tenant: str) -> None:
        for key in self.keys_of(tenant):
            assert self.run("keys", "revoke", key["id"]).returncode == 0
