"""The stacks under test, all under the template's own policies, and what must be true of them in the end."""

from collections.abc import Sequence

from stack import Stack

# Seconds. The Scheduler is given 5 s at least for each step, so none of these makes a chain take longer.
SHORT_DELAYS = (2, 3, 4, 5)
ATTEMPT_TIMEOUT_SECONDS = 3
SWEEP_SECONDS = 0.5
RELEASE_PER_SECOND = 2
EVENT_BRIDGE_SOURCE = "com.example.contracts"


def impatient(
    retry_delays: Sequence[int] = SHORT_DELAYS, port: int | None = None, functions_call: str | None = None,
) -> Stack:
    """Retries within seconds, and may send to this machine."""
    parameters = {
        "RetryDelays": ",".join(map(str, retry_delays)),
        "AttemptTimeoutSeconds": str(ATTEMPT_TIMEOUT_SECONDS),
        "AllowPrivateTargets": "true",
        "ReleasePerSecond": str(RELEASE_PER_SECOND),
        "EventBridgeSource": EVENT_BRIDGE_SOURCE,
    }
    return Stack(port, parameters, SWEEP_SECONDS, functions_call)


def intolerant() -> Stack:
    """Gives a delivery one retry, and an endpoint no time to recover."""
    parameters = {"RetryDelays": "1", "DisableAfterHours": "0", "AllowPrivateTargets": "true"}
    return Stack(parameters=parameters, sweep_seconds=SWEEP_SECONDS)


def strict() -> Stack:
    """Takes what the catalog describes, and nothing else."""
    return Stack(parameters={"StrictEventTypes": "true"}, sweep_seconds=SWEEP_SECONDS)


def with_defaults() -> Stack:
    """Has every default of the template."""
    return Stack(sweep_seconds=SWEEP_SECONDS)


def assert_no_fault_of_its_own(stack: Stack) -> None:
    """A fault that a repetition mends (a right that a policy lacks, a panic) fails no test: it is in the log alone."""
    faults = [line for line in stack.logs() if line.get("message") in ("request.failed", "message.failed")]
    assert not faults
