"""A stack whose functions reach AWS through a proxy that does to their calls what a test orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import stacks
from aws import Behind
from emulator import free_port
from fault_proxy import FaultProxy
from stack import Stack
from tenants import NewTenant, tenants_of

# Seconds. The Scheduler's lead makes each of them 5 s or a little more.
RETRY_DELAYS = (1, 1)
ATTEMPTS_OF_A_ROUND = len(RETRY_DELAYS) + 1
# How soon a message comes again. Shorter than a late answer takes: then two are at the same delivery at once.
VISIBILITY_SECONDS = 3
# Batches of a queue that are under way at once: one whose message waits for a late answer holds up no other.
BATCHES_AT_ONCE = 16


@dataclass(frozen=True)
class FaultyStack:
    stack: Stack
    proxy: FaultProxy
    behind: Behind
    new_tenant: NewTenant


def come_again_soon(behind: Behind, queue: str) -> None:
    """Has the queue hand out a message again after seconds, where the template says minutes."""
    attributes = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
    behind.sqs.set_queue_attributes(QueueUrl=behind.outputs[queue], Attributes=attributes)


@contextmanager
def faulty_stack() -> Iterator[FaultyStack]:
    port = free_port()
    with FaultProxy(port) as proxy, stacks.impatient(RETRY_DELAYS, port, proxy.url) as stack:
        behind = Behind(stack)
        for queue in ("FirstAttemptsQueueUrl", "RetriesQueueUrl"):
            come_again_soon(behind, queue)
        functions = stack.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": BATCHES_AT_ONCE},
            )
        yield FaultyStack(stack, proxy, behind, tenants_of(stack))
