"""What the guard before the UI and the releases lets in: only pages of the same server, and JSON that is posted."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest

from dagster_project.defs.guard import Guard

OWN = {"Host": "127.0.0.1:3000", "Origin": "http://127.0.0.1:3000"}
JSON = {"Content-Type": "application/json"}


def asked(method: str, target: str, headers: dict[str, str], kind: str = "http") -> tuple[int, str]:
    """The status and text that come back; 200 where the application behind the guard was asked."""
    path, _, query = target.partition("?")
    sent: list[MutableMapping[str, Any]] = []

    async def application(_scope: Any, _receive: Any, _send: Any) -> None:
        sent.extend([{"status": 200}, {"body": b""}])

    async def receive() -> MutableMapping[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "method": method, "path": path, "query_string": query.encode()}
    scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    with pytest.raises(StopIteration):  # nothing in it waits, so one step is the whole of it
        Guard(application)(scope, receive, send).send(None)
    if kind == "websocket" and "code" in sent[0]:
        return sent[0]["code"], sent[0]["reason"]
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/runs?q=1", OWN),
        ("GET", "/", {"Host": "localhost"}),
        ("HEAD", "/", {"Host": "[::1]:3000"}),
        ("GET", "/graphql", OWN),
        ("POST", "/graphql", OWN | JSON),
        ("POST", "/graphql?op=Runs", OWN | {"Content-Type": "application/json; charset=utf-8"}),
        ("POST", "/graphql", {"Host": "localhost:3000"} | JSON),
    ],
)
def test_the_ui_itself_and_programs_of_this_machine_come_in(method: str, target: str, headers: dict[str, str]) -> None:
    assert asked(method, target, headers)[0] == 200


@pytest.mark.parametrize(
    ("method", "target", "headers", "status", "told"),
    [
        ("GET", "/", {"Host": "attacker.example:3000"}, 403, "'attacker.example:3000' is no name of this machine"),
        ("GET", "/", {"Host": "127.0.0.1.attacker.example"}, 403, "is no name of this machine"),
        ("GET", "/", {"Host": "localhost@attacker.example"}, 403, "is no name of this machine"),
        ("GET", "/", {"Host": "[broken"}, 403, "is no name of this machine"),
        ("GET", "/", {}, 403, "'' is no name of this machine"),
        ("POST", "/graphql", OWN | JSON | {"Origin": "https://attacker.example"}, 403, "A page of https://attacker"),
        ("GET", "/runs", OWN | {"Origin": "null"}, 403, "A page of null may not ask"),
        ("POST", "/graphql", OWN | JSON | {"Origin": "http://127.0.0.1:3001"}, 403, "A page of http://127.0.0.1:3001"),
        ("GET", "/graphql?query=mutation%7BwipeAssets%7D", {"Host": "127.0.0.1:3000"}, 405, "by POST"),
        ("POST", "/graphql?query=mutation", OWN | {"Content-Type": "text/plain"}, 415, "must be application/json"),
        ("POST", "/graphql", OWN | {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        ("POST", "/report_asset_materialization/x", OWN, 415, "must be application/json"),
        ("DELETE", "/graphql", OWN | JSON, 405, "Only GET, HEAD and POST"),
    ],
)
def test_what_another_page_could_send_is_refused_with_its_reason(
    method: str, target: str, headers: dict[str, str], status: int, told: str
) -> None:
    found, reason = asked(method, target, headers)
    assert found == status
    assert told in reason


def test_a_socket_is_opened_by_the_ui_s_own_page_alone() -> None:
    assert asked("GET", "/graphql", OWN, "websocket")[0] == 200
    assert asked("GET", "/graphql", OWN | {"Origin": "http://attacker.example"}, "websocket")[0] == 1008
    assert asked("GET", "/graphql", {"Host": "127.0.0.1:3000"}, "websocket")[0] == 1008
