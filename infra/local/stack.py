"""The whole rail on this machine: the emulator, with the one template.yaml deployed to it by `sam deploy`.

What runs is the real thing: the compiled functions, under the policies of the template. Used by `make up` and by the
end-to-end tests:

    with Stack(parameters={"RetryDelays": "1,1,2,2", "AllowPrivateTargets": "true"}) as stack:
        requests.get(f"{stack.url}/v1/webhooks/endpoints", headers={"authorization": f"Bearer {stack.create_key('dev')}"})

It takes the binaries as `cargo build --profile local --workspace --bins` left them.
"""

import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import http_api
from emulator import LOCAL, ROOT, Emulator, EmulatorError, tail
from function_log import FunctionLog

STACK_NAME = "rail"
BUCKET = "deployments"
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "local"


class Stack(Emulator):
    """Deployed while the `with` block runs. `parameters` are the template's; all others have its defaults."""

    def __init__(
        self,
        port: int | None = None,
        parameters: Mapping[str, str] | None = None,
        sweep_seconds: float = 1,
        functions_call: str | None = None,
    ) -> None:
        super().__init__(port, sweep_seconds, functions_call)
        self.url = ""
        self.outputs: dict[str, str] = {}
        self._parameters = {"Architecture": architecture()} | dict(parameters or {})

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._deploy(self._stage())
            cloudformation = self.client("cloudformation")
            [deployed] = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
            self.outputs = {output["OutputKey"]: output["OutputValue"] for output in deployed["Outputs"]}
            api_id = http_api.import_body(cloudformation, self.client("apigatewayv2"), STACK_NAME)
            # The API's default stage has no name in the path, as on AWS.
            self.url = f"{self.endpoint_url}/_aws/execute-api/{api_id}"
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def create_key(self, tenant: str, scopes: Sequence[str] = ("admin",)) -> str:
        """A new API key, made as an operator makes one."""
        made = subprocess.run(
            [BINARIES / "rail", "keys", "create", "--tenant", tenant, "--scopes", ",".join(scopes), "--json"],
            env=self.environment | {"RAIL_STACK": STACK_NAME},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise EmulatorError(f"rail keys create failed: {made.stderr.strip()}")
        return json.loads(made.stdout)["key"]

    def function_settings(self) -> dict[str, str]:
        """The environment variables that the template gives to its functions, of all of them together."""
        functions = self.client("lambda").list_functions()["Functions"]
        variables = [function["Environment"]["Variables"] for function in functions]
        return {name: value for own in variables for name, value in own.items()}

    def log(self) -> FunctionLog:
        """A reader of what the functions log, at the beginning."""
        return FunctionLog(self.client("logs"), self.outputs["LogGroup"])

    def logs(self) -> list[dict[str, Any]]:
        """All JSON lines that functions have logged so far, oldest first."""
        return self.log().read()

    def _stage(self) -> Path:
        """A directory as the template expects it, apart from target/lambda, where a build for AWS may lie."""
        directory = self.directory / "deploy"
        directory.mkdir()
        template = shutil.copy(ROOT / "template.yaml", directory)
        for code in re.findall(r"CodeUri: (target/lambda/\S+)", Path(template).read_text()):
            package = Path(code).name
            binary = BINARIES / package
            if not binary.exists():
                raise EmulatorError(f"{binary} is missing. Build it: cargo build --profile local --workspace --bins")
            (directory / code).mkdir(parents=True)
            shutil.copy(binary, directory / code / "bootstrap")
        return directory

    def _deploy(self, directory: Path) -> None:
        self.client("s3").create_bucket(Bucket=BUCKET)
        log = self.directory / "deploy.log"
        with log.open("wb") as output:
            deployed = subprocess.run(
                [LOCAL / "venv" / "sam" / "bin" / "sam", "deploy", "--template-file", "template.yaml",
                 "--stack-name", STACK_NAME, "--s3-bucket", BUCKET, "--capabilities", "CAPABILITY_IAM",
                 "--no-confirm-changeset", "--no-progressbar",
                 "--parameter-overrides", *(f"{name}={value}" for name, value in self._parameters.items())],
                cwd=directory,
                env=self.environment | {
                    "SAM_CLI_TELEMETRY": "0",
                    "SAM_CLI_POLL_DELAY": "0.2",
                    "__SAM_CLI_APP_DIR": str(self.directory / "sam"),
                },
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if deployed.returncode != 0:
            raise EmulatorError(f"sam deploy failed:\n{tail(log)}")


def architecture() -> str:
    return {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
