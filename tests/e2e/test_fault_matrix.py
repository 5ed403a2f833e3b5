"""Every fault at every call that publishing, delivering and retrying by hand make to AWS: what became of each event.

Some hundred events are published by clients that repeat what was not promised, each with faults ordered at two calls of
each function that it comes by. When nothing more is to come, all of them are accounted for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

import pytest
from account import Account
from fault_proxy import FaultProxy
from faulty_stacks import ATTEMPTS_OF_A_ROUND, FaultyStack, faulty_stack
from faults import Fault
from ordeals import (
    ACCEPTS, CALLS, DELIVER_FIRST, DISABLE, ENQUEUE, GONE, KEEP, LOOK_BACK, PUBLISH, RECOVERS, REFUSES, RETRY,
    SEVERITIES, Fate, Ordeal, Severity, prepare, two_of,
)
from receiver import Receiver

T = TypeVar("T")

CLIENTS_AT_ONCE = 16
QUIET_WITHIN_SECONDS = 240
# An event and a fault that it really met at a call.
MEETINGS_WANTED = 2_500
# One client in so many asks once only: if it gets no promise, nothing is owed to it.
GIVES_UP_EVERY = 15
# One in so many repeats what crashed half done. (None of these gives up: 15 is a multiple.)
LOOKS_BACK_EVERY = 3

FATES = {
    Fate((ACCEPTS,), DELIVER_FIRST): 50,
    Fate((RECOVERS,)): 90,
    # Too long for a message: the first attempt, too, reads the body from the table.
    Fate((RECOVERS,), data_bytes=80_000): 60,
    Fate((REFUSES,)): 30,
    Fate((ACCEPTS, RECOVERS, REFUSES)): 40,
    Fate((GONE,), DISABLE): 120,
    Fate((ACCEPTS,), KEEP, paused=True): 60,
    Fate((REFUSES,), retried=True): 180,
}


@dataclass(frozen=True)
class Run:
    """All of it, after the end."""

    faulty: FaultyStack
    ordeals: list[Ordeal]
    account: Account


@pytest.fixture(scope="module")
def run(receiver: Receiver) -> Iterator[Run]:
    with faulty_stack() as faulty, ThreadPoolExecutor(CLIENTS_AT_ONCE) as clients:
        fates = [fate for fate, events in FATES.items() for _ in range(events)]
        ordeals = list(clients.map(lambda fate: prepare(faulty.new_tenant(), receiver, fate), fates))
        order_faults(faulty.proxy, ordeals)

        all_of(clients, publish, enumerate(ordeals))
        faulty.behind.wait_until_nothing_is_to_come(QUIET_WITHIN_SECONDS)
        all_of(clients, Ordeal.resume, [ordeal for ordeal in ordeals if ordeal.fate.paused])
        retried = [ordeal for ordeal in ordeals if ordeal.fate.retried and ordeal.event is not None]
        all_of(clients, Ordeal.retry, retried)
        faulty.behind.wait_until_nothing_is_to_come(QUIET_WITHIN_SECONDS)

        account = Account(ATTEMPTS_OF_A_ROUND)
        all_of(clients, account.add, ordeals)
        yield Run(faulty, ordeals, account)


def publish(numbered: tuple[int, Ordeal]) -> None:
    number, ordeal = numbered
    ordeal.publish(repeats=number % GIVES_UP_EVERY != 0)


def all_of(clients: ThreadPoolExecutor, act: Callable[[T], None], things: Iterable[T]) -> None:
    # Taking the results raises what went wrong.
    list(clients.map(act, things))


def order_faults(proxy: FaultProxy, ordeals: list[Ordeal]) -> None:
    next_of = {fate: count() for fate in FATES}
    for number, ordeal in enumerate(ordeals):
        turn = next(next_of[ordeal.fate])
        faults = [*two_of(PUBLISH, number), *two_of(ordeal.fate.calls, turn)]
        if ordeal.fate.retried:
            faults += two_of(RETRY, turn)
        if number % LOOKS_BACK_EVERY == 1:
            # What an earlier request wrote is looked up where that crashed.
            severity = SEVERITIES[number // LOOKS_BACK_EVERY % len(SEVERITIES)]
            faults += [(ENQUEUE, Severity(Fault.KILLED_BEFORE)), (LOOK_BACK, severity)]
        for call, severity in faults:
            ordeal.order(proxy, call, severity)


def test_what_was_promised_is_delivered_or_has_failed_with_every_attempt(run: Run) -> None:
    assert not run.account.wrong
    assert run.account.counts["deliveries delivered"] > 0
    assert run.account.counts["deliveries failed: attempts_exhausted"] > 0


def test_one_idempotency_key_is_one_event(run: Run) -> None:
    events = run.faulty.behind.events_of({ordeal.api.tenant for ordeal in run.ordeals})
    for ordeal in run.ordeals:
        assert events[ordeal.api.tenant] == 1 or (ordeal.event is None and events[ordeal.api.tenant] == 0)


def test_no_message_became_a_dead_letter(run: Run) -> None:
    queues = ("FirstAttemptsDeadLettersUrl", "RetriesDeadLettersUrl", "SchedulesDeadLettersUrl", "ChoresDeadLettersUrl")
    assert [run.faulty.behind.messages_in(queue) for queue in queues] == [0, 0, 0, 0]


def test_every_fault_was_met_at_every_call(run: Run, record_property: Callable[[str, object], None]) -> None:
    meetings = {
        (injection.order.about, injection.call, Severity(injection.order.fault, injection.order.times or 0))
        for injection in run.faulty.proxy.injections
    }
    met = Counter((call, severity) for _, call, severity in meetings)
    record_property("account", "\n".join([
        table(met),
        f"{len(meetings)} meetings of an event with a fault, {len(run.faulty.proxy.injections)} calls disturbed",
        *(f"{number:6} {what}" for what, number in sorted(run.account.counts.items())),
        f"{len(run.account.wrong):6} promises not kept",
    ]))
    assert not {(call, severity) for call in CALLS for severity in SEVERITIES} - met.keys()
    assert len(meetings) >= MEETINGS_WANTED


def table(met: Counter) -> str:
    """How many events met each fault at each call."""
    lines = [
        ["", *map(str, SEVERITIES)],
        *([str(call), *(str(met[call, severity]) for severity in SEVERITIES)] for call in CALLS),
    ]
    return "\n".join(f"{first:40}" + "".join(f"{cell:>15}" for cell in cells) for first, *cells in lines)
