"""AWS on this machine: one ministack process on 127.0.0.1, with IAM enforced.

Nothing is shared between two emulators but the installed packages: each has its port, its directory
`.local/<port>/`, and its process group, which holds the functions it runs as well.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
REGION = "us-east-1"
# Linux gives 32768 and above to connections, macOS 49152 and above.
OWN_PORTS = range(20_000, 30_000)
READY_WITHIN_SECONDS = 60
ENDED_WITHIN_SECONDS = 10


class EmulatorError(Exception):
    """The local stack cannot be had, and why: for the reader of the terminal."""


class Emulator:
    """Runs while the `with` block does. `port=None` takes a free one.

    The functions call AWS at `functions_call`, if something is to stand between them and this.
    """

    def __init__(
        self, port: int | None = None, sweep_seconds: float = 1, functions_call: str | None = None,
    ) -> None:
        self.port = port or free_port()
        self.endpoint_url = f"http://127.0.0.1:{self.port}"
        self._functions_call = functions_call or self.endpoint_url
        self.directory = LOCAL / str(self.port)
        self._sweep_seconds = sweep_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if is_taken(self.port):
            raise EmulatorError(
                f"Port {self.port} is taken. Stop what listens there, or choose another: PORT={self.port + 1}"
            )
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / "tmp").mkdir(parents=True)
        try:
            self._start()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        self._kill()
        # After a failure its logs are what one wants to see; to be told to stop is none.
        if error_type is None or issubclass(error_type, KeyboardInterrupt):
            shutil.rmtree(self.directory)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nothing of AWS answers while the block runs, and nothing is forgotten. Functions that run go on running."""
        assert self._process is not None, "it does not run"
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @property
    def settings(self) -> dict[str, str]:
        """What an AWS SDK or command needs to take this emulator for AWS and itself for root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with the emulator for AWS: for commands that are run beside it."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        # A proxy for the world outside must not see what stays on this machine.
        direct = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        return inherited | direct | self.settings

    def client(self, service: str) -> Any:
        """A boto3 client of this emulator, as root."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(proxies={}, retries={"mode": "standard"}),
        )

    def _start(self) -> None:
        temporary = str(self.directory / "tmp")
        # Functions inherit it: nothing of the shell's may stand in for what the template forgot.
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with (self.directory / "emulator.log").open("wb") as log:
            self._process = subprocess.Popen(
                [LOCAL / "venv" / "emulator" / "bin" / "python", Path(__file__).with_name("launcher.py"),
                 str(self._sweep_seconds)],
                env=inherited | self.settings | {
                    # It needs none itself, and hands it on to the functions.
                    "AWS_ENDPOINT_URL": self._functions_call,
                    "AUTH": "true",
                    "BIND_HOST": "127.0.0.1",
                    "GATEWAY_PORT": str(self.port),
                    # The host in the URLs it gives out, such as a queue's.
                    "MINISTACK_HOST": "127.0.0.1",
                    "MINISTACK_REGION": REGION,
                    "LAMBDA_EXECUTOR": "local",
                    "TMPDIR": temporary,
                    "STATE_DIR": temporary,
                    "S3_DATA_DIR": temporary,
                },
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self._answers():
            if not self.is_running() or time.monotonic() > deadline:
                raise EmulatorError(f"The emulator did not start:\n{tail(self.directory / 'emulator.log')}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with without_proxy.open(f"{self.endpoint_url}/_ministack/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _kill(self) -> None:
        """Ends the emulator and the functions it runs. Its state is in memory: there is nothing to save."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(ENDED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def free_port() -> int:
    """None that the system gives to connections: one of those could have it before the emulator does."""
    while True:
        port = random.choice(OWN_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tail(log: Path, lines: int = 40) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
