"""HTTP/1.1 by hand over asyncio streams, so that a server can break off wherever it likes."""

import asyncio
import json
import socket
import struct
from http import HTTPStatus

from doubles.loopback import Answer

_LINGER_NONE = struct.pack("ii", 1, 0)


async def receive(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    """The next request: method and path, headers, body; None when the client hung up instead."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return request_line.rpartition(" ")[0], headers, body
    except asyncio.IncompleteReadError:
        return None


def encoded(answer: Answer) -> tuple[bytes, bytes]:
    """Head and body of a response."""
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    headers = {"content-type": "application/json", **answer.headers, "content-length": str(len(body))}
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), body


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST: the other side gets an error and not an end, if it is still there."""
    if writer.transport.is_closing():
        return
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
    writer.transport.abort()


def is_gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether the client is known to have hung up."""
    return reader.at_eof() or writer.transport.is_closing()
