"""The Dagster UI and, beside it, the releases: a page of the UI cannot open a file from disk.

Everything listens on this machine only and behind `guard`, since the UI has no login.
"""

from __future__ import annotations

import functools
import http.server
import io
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dagster_project.defs.guard import is_loopback
from dagster_project.defs.home import prepare_home
from dagster_project.defs.origin import MODULE
from dagster_project.errors import InputError
from dagster_project.places import READ_ONLY_VARIABLE, RELEASES_PORT_VARIABLE, UI_PORT_VARIABLE, Places

HOST = "127.0.0.1"
SERVER = "dagster_project.defs.webserver"


@dataclass(frozen=True)
class Port:
    """A port of this machine, and the variable that names another one."""

    variable: str
    number: int

    @classmethod
    def from_environment(cls, variable: str, default: int) -> Port:
        """Raises `InputError` for what is no port."""
        text = os.environ.get(variable) or str(default)
        if not (text.isdecimal() and 0 < int(text) < 65536):
            raise InputError(f"{variable}={text}: a port is a number from 1 to 65535.")
        return cls(variable, int(text))

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.number}"

    def check_free(self) -> None:
        """Raises `InputError` where another program listens."""
        with socket.socket() as probe:
            if probe.connect_ex((HOST, self.number)) == 0:
                raise InputError(
                    f"{HOST}:{self.number} is taken; end what listens there, perhaps another `make ui`, or name "
                    f"another port with {self.variable}."
                )


def ui_port() -> Port:
    """Where the UI is served."""
    return Port.from_environment(UI_PORT_VARIABLE, 3000)


def releases_port() -> Port:
    """Where the releases are served, which the UI's links lead to."""
    return Port.from_environment(RELEASES_PORT_VARIABLE, 3001)


def serve() -> int:
    """Run the web server, the daemon (queue, schedules, sensors) and the releases until one ends or Ctrl-C."""
    ui, reports = ui_port(), releases_port()
    for port in (ui, reports):
        port.check_free()
    places = Places.from_environment()
    prepare_home(places)
    places.releases_dir.mkdir(parents=True, exist_ok=True)
    releases = _releases_server(places.releases_dir, reports)
    threading.Thread(target=releases.serve_forever, daemon=True).start()
    bin_dir = Path(sys.executable).parent
    commands = [
        [sys.executable, "-m", SERVER, "-h", HOST, "-p", str(ui.number), "-m", MODULE, *_read_only()],
        [str(bin_dir / "dagster-daemon"), "run", "-m", MODULE],
    ]
    print(f"basecheck: the Dagster UI comes up on {ui.url}, the reports are on {reports.url}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended from outside, it ends what it started as well
    processes = [subprocess.Popen(command) for command in commands]
    try:
        return processes[0].wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _read_only() -> list[str]:
    """The option under which the UI shows everything and starts nothing, where it is asked for."""
    return ["--read-only"] if os.environ.get(READ_ONLY_VARIABLE, "") not in ("", "0") else []


class _Releases(http.server.SimpleHTTPRequestHandler):
    """Files of the releases, to whoever asks this machine by its own name."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        if not is_loopback(self.headers.get("Host", "")):
            self.send_error(403, "This is no name of this machine; open it as 127.0.0.1 or localhost.")
            return None
        return super().send_head()

    def log_message(self, format: str, *args: object) -> None:  # noqa: ARG002
        return


def _releases_server(folder: Path, port: Port) -> http.server.ThreadingHTTPServer:
    return http.server.ThreadingHTTPServer((HOST, port.number), functools.partial(_Releases, directory=str(folder)))


if __name__ == "__main__":
    try:
        sys.exit(serve())
    except InputError as error:
        sys.exit(f"basecheck: {error}")
