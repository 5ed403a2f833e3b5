"""Which call a function makes to AWS, read from the request, and whom it is about."""

import json
import re
from dataclasses import dataclass
from typing import Any

# Tenants as `tenants.py` names them, endpoints and events (a schedule's name has their ULIDs), hashes of API keys.
IDS = re.compile(r"tenant-[0-9a-f]{32}|(?<![0-9A-Z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Z])|(?<=KEY#)[0-9a-f]{64}")


@dataclass(frozen=True, order=True)
class Call:
    """One place in a function's code where it calls AWS."""

    function: str
    """Its logical id in the template."""
    operation: str
    what: str = ""
    """Which kind of item, where a table is called."""

    def __str__(self) -> str:
        return f"{self.function}: {self.operation} {self.what}".rstrip()


def operation_of(method: str, path: str, target: str | None) -> tuple[str, str]:
    """Service and operation. The Scheduler's requests name theirs by method and path, all others in X-Amz-Target."""
    if target is None:
        assert (method, path.split("/")[1]) == ("POST", "schedules"), f"no call of the rail: {method} {path}"
        return "scheduler", "CreateSchedule"
    prefix, operation = target.split(".")
    return {"DynamoDB_20120810": "dynamodb", "TrentService": "kms", "AmazonSQS": "sqs"}[prefix], operation


def item_of(service: str, operation: str, body: bytes) -> str:
    """What kind of item a call to a table reads or writes."""
    return kind_of(*key_of(operation, json.loads(body))) if service == "dynamodb" else ""


def ids_in(path: str, body: bytes) -> set[str]:
    """Everybody whom a request is about."""
    return set(IDS.findall(path + body.decode()))


def key_of(operation: str, request: dict[str, Any]) -> tuple[str, str]:
    """The partition key and, if there is one, the sort key of the first item."""
    match operation:
        case "PutItem":
            key = request["Item"]
        case "GetItem" | "UpdateItem":
            key = request["Key"]
        case "BatchGetItem":
            [table] = request["RequestItems"].values()
            key = table["Keys"][0]
        case "Query":
            # Beside the partition, a list says from where on it reads.
            [value] = [value for name, value in request["ExpressionAttributeValues"].items() if name != ":last"]
            return value["S"], ""
        case _:
            raise ValueError(f"no call of the functions under test: {operation}")
    return key["pk"]["S"], key["sk"]["S"] if "sk" in key else ""


def kind_of(partition: str, sort: str) -> str:
    match partition.partition("#")[0]:
        case "KEY":
            return "API key"
        case "IDEMPOTENCY":
            return "idempotency record"
        case "ENDPOINT":
            # The deliveries to an endpoint lie in several partitions, which are numbered.
            return "delivery" if partition.count("#") > 1 else "clock"
        case "EDITION":
            return "edition"
        case "RECOVERY":
            return "recovery"
        case "TENANT":
            return "event" if sort.startswith("evt_") else "endpoint"
        case other:
            raise ValueError(f"no item of the rail: {other}")
