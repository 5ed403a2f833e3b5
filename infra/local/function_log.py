"""The log group of the functions, read line by line.

The emulator writes a function's lines when its invocation ends, all at once and into a stream of their own. It has no
next token, gives the oldest lines first and at most a page of them.
"""

import json
from typing import Any

PAGE = 10_000
# A line's time is taken shortly before the line can be read: whoever follows the log looks back this far.
LOOK_BACK_MS = 5_000


class FunctionLog:
    """A reader at some place of the log: at first, at its beginning."""

    def __init__(self, logs, group: str) -> None:
        self._logs = logs
        self._group = group
        self._since_ms = 0
        self._read_streams: dict[str, int] = {}

    def read(self) -> list[dict[str, Any]]:
        """The JSON lines that were not read before, oldest first."""
        unread = [event for event in self._events() if event["logStreamName"] not in self._read_streams]
        if unread:
            self._since_ms = max(0, unread[-1]["timestamp"] - LOOK_BACK_MS)
            self._read_streams |= {event["logStreamName"]: event["timestamp"] for event in unread}
            self._read_streams = {
                stream: time for stream, time in self._read_streams.items() if time >= self._since_ms
            }
        return [json.loads(event["message"]) for event in unread if event["message"].startswith("{")]

    def _events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        since_ms = self._since_ms
        while True:
            page = self._logs.filter_log_events(logGroupName=self._group, startTime=since_ms, limit=PAGE)["events"]
            if len(page) < PAGE:
                return events + page
            # What shares the last moment of a full page comes with the next one.
            since_ms = page[-1]["timestamp"]
            events += [event for event in page if event["timestamp"] < since_ms]
