"""The guard before what listens on this machine: no page of the web may steer it or read from it.

The UI has no login. A browser that shows somebody else's page can still send requests to this machine, and under a name
that leads here it can read the answers. So a request must come to this machine's own name, from a page of the same
server or from no page at all, and what changes something must be JSON that is posted, which no form of another page
can send.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
READS = ("GET", "HEAD")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """An ASGI application that hands on to another one what may come in, and refuses the rest with a reason."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            refusal = refusal_of(scope)
            if refusal is not None:
                await _refuse(scope, receive, send, *refusal)
                return
        await self.application(scope, receive, send)


def refusal_of(scope: Scope) -> tuple[int, str] | None:
    """The status and the reason with which a request is refused; None where it may come in."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host, origin = headers.get("host", ""), headers.get("origin")
    if not is_loopback(host):
        return 403, f"{host!r} is no name of this machine; open it as 127.0.0.1 or localhost."
    if not _is_own(origin, host, is_socket=scope["type"] == "websocket"):
        return 403, f"A page of {origin} may not ask this server."
    if scope["type"] == "websocket" or (scope["method"] in READS and not _is_query(scope)):
        return None
    if scope["method"] != "POST":
        return 405, "GraphQL is asked by POST here." if _is_query(scope) else "Only GET, HEAD and POST are taken here."
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if media == "application/json" else (415, "What is posted here must be application/json.")


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine itself, with any port."""
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK and "@" not in host
    except ValueError:
        return False


def _is_own(origin: str | None, host: str, *, is_socket: bool) -> bool:
    """Whether it comes from a page of the same server; what is no browser names no page and opens no socket."""
    if origin is None:
        return not is_socket
    return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")


def _is_query(scope: Scope) -> bool:
    """Whether GraphQL stands in the address, where a link or a picture of another page could put it."""
    return bool(scope["path"].rstrip("/").endswith("/graphql") and scope["query_string"])


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:100]})
        return
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
