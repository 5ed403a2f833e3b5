"""Stands between the functions and AWS: passes every call on, byte for byte, unless a test has ordered a fault for it.

All else of the emulator, its queues' pollers and its Scheduler, goes past it.
"""

import re
import socket
import struct
import threading
from collections import defaultdict
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler

import psutil
from aws_calls import Call, ids_in, item_of, operation_of
from connections import has_ended, process_between
from faults import Fault, Injection, Order
from local_server import LocalServer
from service_errors import AwsAnswer, broken, throttled

LATE_SECONDS = 4
# What a proxy's own connections are about, and its answers' lengths, it says itself.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
# Closes a connection with a reset.
NO_LINGER = struct.pack("ii", 1, 0)


def function_with(access_key: str) -> str:
    """The function whose processes have these credentials.

    :raises psutil.NoSuchProcess: when none of them lives.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            environment = process.environ()
            if environment.get("AWS_ACCESS_KEY_ID") == access_key:
                # `<stack>-<logical id>-<random>`
                return environment["AWS_LAMBDA_FUNCTION_NAME"].split("-")[1]
    raise psutil.NoSuchProcess(None, msg=f"no process has the credentials {access_key}")


class FaultProxy(LocalServer):
    """Listens on 127.0.0.1 while the `with` block runs, in front of the emulator on this port."""

    def __init__(self, emulator_port: int) -> None:
        super().__init__()
        self.injections: list[Injection] = []
        """What was done, in the order in which it was begun."""
        self._emulator_port = emulator_port
        self._orders: dict[str, list[Order]] = defaultdict(list)
        self._functions: dict[str, str] = {}
        self._lookup = threading.Lock()

    def take(self, order: Order) -> None:
        for subject in order.about:
            self._orders[subject].append(order)

    def relent(self) -> None:
        """Disturbs nothing any more."""
        self._orders.clear()

    def _due(self, call: Call, ids: set[str]) -> Order | None:
        """The order that this call falls under. Each is asked, so that all count their calls; where several are due, as one
        call may be about several messages, the others have their turn with the next."""
        asked = {id(order): order for subject in ids for order in self._orders.get(subject, [])}
        due = [order for order in asked.values() if order.takes(call)]
        for other in due[1:]:
            other.put_off()
        return due[0] if due else None

    def _function_of(self, authorization: str) -> str:
        """Whose call it is. Each function has a role of its own, and with it credentials of its own.

        :raises psutil.NoSuchProcess: when other calls had it killed before it was known.
        """
        [credential] = re.findall(r"Credential=(\w+)/", authorization)
        # One looks, the others wait: a function's first calls come all at once.
        with self._lookup:
            if credential not in self._functions:
                self._functions[credential] = function_with(credential)
        return self._functions[credential]

    def _kill(self, caller: BaseHTTPRequestHandler) -> None:
        """Kills the function. To all its calls under way it is the same which of them had it killed."""
        while not has_ended(caller.connection):
            pid = process_between(caller.client_address[1], self._server.server_port)
            # While others come and go, the list of connections may miss one that is there.
            if pid is not None:
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()
                return

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionResetError, psutil.NoSuchProcess):
                    self.close_connection = True  # The function was killed.

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service, operation = operation_of(self.command, self.path, self.headers["x-amz-target"])
                function = proxy._function_of(self.headers["authorization"])
                call = Call(function, operation, item_of(service, operation, body))
                order = proxy._due(call, ids_in(self.path, body))
                if order is None:
                    self._answer(self._pass_on(body))
                else:
                    proxy.injections.append(Injection(order, call))
                    self._do(order.fault, service, body)

            def _do(self, fault: Fault, service: str, body: bytes) -> None:
                match fault:
                    case Fault.DROPPED:
                        self._reset()
                    case Fault.LATE:
                        answer = self._pass_on(body)
                        proxy._closing.wait(LATE_SECONDS)
                        self._answer(answer)
                    case Fault.THROTTLED:
                        self._answer(throttled(service))
                    case Fault.BROKEN:
                        self._answer(broken(service))
                    case Fault.CUT:
                        self._pass_on(body)
                        self._reset()
                    case Fault.KILLED_BEFORE:
                        proxy._kill(self)
                        self._reset()
                    case Fault.KILLED_AFTER:
                        self._pass_on(body)
                        proxy._kill(self)
                        self._reset()

            def _pass_on(self, body: bytes) -> AwsAnswer:
                connection = HTTPConnection("127.0.0.1", proxy._emulator_port)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body)
                response = connection.getresponse()
                headers = {name: value for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP}
                answer = AwsAnswer(response.status, headers, response.read())
                connection.close()
                return answer

            def _answer(self, answer: AwsAnswer) -> None:
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body)))
                try:
                    self.end_headers()
                    self.wfile.write(answer.body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # Another of its calls had the function killed.

            def _reset(self) -> None:
                self.close_connection = True
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                socket.close(self.connection.detach())

            def log_message(self, *_: object) -> None:
                """What was injected is kept; nobody reads more."""

        return Handler
