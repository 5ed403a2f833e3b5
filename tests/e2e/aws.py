"""What stands behind the API: tables, queues and schedules of a stack, looked at and touched as root."""

import json
import time
from collections import Counter
from typing import Any

from client import DIGITS, ulid
from stack import Stack
from waiting import eventually


# Of how many partitions of a tenant's log: an event's lies by the last digit of its id.
SHARDS = 16


def endpoint_key(tenant: str, endpoint_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"TENANT#{tenant}"}, "sk": {"S": endpoint_id}}


class Behind:
    def __init__(self, stack: Stack) -> None:
        self.outputs = stack.outputs
        self.dynamodb = stack.client("dynamodb")
        self.sqs = stack.client("sqs")
        self.scheduler = stack.client("scheduler")

    def endpoint_item(self, tenant: str, endpoint_id: str) -> dict[str, Any]:
        key = endpoint_key(tenant, endpoint_id)
        return self.dynamodb.get_item(TableName=self.outputs["EndpointsTable"], Key=key)["Item"]

    def copy_endpoint(self, tenant: str, endpoint_id: str, copies: int) -> None:
        """Puts that many more endpoints like this one into the table, past the API."""
        item, table = self.endpoint_item(tenant, endpoint_id), self.outputs["EndpointsTable"]
        requests = [{"PutRequest": {"Item": item | {"sk": {"S": f"we_{ulid(number)}"}}}} for number in range(copies)]
        for first in range(0, copies, 25):
            written = self.dynamodb.batch_write_item(RequestItems={table: requests[first : first + 25]})
            assert not written["UnprocessedItems"]

    def copy_event(self, tenant: str, event_id: str, copies: int, endpoints: int) -> list[str]:
        """Puts that many more events (31 at most) like this one into the log, each with so many endpoints that have not got
        it yet. Their ids, newest first."""
        partition = f"TENANT#{tenant}#{DIGITS.index(event_id[-1]) % SHARDS}"
        table, key = self.outputs["DeliveriesTable"], {"pk": {"S": partition}, "sk": {"S": event_id}}
        item = self.dynamodb.get_item(TableName=table, Key=key)["Item"]
        item["endpoints"] = {"L": [{"S": f"we_{ulid(number)}"} for number in range(endpoints)]}
        others = [digit for digit in reversed(DIGITS) if digit != event_id[-2]][:copies]
        ids = [f"{event_id[:-2]}{digit}{event_id[-1]}" for digit in others]
        for copy in ids:
            self.dynamodb.put_item(TableName=table, Item=item | {"sk": {"S": copy}})
        return ids

    def redirect_endpoint(self, tenant: str, endpoint_id: str, url: str) -> None:
        """Gives an endpoint a URL that the API would not."""
        self.change_endpoint_item(tenant, endpoint_id, url={"S": url})

    def change_endpoint_item(self, tenant: str, endpoint_id: str, **attributes: dict[str, Any]) -> None:
        """Changes what is kept of an endpoint, past the API."""
        item = self.endpoint_item(tenant, endpoint_id) | attributes
        self.dynamodb.put_item(TableName=self.outputs["EndpointsTable"], Item=item)

    def remove_endpoint(self, tenant: str, endpoint_id: str) -> None:
        """Takes an endpoint out of the table without telling anyone."""
        key = endpoint_key(tenant, endpoint_id)
        self.dynamodb.delete_item(TableName=self.outputs["EndpointsTable"], Key=key)

    def restart_recovery(self, tenant: str, recovery_id: str) -> None:
        """Has a recovery that is over run once more."""
        key = {"pk": {"S": f"RECOVERY#{tenant}"}, "sk": {"S": recovery_id}}
        table = self.outputs["DeliveriesTable"]
        item = self.dynamodb.get_item(TableName=table, Key=key)["Item"]
        self.dynamodb.put_item(TableName=table, Item=item | {"status": {"M": {"status": {"S": "running"}}}})
        chore = {"tenant": tenant, "endpoint": item["endpoint"]["S"], "recovery": recovery_id}
        self.send("ChoresQueueUrl", json.dumps(chore))

    def take_slots_of_the_next(self, seconds: int, endpoint_id: str) -> None:
        """Leaves no slot of an endpoint that goes at a rate free for so long."""
        next_free = int((time.time() + seconds) * 1_000_000)
        item = {"pk": {"S": f"ENDPOINT#{endpoint_id}"}, "next": {"N": str(next_free)}}
        self.dynamodb.put_item(TableName=self.outputs["LimitsTable"], Item=item)

    def schedules_of(self, event_id: str) -> list[dict[str, Any]]:
        """The schedules that stand for an event, in the order in which they were made."""
        group, prefix = self.outputs["ScheduleGroup"], event_id.removeprefix("evt_")
        pages = self.scheduler.get_paginator("list_schedules").paginate(GroupName=group, NamePrefix=prefix)
        names = [schedule["Name"] for page in pages for schedule in page["Schedules"]]
        found = [self.scheduler.get_schedule(GroupName=group, Name=name) for name in names]
        return sorted(found, key=lambda schedule: json.loads(schedule["Target"]["Input"])["fence"])

    def latest_schedule_of(self, event_id: str) -> dict[str, Any]:
        return eventually(lambda: self.schedules_of(event_id))[-1]

    def arn(self, queue: str) -> str:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=["QueueArn"])
        return attributes["Attributes"]["QueueArn"]

    def send(self, queue: str, *bodies: str) -> None:
        """Puts messages, ten at most, into a queue as one batch."""
        entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies)]
        sent = self.sqs.send_message_batch(QueueUrl=self.outputs[queue], Entries=entries)
        assert len(sent["Successful"]) == len(bodies)

    def wait_until_handled(self, queue: str, within: float = 15) -> None:
        """Returns when every message of a queue is acknowledged, so that what has not happened by then will not."""
        eventually(lambda: self.messages_in(queue), lambda count: count == 0, within)

    def messages_in(self, queue: str) -> int:
        """Waiting and under way."""
        counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=counts)
        return sum(int(count) for count in answer["Attributes"].values())

    def wait_until_nothing_is_to_come(self, within: float) -> None:
        """Returns when no message and no schedule is left, so that no delivery will change any more."""
        queues = ("IngestQueueUrl", "FirstAttemptsQueueUrl", "RetriesQueueUrl", "ChoresQueueUrl")

        def left() -> int:
            # A schedule becomes a message, and a message may make a schedule or a chore before it goes: none may slip through.
            return sum(self.schedules() + sum(map(self.messages_in, queues)) for _ in range(2))

        eventually(left, lambda count: count == 0, within)

    def schedules(self) -> int:
        pages = self.scheduler.get_paginator("list_schedules").paginate(GroupName=self.outputs["ScheduleGroup"])
        return sum(len(page["Schedules"]) for page in pages)

    def events_of(self, tenants: set[str]) -> Counter[str]:
        """How many events each of these tenants has published, promised or not: those of the rail itself are not counted."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs["DeliveriesTable"],
            FilterExpression="begins_with(pk, :tenant) AND NOT begins_with(eventType, :own)",
            ExpressionAttributeValues={":tenant": {"S": "TENANT#"}, ":own": {"S": "webhook."}},
            ProjectionExpression="pk",
        )
        found = Counter(item["pk"]["S"].split("#")[1] for page in pages for item in page["Items"])
        return Counter({tenant: found[tenant] for tenant in tenants})

    def take_dead_letters(self, queue: str, wanted: set[str], within: float = 10) -> None:
        """Waits until all of these bodies are in a dead-letter queue, and removes them from it."""
        missing = set(wanted)

        def receive() -> set[str]:
            answer = self.sqs.receive_message(QueueUrl=self.outputs[queue], MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self.outputs[queue], ReceiptHandle=message["ReceiptHandle"])
                missing.discard(message["Body"])
            return missing

        eventually(receive, lambda still_missing: not still_missing, within)
