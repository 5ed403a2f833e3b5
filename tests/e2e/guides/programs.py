"""What docs/receivers.md shows, as programs: each verifies one request and says what it makes of it.

A program gets the body on its standard input, headers and secret in its environment. It says `genuine`, with the event's type
where the code returns the event, or `refused: ` and why; what goes wrong otherwise is a failure of the program.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from guides.pages import shown
from stack import ROOT

HERE = Path(__file__).parent
NODE_MODULES = HERE.parent / "node" / "node_modules"
GUIDE = "receivers.md"
# Debian's packages; a program that is not here is one that the tests want anyway.
PACKAGES = {"go": "golang-go", "gofmt": "golang-go", "ruby": "ruby", "php": "php-cli", "java": "default-jdk-headless",
            "javac": "default-jdk-headless", "node": "nodejs", "openssl": "openssl"}


@dataclass(frozen=True)
class Signed:
    """A request, and the secret to verify it with."""

    body: bytes
    headers: Mapping[str, str]
    secret: str


@dataclass(frozen=True)
class Program:
    command: list[str | Path]
    genuine: str
    """What it says of a genuine request."""

    def judge(self, request: Signed) -> str:
        done = subprocess.run(
            self.command, input=request.body, env=environment(request), capture_output=True, check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()


def environment(request: Signed) -> dict[str, str]:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name.upper().replace("-", "_"): request.headers[name] for name in names if name in request.headers}
    return dict(os.environ) | headers | {"WEBHOOK_SECRET": request.secret}


def installed(name: str) -> str:
    """Where a program is. That it is missing is a failure: what the guide shows would go unproved."""
    found = shutil.which(name)
    assert found, f"`{name}` is not installed, and docs/{GUIDE} shows code that needs it: apt-get install {PACKAGES.get(name, name)}"
    return found


def checked(*command: str | Path, directory: Path) -> None:
    """Runs what must succeed."""
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"


def node(code: str, directory: Path) -> Program:
    (directory / "verify.mjs").write_text(code)
    (directory / "node_modules").symlink_to(NODE_MODULES)
    return Program([installed("node"), shutil.copy(HERE / "run.mjs", directory)], "genuine contract.created")


def python(code: str, directory: Path) -> Program:
    (directory / "verify.py").write_text(code)
    return Program([sys.executable, shutil.copy(HERE / "run.py", directory)], "genuine contract.created")


def ruby(code: str, directory: Path) -> Program:
    (directory / "verify.rb").write_text(code)
    return Program([installed("ruby"), "-w", shutil.copy(HERE / "run.rb", directory)], "genuine contract.created")


def php(code: str, directory: Path) -> Program:
    (directory / "verify.php").write_text(code)
    return Program([installed("php"), shutil.copy(HERE / "run.php", directory)], "genuine contract.created")


def go(code: str, directory: Path) -> Program:
    (directory / "webhooks").mkdir()
    (directory / "webhooks" / "verify.go").write_text(code)
    (directory / "go.mod").write_text("module guide\n")
    shutil.copy(HERE / "run.go", directory)
    checked(installed("go"), "build", "-o", "verify", ".", directory=directory)
    return Program([directory / "verify"], "genuine")


def java(code: str, directory: Path) -> Program:
    (directory / "Verify.java").write_text(code)
    shutil.copy(HERE / "Run.java", directory)
    checked(installed("javac"), "Run.java", "Verify.java", directory=directory)
    return Program([installed("java"), "-cp", directory, "Run"], "genuine")


@dataclass(frozen=True)
class Language:
    heading: str
    fence: str
    make: Callable[[str, Path], Program]

    def by_library(self) -> str:
        return shown(GUIDE, self.heading, self.fence)[0]

    def by_hand(self) -> str:
        [_, code] = shown(GUIDE, self.heading, self.fence)
        return code


NODE = Language("Node", "js", node)
PYTHON = Language("Python", "python", python)
ALL_BY_HAND = [
    NODE, PYTHON, Language("Ruby", "ruby", ruby), Language("PHP", "php", php), Language("Go", "go", go),
    Language("Java", "java", java),
]
"""Rust is compiled and run by shared/tests/guides.rs."""
