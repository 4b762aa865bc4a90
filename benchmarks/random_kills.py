"""What is left after runs were killed at random moments beside a running UI: nothing that anybody has to mend.

The UI is up. `basecheck run` is started and killed (SIGKILL) at a random moment, again and again. Then, with no manual
step between:

- a run is started in the UI and terminated there while it is busy: it ends as canceled, with nothing half-written;
- every survey is run from the UI, then all by the command: all must succeed;
- every release that there is must be whole: its files have their sums, and `basecheck verify` reads it.

`make faults` kills thirty times, with the surveys shipped; with --quick there are two kills, and one survey.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster_project.codebook import survey_names
from dagster_project.places import PROJECT_DIR, Places

SHIPPED = PROJECT_DIR / "data" / "raw"
PATIENCE = 600  # seconds for anything at all
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
COMMAND = [sys.executable, "-m", "dagster_project.cli"]
RUN = """query ($id: ID!) { runOrError(runId: $id) { ... on Run {
    status stepStats { stepKey status } eventConnection { events { ... on MessageEvent { message } } } } } }"""
LAUNCH = """mutation ($survey: String!, $location: String!) { launchRun(executionParams: {
    selector: {repositoryName: "__repository__", repositoryLocationName: $location, jobName: "survey"}
    runConfigData: {}, executionMetadata: {tags: [{key: "dagster/partition", value: $survey}]}
}) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
LOCATIONS = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
TERMINATE = "mutation ($id: String!) { terminateRun(runId: $id) { __typename } }"


class UI:
    """The UI as it answers its own pages."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/graphql"
        self._location = ""

    def ask(self, query: str, **variables: str) -> Any:
        """What GraphQL says to a question, or does by it."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self._address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        if told.get("errors"):
            raise AssertionError(told["errors"])
        return told["data"]

    def wait(self) -> None:
        """Until it is up and has loaded the surveys."""
        deadline = time.monotonic() + PATIENCE
        while not self._location:
            with contextlib.suppress(OSError):
                nodes = self.ask(LOCATIONS)["repositoriesOrError"].get("nodes")
                self._location = nodes[0]["location"]["name"] if nodes else ""
            _check_in_time(deadline, "the UI did not come up")

    def launch(self, survey: str) -> str:
        """Start a run of a survey; its id."""
        told = self.ask(LAUNCH, survey=survey, location=self._location)["launchRun"]
        assert told["__typename"] == "LaunchRunSuccess", told
        return str(told["run"]["runId"])

    def run(self, run: str) -> Mapping[str, Any]:
        """What is known of a run."""
        return dict(self.ask(RUN, id=run)["runOrError"])

    def ended(self, run: str) -> Mapping[str, Any]:
        """The same, once it is over."""
        deadline = time.monotonic() + PATIENCE
        while (told := self.run(run))["status"] not in ENDED:
            _check_in_time(deadline, f"run {run} stays {told['status']}")
        return told

    def terminated(self, survey: str, step: str) -> Mapping[str, Any]:
        """A run that is ended by the button while it is in a step."""
        run = self.launch(survey)
        deadline = time.monotonic() + PATIENCE
        while not any(one["stepKey"] == step and one["status"] == "IN_PROGRESS" for one in self.run(run)["stepStats"]):
            assert self.run(run)["status"] not in ENDED, f"{step} was over before it could be ended"
            _check_in_time(deadline, f"{step} did not begin", pause=0.05)
        told = self.ask(TERMINATE, id=run)["terminateRun"]["__typename"]
        assert told == "TerminateRunSuccess", told
        return self.ended(run)


def _check_in_time(deadline: float, told: str, pause: float = 0.5) -> None:
    assert time.monotonic() < deadline, told
    time.sleep(pause)


@contextlib.contextmanager
def served(environment: Mapping[str, str], log: Path) -> Iterator[UI]:
    """The UI over a raw and an output folder, as `make ui` starts it."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = [probe.getsockname()[1] for probe in probes]
    named = {"BASECHECK_UI_PORT": str(ports[0]), "BASECHECK_RELEASES_PORT": str(ports[1])}
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster_project.defs.ui"],
            env={**environment, **named},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            ui = UI(ports[0])
            ui.wait()
            yield ui
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def seconds_of_a_run(environment: Mapping[str, str]) -> float:
    """How long the command takes when nobody kills it."""
    started = time.monotonic()
    _succeed(["run"], environment)
    return time.monotonic() - started


def _succeed(arguments: list[str], environment: Mapping[str, str]) -> None:
    ended = subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, (arguments, ended.stdout, ended.stderr)


def kill(environment: Mapping[str, str], after: float) -> bool:
    """Start a run and kill it after so many seconds; whether it was still running then."""
    process = subprocess.Popen([*COMMAND, "run"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True


def whole(places: Places, environment: Mapping[str, str]) -> int:
    """How many releases there are; each of them is looked at."""
    found = 0
    for survey in survey_names(places.raw_dir):
        home = places.releases_dir / survey
        assert not list(home.glob(".building-*")), list(home.iterdir())
        for folder in sorted(path for path in home.iterdir() if path.is_dir() and not path.is_symlink()):
            subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
            _succeed(["verify", str(folder), "--against", str(home / "latest")], environment)
            found += 1
    return found


def main() -> None:
    """Kill, and print what is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two kills, one survey: the numbers mean nothing")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "raw", Path(folder) / "output")
        names = ["kyodo_economic_security"] if options.quick else survey_names(SHIPPED)
        for name in names:
            shutil.copytree(SHIPPED / name, places.raw_dir / name)
        named = {"BASECHECK_RAW_DIR": str(places.raw_dir), "BASECHECK_OUTPUT_DIR": str(places.output_dir)}
        environment = os.environ | named
        with served(environment, Path(folder) / "ui.log") as ui:
            longest = seconds_of_a_run(environment)
            kills = sum(kill(environment, draw.uniform(0, longest)) for _ in range(2 if options.quick else 30))
            canceled = [ui.terminated(names[0], step) for step in ("records", "dbt_marts")[: 1 if options.quick else 2]]
            for run in canceled:
                assert run["status"] == "CANCELED", run
            from_ui = [ui.ended(ui.launch(name))["status"] for name in names]
            assert from_ui == ["SUCCESS"] * len(names), from_ui
            _succeed(["run"], environment)
            releases = whole(places, environment)
    print(f"{kills} runs were killed and {len(canceled)} terminated in the UI.")
    print(f"Then {len(from_ui)} runs from the UI and one by the command succeeded, and {releases} releases are whole.")


if __name__ == "__main__":
    main()
