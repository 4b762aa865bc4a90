"""The Dagster UI and, beside it, the releases: a page of the UI cannot open a file from disk.

Everything listens on this machine only, since the UI has no login.
"""

from __future__ import annotations

import functools
import http.server
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from dagster_project.defs.home import prepare_home
from dagster_project.errors import InputError
from dagster_project.places import Places

HOST, UI_PORT, RELEASES_PORT = "127.0.0.1", 3000, 3001
RELEASES_URL = f"http://{HOST}:{RELEASES_PORT}"
MODULE = "dagster_project.definitions"


def serve() -> int:
    """Run the web server, the daemon (queue, schedules, sensors) and the releases until one ends or Ctrl-C."""
    places = Places.from_environment()
    prepare_home(places)
    places.releases_dir.mkdir(parents=True, exist_ok=True)
    _check_free(UI_PORT)
    releases = _releases_server(places.releases_dir)
    threading.Thread(target=releases.serve_forever, daemon=True).start()
    bin_dir = Path(sys.executable).parent
    commands = [
        [str(bin_dir / "dagster-webserver"), "-h", HOST, "-p", str(UI_PORT), "-m", MODULE],
        [str(bin_dir / "dagster-daemon"), "run", "-m", MODULE],
    ]
    print(
        f"basecheck: the Dagster UI comes up on http://{HOST}:{UI_PORT}, the reports are on {RELEASES_URL}", flush=True
    )
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


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: ARG002
        return


def _releases_server(folder: Path) -> http.server.ThreadingHTTPServer:
    _check_free(RELEASES_PORT)
    return http.server.ThreadingHTTPServer((HOST, RELEASES_PORT), functools.partial(_Quiet, directory=str(folder)))


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise InputError(f"{HOST}:{port} is taken; end what listens there, perhaps another `make ui`.")


if __name__ == "__main__":
    try:
        sys.exit(serve())
    except InputError as error:
        sys.exit(f"basecheck: {error}")
