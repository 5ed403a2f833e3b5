"""What README.md shows of Node and Python, run as it stands on a request as received. (Rust: shared/tests/readme.rs.)"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from client import Api
from receiver import Received, Receiver
from stack import ROOT

NODE = Path(__file__).parent / "node"
VERIFY = """
let text = "";
for await (const chunk of process.stdin) text += chunk;
const { body, headers, secret } = JSON.parse(text);
console.log(JSON.stringify(verify(body, headers, secret)));
"""


def shown(language: str) -> str:
    """The one piece of code that the README shows in this language."""
    [code] = re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return code


@pytest.fixture
def genuine(api: Api, receiver: Receiver) -> tuple[Received, str]:
    hook = receiver.hook()
    secret = api.create_endpoint(hook.url)["secret"]
    api.publish("contract.created", {"amount": 1.10})
    return hook.wait_for(1)[0], secret


def test_the_python_of_the_readme_verifies_a_request(genuine: tuple[Received, str]) -> None:
    request, secret = genuine
    names: dict = {}
    exec(shown("python"), names)  # noqa: S102 - it is our own README
    assert names["verify"](request.body, dict(request.headers), secret)["data"] == {"amount": 1.10}
    with pytest.raises(Exception, match="signature"):
        names["verify"](request.body + b" ", dict(request.headers), secret)


def test_the_node_of_the_readme_verifies_a_request(genuine: tuple[Received, str]) -> None:
    request, secret = genuine

    def verify(body: str) -> subprocess.CompletedProcess[str]:
        given = json.dumps({"body": body, "headers": dict(request.headers), "secret": secret})
        return subprocess.run(
            ["node", "--input-type=module", "--eval", shown("js") + VERIFY],
            cwd=NODE, input=given, capture_output=True, text=True, check=False,
        )

    verified = verify(request.body.decode())
    assert json.loads(verified.stdout)["data"] == {"amount": 1.10}, verified.stderr
    assert "signature" in verify(request.body.decode() + " ").stderr
