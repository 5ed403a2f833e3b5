"""Waiting for what must come, as long as it needs and no longer: the only place where a test lets time pass."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

INTERVAL_SECONDS = 0.1


def as_told(seconds: int) -> None:
    """Lets the time pass that an answer asked for."""
    time.sleep(seconds)


def eventually(observe: Callable[[], T], expected: Callable[[T], bool] = bool, within: float = 15) -> T:
    """What `observe` answers as soon as it is as expected. It not being so within the time is the test's failure."""
    deadline = time.monotonic() + within
    while True:
        observed = observe()
        if expected(observed):
            return observed
        if time.monotonic() > deadline:
            raise AssertionError(f"Not so within {within} s. Last observed: {observed}")
        time.sleep(INTERVAL_SECONDS)


def let_pass(seconds: float) -> None:
    """For what lasts a certain time whatever happens meanwhile: an outage."""
    time.sleep(seconds)
