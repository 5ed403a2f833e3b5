"""What can go wrong with a function's call to AWS, and orders that it shall."""

import random
import threading
from dataclasses import dataclass, field
from enum import Enum

from aws_calls import Call


class Fault(Enum):
    DROPPED = "dropped"
    """The connection breaks before AWS has the request."""
    LATE = "late"
    """AWS acts at once, and the answer comes late: later than the queue's patience with a message."""
    THROTTLED = "throttled"
    BROKEN = "error 500"
    CUT = "cut"
    """AWS acts, and the connection breaks instead of an answer."""
    KILLED_BEFORE = "killed before"
    """The function's process is killed before AWS has the request."""
    KILLED_AFTER = "killed after"
    """AWS acts, and the function's process is killed before it learns so."""


@dataclass
class Order:
    """A fault for the calls that are about any of these ids: at `call`, or at any call where none is named."""

    about: frozenset[str]
    fault: Fault
    call: Call | None = None
    nth: int = 1
    """The first such call that meets it."""
    times: int | None = 1
    """How many calls from then on meet it; none is all of them."""
    probability: float = 1
    """Of each of these."""
    seed: int = 0
    """Of that chance, so that it decides alike in every run."""
    _seen: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def takes(self, call: Call) -> bool:
        """Whether this call meets the fault. To be asked once for each call."""
        if self.call not in (None, call):
            return False
        with self._lock:
            self._seen += 1
            past_the_first = self._seen - self.nth
            due = past_the_first >= 0 and (self.times is None or past_the_first < self.times)
            return due and self._chance.random() < self.probability

    def put_off(self) -> None:
        """Has the next call meet the fault instead, where this one met another's."""
        with self._lock:
            self._seen -= 1


@dataclass(frozen=True)
class Injection:
    """A fault that a call has met."""

    order: Order
    call: Call
