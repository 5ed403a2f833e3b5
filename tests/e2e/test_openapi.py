"""The API as its description says: thousands of requests made of openapi.json, and none answered otherwise."""

import json
import os
import subprocess
from pathlib import Path

import requests
from client import Api
from stack import ROOT, Stack
from tenants import NewTenant

SCHEMATHESIS = ROOT / ".local" / "venv" / "schemathesis" / "bin" / "schemathesis"
SETTINGS = Path(__file__).parent / "schemathesis.toml"
CASES_OF_AN_OPERATION = 30


def test_whoever_asks_gets_the_description(stack: Stack) -> None:
    answer = requests.get(f"{stack.url}/openapi.json", timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads((ROOT / "openapi.json").read_text())
    assert answer.json()["openapi"].startswith("3.1.")


def test_no_answer_is_other_than_described(stack: Stack, new_tenant: NewTenant, tmp_path: Path) -> None:
    api: Api = new_tenant(["admin", "event-types:write"])
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", SETTINGS, "run", f"{stack.url}/openapi.json", "--url", stack.url,
            "--header", f"Authorization: Bearer {api.key}", "--max-examples", str(CASES_OF_AN_OPERATION),
            "--report", "json", "--report-json-path", tmp_path / "report.json",
        ],
        env=os.environ | {"NO_COLOR": "1"}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout
