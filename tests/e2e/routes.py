"""What template.yaml deploys: functions and the routes they serve."""

import re

from stack import ROOT

TEMPLATE = (ROOT / "template.yaml").read_text()
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())


# Those that answer whoever asks, without a key.
DOCUMENTS = ("get-openapi", "get-portal")
# Those that API Gateway opens to callers with AWS credentials.
FOR_CALLERS_BY_IAM = ("publish-for-tenant",)


def camel(package: str) -> str:
    return "".join(word.capitalize() for word in package.split("-"))


def routes_of_the_template() -> set[tuple[str, str, str]]:
    """Method, path and package of each route."""
    functions = re.findall(r"CodeUri: target/lambda/([a-z-]+)/\n(.*?)(?=\n  [A-Z#]|\Z)", TEMPLATE, re.DOTALL)
    route = re.compile(r'Method: ([A-Z]+)(?:, |\n +)Path: "?([^" \n]+)"?')
    return {(method, path, package) for package, text in functions for method, path in route.findall(text)}


def routes_of_the_api() -> set[tuple[str, str]]:
    """Method and path of each route that wants a key."""
    others = DOCUMENTS + FOR_CALLERS_BY_IAM
    return {(method, path) for method, path, package in routes_of_the_template() if package not in others}
