"""Who is at the other end of a connection on this machine: read from /proc, as Linux has it.

Not by a library that makes an object of each connection: there are tens of thousands of ended ones here, and the caller
would have given up before it is found.
"""

import os
import socket
from contextlib import suppress
from glob import iglob
from pathlib import Path

# 127.0.0.1, as /proc spells it on machines whose lowest byte comes first.
HERE = "0100007F"
INODE = 9  # The column of /proc/net/tcp.


def process_between(port: int, peer: int) -> int | None:
    """The id of the process that has a connection from one port of this machine to another; none if it has ended."""
    ends = f" {HERE}:{port:04X} {HERE}:{peer:04X} "
    line = next((line for line in Path("/proc/net/tcp").read_text().splitlines() if ends in line), None)
    if line is None:
        return None
    name = f"socket:[{line.split()[INODE]}]"
    for descriptor in iglob("/proc/[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(descriptor) == name:
                return int(descriptor.split("/")[2])
    return None


def has_ended(connection: socket.socket) -> bool:
    """Whether the other end has closed it, as a process that is killed does."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
