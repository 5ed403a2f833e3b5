"""What is said in several places of the project is said alike."""

import json
import re
import tomllib
from pathlib import Path

from routes import FUNCTIONS, TEMPLATE, camel, routes_of_the_template
from stack import ROOT


def test_every_function_stands_in_the_template_under_its_own_name() -> None:
    assert [package for package in FUNCTIONS if f"  {camel(package)}:\n    Type: AWS::Serverless::Function" not in TEMPLATE] == []
    assert sorted(re.findall(r"CodeUri: target/lambda/([a-z-]+)/", TEMPLATE)) == FUNCTIONS


def test_cargo_lambda_serves_the_routes_of_the_template() -> None:
    router = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["metadata"]["lambda"]["watch"]["router"]
    served = {(each["method"], path, each["function"]) for path, functions in router.items() for each in functions}
    assert served == routes_of_the_template()
    assert len(served) == len(FUNCTIONS) - 3  # All but those that queues call.


def test_the_readme_lists_the_routes_of_the_template() -> None:
    listed = re.findall(r"^\| `([A-Z]+) (/\S+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted((method, path) for method, path, _ in routes_of_the_template())


def test_the_description_of_the_api_has_the_routes_of_the_template() -> None:
    paths = json.loads((ROOT / "openapi.json").read_text())["paths"]
    described = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    assert described == {(method, path) for method, path, _ in routes_of_the_template()}


def test_the_readme_lists_the_parameters_of_the_template_with_their_defaults() -> None:
    parameters = TEMPLATE.partition("\nParameters:\n")[2].partition("\nConditions:\n")[0]
    defaults = dict(re.findall(r'^  (\w+):\n    Type: \w+\n    Default: "?([^"\n]*)"?$', parameters, re.MULTILINE))
    assert len(defaults) == len(re.findall(r"^  \w+:$", parameters, re.MULTILINE))
    rows = re.findall(r"^\| (`[A-Z]\w+`(?:, `\w+`)*) \| (.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    listed = {
        name: default.strip("`").replace("none", "")
        for names, values in rows
        for name, default in zip(re.findall(r"\w+", names), values.split(", "), strict=True)
    }
    assert listed == defaults


def test_every_route_has_a_fixture_that_fits_it() -> None:
    for method, path, package in routes_of_the_template():
        fixture = json.loads(Path(ROOT / "functions" / package / "fixtures" / "request.json").read_text())
        assert fixture["routeKey"] == f"{method} {path}"
        pattern = re.sub(r"\{\w+\}", "[^/]+", path)
        assert re.fullmatch(pattern, fixture["rawPath"])


def test_every_dead_letter_queue_of_the_template_has_its_alarm_and_the_command_that_empties_it() -> None:
    queues = set(re.findall(r"^  (\w+DeadLetters):$", TEMPLATE, re.MULTILINE))
    watched = re.findall(r"AlarmDescription: !Sub (.*)\n.*\n.*\n.*!GetAtt (\w+)\.QueueName", TEMPLATE)
    emptied = dict(re.findall(r'Self::(\w+) => \("(\w+)Url", "\w+Url"\)', (ROOT / "cli/src/redrive.rs").read_text()))
    assert queues
    assert {queue for _, queue in watched} == queues == set(emptied.values())
    for description, queue in watched:
        [kind] = [kind for kind, emptied_queue in emptied.items() if emptied_queue == queue]
        option = re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()
        assert description.endswith(f" rail redrive --stack ${{AWS::StackName}} --queue {option}")
