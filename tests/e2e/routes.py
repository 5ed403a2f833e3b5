"""What template.yaml deploys: functions and the routes they serve."""

import re

from stack import ROOT

TEMPLATE = (ROOT / "template.yaml").read_text()
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())


def camel(package: str) -> str:
    return "".join(word.capitalize() for word in package.split("-"))


def routes_of_the_template() -> set[tuple[str, str, str]]:
    """Method, path and package of each route."""
    functions = re.findall(r"CodeUri: target/lambda/([a-z-]+)/\n(.*?)(?=\n  [A-Z#]|\Z)", TEMPLATE, re.DOTALL)
    route = re.compile(r'Method: ([A-Z]+), Path: "?([^" ]+)"? }')
    return {(method, path, package) for package, text in functions for method, path in route.findall(text)}
