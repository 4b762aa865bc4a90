"""How complex each function, method and class is, and the list of those that are too complex, which may only shrink.

`make complexity` writes the list anew.
"""

from __future__ import annotations

from pathlib import Path

from radon.complexity import cc_visit

from dagster_project.places import PROJECT_DIR

MOST = 10
LIST = Path(__file__).with_suffix(".txt")


def measured() -> dict[str, int]:
    """The cyclomatic complexity of every block of the package, as path:name."""
    found = {}
    for path in sorted((PROJECT_DIR / "dagster_project").rglob("*.py")):
        for block in cc_visit(path.read_text(encoding="utf-8")):
            name = block.fullname if block.letter == "M" else block.name
            found[f"{path.relative_to(PROJECT_DIR).as_posix()}:{name}"] = block.complexity
    return found


def listed() -> dict[str, int]:
    """The blocks that may be more complex, with what they may have."""
    lines = (line.split() for line in LIST.read_text(encoding="utf-8").splitlines())
    return {name: int(score) for name, score in lines}


def complaints(now: dict[str, int], allowed: dict[str, int]) -> list[str]:
    """A line for each block that is too complex and not listed, worse than listed, or listed and better by now."""
    too_complex = {name: score for name, score in now.items() if score > MOST}
    grown = [
        f"{name}: a complexity of {score}, where {allowed.get(name, MOST)} is allowed; take it apart"
        for name, score in too_complex.items()
        if score > allowed.get(name, MOST)
    ]
    shrunk = [
        f"{name}: no longer a complexity of {score}, as {LIST.name} says; run make complexity"
        for name, score in allowed.items()
        if too_complex.get(name, 0) < score
    ]
    return grown + shrunk


if __name__ == "__main__":
    lines = [f"{name} {score}\n" for name, score in measured().items() if score > MOST]
    LIST.write_text("".join(lines), encoding="utf-8")
    print(f"{LIST.relative_to(PROJECT_DIR)}: {len(lines)} blocks above {MOST}")
