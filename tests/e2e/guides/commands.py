"""The commands that the guides show, run in a shell as they stand."""

import os
import subprocess
from pathlib import Path

from client import Api
from stack import ROOT, Stack


def call(command: str, stack: Stack, api: Api, **variables: str) -> str:
    """What a command of a guide prints, that speaks to the API as this tenant."""
    return shell(command, ROOT, RAIL_URL=stack.url, RAIL_API_KEY=str(api.key), NO_PROXY="127.0.0.1", **variables)


def shell(command: str, directory: Path, **variables: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=directory, env=dict(os.environ) | variables,
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
