"""The calls of the rail's functions to AWS, and events whose way leads through faults at these calls."""

import base64
import hashlib
import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import careful
from aws_calls import Call, ids_in
from client import Api, Json
from fault_proxy import FaultProxy
from faults import Fault, Order
from receiver import Answer, Hook, Receiver

# How often the SDK calls before it gives up: its own default. A fault that lasts so long reaches our code.
SDK_TRIES = 3

PUBLISH = (
    Call("PublishEvent", "GetItem", "API key"),
    Call("PublishEvent", "PutItem", "idempotency record"),
    Call("PublishEvent", "GetItem", "edition"),
    Call("PublishEvent", "Query", "endpoint"),
    Call("PublishEvent", "PutItem", "event"),
    Call("PublishEvent", "SendMessageBatch"),
)
ENQUEUE = PUBLISH[-1]
# Where an earlier request wrote the event: how far its deliveries went on.
LOOK_BACK = Call("PublishEvent", "BatchGetItem", "delivery")
READ_ENDPOINTS = Call("Deliver", "BatchGetItem", "endpoint")
RECORD_FIRST = Call("Deliver", "PutItem", "delivery")
# A first attempt that is accepted needs these three, every other one all seven.
DELIVER_FIRST = (READ_ENDPOINTS, Call("Deliver", "Decrypt"), RECORD_FIRST)
DELIVER = (
    *DELIVER_FIRST,
    Call("Deliver", "CreateSchedule"),
    Call("Deliver", "BatchGetItem", "delivery"),
    Call("Deliver", "GetItem", "event"),
    Call("Deliver", "UpdateItem", "delivery"),
)
# Whoever keeps a delivery for a paused endpoint looks whether it still is.
KEEP = (READ_ENDPOINTS, RECORD_FIRST, Call("Deliver", "GetItem", "endpoint"))
# What an answer of 410 leads to.
DISABLE = (
    READ_ENDPOINTS,
    Call("Deliver", "UpdateItem", "endpoint"),
    Call("Deliver", "UpdateItem", "edition"),
    Call("Deliver", "SendMessageBatch"),
)
RETRY = (
    Call("RetryEvent", "GetItem", "API key"),
    Call("RetryEvent", "GetItem", "event"),
    Call("RetryEvent", "BatchGetItem", "delivery"),
    Call("RetryEvent", "SendMessageBatch"),
    Call("RetryEvent", "UpdateItem", "delivery"),
)
CALLS = tuple(dict.fromkeys((*PUBLISH, LOOK_BACK, *DELIVER, *KEEP, *DISABLE, *RETRY)))


@dataclass(frozen=True)
class Severity:
    """A fault, and at how many calls in a row."""

    fault: Fault
    times: int = 1

    def __str__(self) -> str:
        return self.fault.value if self.times == 1 else f"{self.fault.value} ×{self.times}"


ENDURED = (Fault.DROPPED, Fault.THROTTLED, Fault.BROKEN, Fault.CUT)
SEVERITIES = (*map(Severity, Fault), *(Severity(fault, SDK_TRIES) for fault in ENDURED))

# A receiver's answers, in turn.
ACCEPTS = (Answer(200),)
RECOVERS = (Answer(503), Answer(200))
REFUSES = (Answer(500),)
GONE = (Answer(410),)


@dataclass(frozen=True, eq=False)
class Fate:
    """What an event's endpoints answer, one script for each, and what the delivery calls for it in any case."""

    scripts: tuple[tuple[Answer, ...], ...]
    calls: tuple[Call, ...] = DELIVER
    data_bytes: int = 10
    paused: bool = False
    """Its endpoints are, until all that was published is kept."""
    retried: bool = False
    """By hand, once it has failed; its receiver then accepts."""


@dataclass(frozen=True)
class Target:
    """An endpoint as its owner knows it."""

    id: str
    secret: str
    hook: Hook


@dataclass
class Ordeal:
    """One event of a tenant of its own, with the faults that it is to meet."""

    api: Api
    fate: Fate
    body: bytes
    targets: list[Target]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    event: Json | None = None
    """As it was promised; none until then."""

    @property
    def ids(self) -> frozenset[str]:
        """By which a call shows that it is about this event."""
        endpoints = ids_in("", " ".join(target.id for target in self.targets).encode())
        assert self.api.key is not None
        return frozenset({self.api.tenant, hashlib.sha256(self.api.key.encode()).hexdigest(), *endpoints})

    def order(self, proxy: FaultProxy, call: Call, severity: Severity) -> None:
        proxy.take(Order(self.ids, severity.fault, call, times=severity.times))

    def publish(self, repeats: bool) -> None:
        if repeats:
            self.event = careful.publish(self.api, self.key, self.body)
        elif (answer := careful.publish_once(self.api, self.key, self.body)) is not None:
            assert answer.status_code == 202, answer.text
            self.event = answer.json()

    def resume(self) -> None:
        """Makes its endpoints active again."""
        for target in self.targets:
            self.api.update_endpoint(target.id, status="active")

    def retry(self) -> None:
        """Once its endpoints are mended."""
        assert self.event is not None
        for target in self.targets:
            target.hook.answer_from_now_on(Answer(200))
        careful.retry(self.api, self.event["id"])


def prepare(api: Api, receiver: Receiver, fate: Fate, seed: int = 0) -> Ordeal:
    hooks = [receiver.hook(*script) for script in fate.scripts]
    endpoints = [api.create_endpoint(hook.url) for hook in hooks]
    targets = [Target(made["id"], made["secret"], hook) for made, hook in zip(endpoints, hooks, strict=True)]
    if fate.paused:
        for target in targets:
            api.update_endpoint(target.id, status="paused")
    # Noise: what can be compressed is never too long for a message.
    noise = base64.b64encode(random.Random(seed).randbytes(fate.data_bytes)).decode()
    body = json.dumps({"type": "contract.created", "data": {"noise": noise}}).encode()
    return Ordeal(api, fate, body, targets)


def two_of(calls: Sequence[Call], index: int) -> list[tuple[Call, Severity]]:
    """Two faults at two of these calls. As `index` goes up, each fault comes to each call in its turn."""
    every = [(call, severity) for call in calls for severity in SEVERITIES]
    other = index + len(every) // 2 + 1
    return [every[index % len(every)], every[other % len(every)]]
