"""AWS's own refusals, in each service's own shape: what its SDK must recognise to do the right thing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class AwsAnswer:
    status: int
    headers: Mapping[str, str]
    body: bytes


THROTTLED = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "kms": (400, "ThrottlingException"),
    "sqs": (400, "RequestThrottled"),
    "scheduler": (429, "ThrottlingException"),
}
BROKEN = {
    "dynamodb": (500, "InternalServerError"),
    "kms": (500, "KMSInternalException"),
    "sqs": (500, "InternalFailure"),
    "scheduler": (500, "InternalServerException"),
}


def throttled(service: str) -> AwsAnswer:
    return refusal(service, *THROTTLED[service])


def broken(service: str) -> AwsAnswer:
    return refusal(service, *BROKEN[service])


def refusal(service: str, status: int, code: str) -> AwsAnswer:
    message = "A fault that the test has ordered."
    match service:
        case "dynamodb":
            return as_json("1.0", status, f"com.amazonaws.dynamodb.v20120810#{code}", message)
        case "kms":
            return as_json("1.1", status, code, message)
        case "sqs":
            # What it was called before SQS spoke JSON goes with it.
            legacy = {"x-amzn-query-error": f"{code};{'Sender' if status < 500 else 'Receiver'}"}
            return as_json("1.0", status, f"com.amazonaws.sqs#{code}", message, legacy)
        case _:
            headers = {"content-type": "application/json", "x-amzn-errortype": code}
            return AwsAnswer(status, headers, json.dumps({"Message": message}).encode())


def as_json(
    version: str, status: int, code: str, message: str, headers: Mapping[str, str] | None = None,
) -> AwsAnswer:
    body = json.dumps({"__type": code, "message": message}).encode()
    return AwsAnswer(status, {"content-type": f"application/x-amz-json-{version}", **(headers or {})}, body)
