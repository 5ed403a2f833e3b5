"""The API as its description says: thousands of requests made of openapi.json, and none answered otherwise."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import stacks
from client import Api
from stack import ROOT, Stack
from tenants import tenants_of

SCHEMATHESIS = ROOT / ".local" / "venv" / "schemathesis" / "bin" / "schemathesis"
SETTINGS = Path(__file__).parent / "schemathesis.toml"
CASES_OF_AN_OPERATION = 30


def test_whoever_asks_gets_the_description(stack: Stack) -> None:
    answer = requests.get(f"{stack.url}/openapi.json", timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads((ROOT / "openapi.json").read_text())
    assert answer.json()["openapi"].startswith("3.1.")


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """One that no other test has: what is published here by the hundred would hold up what they wait for."""
    with stacks.with_defaults() as stack:
        yield stack
        stacks.assert_no_fault_of_its_own(stack)


def test_no_answer_is_other_than_described(own_stack: Stack, tmp_path: Path) -> None:
    api: Api = tenants_of(own_stack)(["admin", "event-types:write"])
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", SETTINGS, "run", f"{own_stack.url}/openapi.json", "--url", own_stack.url,
            "--header", f"Authorization: Bearer {api.key}", "--max-examples", str(CASES_OF_AN_OPERATION),
            "--report", "json", "--report-json-path", tmp_path / "report.json",
        ],
        env=os.environ | {"NO_COLOR": "1"}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout
