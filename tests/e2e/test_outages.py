"""Faults of everything at once: nothing that was promised is lost, and all of it comes to an end afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product

from account import Account
from faults import Fault, Order
from faulty_stacks import ATTEMPTS_OF_A_ROUND, FaultyStack
from ordeals import ACCEPTS, RECOVERS, REFUSES, Fate, Ordeal, prepare
from receiver import Receiver
from waiting import eventually, let_pass

CLIENTS_AT_ONCE = 8
EVENTS = 48
# Two of three scripts lead to messages and schedules that are under way for some time.
FATES = [Fate((ACCEPTS,)), Fate((RECOVERS,)), Fate((ACCEPTS, REFUSES))]
OUTAGE_SECONDS = 10
QUIET_WITHIN_SECONDS = 90


def ordeals_on(faulty: FaultyStack, receiver: Receiver) -> list[Ordeal]:
    return [prepare(faulty.new_tenant(), receiver, FATES[number % len(FATES)]) for number in range(EVENTS)]


def account_of(faulty: FaultyStack, ordeals: list[Ordeal]) -> Account:
    faulty.behind.wait_until_nothing_is_to_come(QUIET_WITHIN_SECONDS)
    # Who asks what became of an event is to get an answer.
    faulty.proxy.relent()
    account = Account(ATTEMPTS_OF_A_ROUND)
    for ordeal in ordeals:
        account.add(ordeal)
    assert set(faulty.behind.events_of({ordeal.api.tenant for ordeal in ordeals}).values()) == {1}
    return account


def test_nothing_is_lost_when_all_of_aws_stands_still_amid_publishing_and_delivering(
    faulty: FaultyStack, receiver: Receiver,
) -> None:
    ordeals = ordeals_on(faulty, receiver)
    with ThreadPoolExecutor(CLIENTS_AT_ONCE) as clients:
        publishing = [clients.submit(ordeal.publish, repeats=True) for ordeal in ordeals]
        eventually(lambda: sum(done.done() for done in publishing), lambda promised: promised >= EVENTS // 3)
        with faulty.stack.stopped():
            promised_before = sum(done.done() for done in publishing)
            let_pass(OUTAGE_SECONDS)
        for done in publishing:
            done.result()
    assert promised_before < EVENTS, "the outage came too late to disturb anybody"
    account = account_of(faulty, ordeals)
    assert not account.wrong
    assert account.counts["events never promised"] == 0


def test_nothing_is_lost_while_one_call_in_ten_meets_a_fault(
    faulty: FaultyStack, receiver: Receiver, record_property: Callable[[str, object], None],
) -> None:
    ordeals = ordeals_on(faulty, receiver)
    before = len(faulty.proxy.injections)
    for seed, (ordeal, fault) in enumerate(product(ordeals, Fault)):
        faulty.proxy.take(Order(ordeal.ids, fault, times=None, probability=0.1 / len(Fault), seed=seed))
    with ThreadPoolExecutor(CLIENTS_AT_ONCE) as clients:
        for done in [clients.submit(ordeal.publish, repeats=True) for ordeal in ordeals]:
            done.result()
    account = account_of(faulty, ordeals)
    assert not account.wrong
    assert account.counts["events never promised"] == 0
    disturbed = len(faulty.proxy.injections) - before
    record_property("account", f"{disturbed} calls disturbed at random, about {EVENTS} events")
    assert disturbed >= EVENTS
