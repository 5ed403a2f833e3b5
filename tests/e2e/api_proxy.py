"""Stands between a client and the API: passes every request on, unless a test has ordered something else for it."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests
from local_server import LocalServer

# What each connection says for itself.
HOP_BY_HOP = {"connection", "host", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


@dataclass(frozen=True)
class Instead:
    """What a request gets instead of the API's answer."""

    status: int
    """0: the connection is closed without an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    after_all: bool = False
    """Whether the API does what it was asked to all the same."""


LOST = Instead(0, after_all=True)


class ApiProxy(LocalServer):
    """Listens on 127.0.0.1 while the `with` block runs."""

    def __init__(self, api_url: str) -> None:
        super().__init__()
        self._api_url = api_url
        self._orders: dict[tuple[str, str], list[Instead]] = defaultdict(list)
        self.taken: list[tuple[str, str, dict[str, str]]] = []
        """Method, path and headers of each request, in order."""

    def order(self, method: str, ending: str, *instead: Instead) -> None:
        """The next such requests, whose paths end so, get these."""
        self._orders[method, ending] += instead

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                path = self.path.partition("?")[0]
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                proxy.taken.append((self.command, path, headers))
                instead = proxy._ordered(self.command, path)
                if instead is None or instead.after_all:
                    answer = proxy._pass_on(self.command, self.path, headers, body)
                if instead is None:
                    self._answer(answer.status_code, dict(answer.headers), answer.content)
                elif instead.status == 0:
                    self.close_connection = True
                else:
                    self._answer(instead.status, instead.headers, instead.body)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any

            def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                with suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    for name, value in headers.items():
                        if name.lower() not in HOP_BY_HOP:
                            self.send_header(name, value)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """The tests look at what was taken; nobody reads a log."""

        return Handler

    def _ordered(self, method: str, path: str) -> Instead | None:
        for (ordered, ending), instead in self._orders.items():
            if ordered == method and path.endswith(ending) and instead:
                return instead.pop(0)
        return None

    def _pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        kept = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self._api_url + path, headers=kept, data=body, timeout=30)
