"""A receiver of webhooks that runs inside the tests: it keeps every request, and answers each path by its script."""

import json
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from local_server import LocalServer


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    delay_seconds: float = 0
    endless: bool = False
    """Whether the body is begun and never ended."""


@dataclass(frozen=True)
class Received:
    path: str
    """With its query."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    at: float
    """On the clock of `time.monotonic`."""
    answered: int
    """The status of the answer."""

    def json(self) -> Any:
        return json.loads(self.body)


class Receiver(LocalServer):
    """Listens on 127.0.0.1 while the `with` block runs."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._received: dict[str, list[Received]] = defaultdict(list)
        self._scripts: dict[str, list[Answer]] = {}

    def hook(self, *script: Answer) -> "Hook":
        """A path of its own. Its requests get the script's answers in turn, and the last of them from then on."""
        path = f"/{uuid.uuid4().hex}"
        self.script(path, *(script or [Answer()]))
        return Hook(self, path)

    def requests(self, path: str) -> list[Received]:
        with self._changed:
            return list(self._received[path])

    def wait_for(self, path: str, count: int, within: float) -> list[Received]:
        """The requests to this path, as soon as there are so many."""
        with self._changed:
            come = self._changed.wait_for(lambda: len(self._received[path]) >= count, within)
            received = list(self._received[path])
        assert come, f"{len(received)} of {count} requests came to {path} within {within} s"
        return received

    def script(self, path: str, *script: Answer) -> None:
        self._scripts[path] = list(script)

    def _take(self, path: str, headers: Mapping[str, str], body: bytes, at: float) -> Answer:
        with self._changed:
            hook = path.partition("?")[0]
            script = self._scripts.get(hook, [Answer(404)])
            earlier = self._received[hook]
            answer = script[min(len(earlier), len(script) - 1)]
            earlier.append(Received(path, headers, body, at, answer.status))
            self._changed.notify_all()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                at = time.monotonic()
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = receiver._take(self.path, headers, body, at)
                receiver._closing.wait(answer.delay_seconds)
                try:
                    self._answer(answer)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # It had waited long enough.

            do_GET = do_POST

            def _answer(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body) + answer.endless))
                self.end_headers()
                self.wfile.write(answer.body)
                if answer.endless:
                    self.wfile.flush()
                    receiver._closing.wait()

            def log_message(self, *_: object) -> None:
                """The tests look at what was received; nobody reads a log."""

        return Handler


@dataclass(frozen=True)
class Hook:
    """One path of a receiver."""

    receiver: Receiver
    path: str

    @property
    def url(self) -> str:
        return self.receiver.url + self.path

    @property
    def requests(self) -> list[Received]:
        return self.receiver.requests(self.path)

    def answer_from_now_on(self, answer: Answer) -> None:
        self.receiver.script(self.path, answer)

    def wait_for(self, count: int = 1, within: float = 15) -> list[Received]:
        return self.receiver.wait_for(self.path, count, within)
