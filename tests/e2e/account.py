"""What became of events, held against what was promised: the books of a run with faults."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from client import Json
from ordeals import Ordeal, Target
from receiver import Received
from standardwebhooks.webhooks import Webhook


@dataclass
class Account:
    """Of any number of events."""

    attempts_of_a_round: int
    wrong: list[str] = field(default_factory=list)
    """What was promised and not kept, in words."""
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, ordeal: Ordeal) -> None:
        """Of an event for which nothing more will happen."""
        self.counts["events"] += 1
        if ordeal.event is None:
            self.counts["events never promised"] += 1
            return
        event_id = ordeal.event["id"]
        deliveries = {delivery["endpointId"]: delivery for delivery in ordeal.api.event(event_id)["deliveries"]}
        if deliveries.keys() != {target.id for target in ordeal.targets}:
            self.wrong.append(f"{event_id} is on its way to {sorted(deliveries)}")
        attempts = ordeal.api.attempts(event_id)
        for target in ordeal.targets:
            if target.id not in deliveries:
                continue
            own = [attempt for attempt in attempts if attempt["endpointId"] == target.id]
            problems = [*self._of_delivery(deliveries[target.id], own, target), *of_requests(event_id, target)]
            self.wrong += [f"{event_id} to {target.id}: {problem}" for problem in problems]
            self.counts["requests received"] += len(target.hook.requests)
            self.counts["requests received again"] += max(0, len(target.hook.requests) - len(own))

    def _of_delivery(self, delivery: Json, attempts: list[Json], target: Target) -> list[str]:
        status, reason = delivery["status"], delivery["reason"]
        self.counts[f"deliveries {status}" if reason is None else f"deliveries {status}: {reason}"] += 1
        problems = []
        if sorted(attempt["number"] for attempt in attempts) != list(range(1, delivery["attempts"] + 1)):
            problems.append(f"{delivery['attempts']} attempts, of which {len(attempts)} are recorded")
        match status, reason:
            case "delivered", _:
                if not any(200 <= request.answered < 300 for request in target.hook.requests):
                    problems.append("delivered, and never accepted")
            case "failed", "attempts_exhausted":
                if len(attempts) != self.attempts_of_a_round:
                    problems.append(f"given up after {len(attempts)} attempts")
            case "failed", "endpoint_gone" | "endpoint_disabled":
                if not any(request.answered == 410 for request in target.hook.requests):
                    problems.append(f"{reason}, and never said so")
                # After a fault between disabling the endpoint and recording why, the message finds it disabled.
                if len(attempts) != (reason == "endpoint_gone"):
                    problems.append(f"{reason} after {len(attempts)} attempts")
            case _:
                problems.append(f"stuck: {status}, {reason}")
        return problems


def of_requests(event_id: str, target: Target) -> list[str]:
    """What is wrong with what a receiver got: however often it came, it must be one and the same, and signed."""
    requests = target.hook.requests
    problems = []
    if any(request.headers["webhook-id"] != event_id for request in requests):
        problems.append("received under another id")
    if len({request.body for request in requests}) > 1:
        problems.append("received with different bodies")
    if not all(is_signed(request, target.secret) for request in requests):
        problems.append("received with a wrong signature")
    return problems


def is_signed(request: Received, secret: str) -> bool:
    """Whatever time has passed since, which the library's own `verify` would not allow."""
    signed_at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    right = Webhook(secret).sign(request.headers["webhook-id"], signed_at, request.body.decode())
    return request.headers["webhook-signature"] == right
