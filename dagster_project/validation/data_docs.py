"""Data Docs: Great Expectations' own pages of validations, made safe and whole for reading from disk.

The sentences and tables come from Great Expectations' renderers. The page around them is ours, in
``data_docs_templates``: the stock one loads styles, scripts and a logo from other hosts and does not escape all it
shows. The pages hold no script at all.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project.validation.run import import_great_expectations
from dagster_project.validation.suites import Suite

_TEMPLATES = Path(__file__).parent / "data_docs_templates"
# Great Expectations escapes some strings and not others. Each string goes in without any of these characters, a
# private one in its place, and comes out escaped exactly once wherever it was put.
_UNSAFE: dict[str, str] = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_TO_PRIVATE = {ord(character): 0xE000 + place for place, character in enumerate(_UNSAFE)}
_TO_SAFE = {0xE000 + place: safe for place, safe in enumerate(_UNSAFE.values())}


def build_data_docs(validations: Sequence[tuple[Suite, dict[str, Any]]], folder: Path, title: str) -> Path:
    """Write a page for each (suite, `SuiteRun.validation`) and an index into ``folder``; return the index's path.

    The folder is made, and what it holds is replaced. Every page opens from disk without a network.
    """
    import_great_expectations()
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    from dagster_project.validation import expectations  # noqa: F401 # registers them, so that their sentences are used

    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    shutil.copyfile(_TEMPLATES / "style.css", folder / "style.css")

    view = _view()
    renderer = ValidationResultsPageRenderer(run_info_at_end=True)
    pages = [_page(suite, validation) for suite, validation in validations]
    for (_, validation), page in zip(validations, pages, strict=True):
        shown = expectationSuiteValidationResultSchema.load(_guarded(_shown(validation)))
        document = renderer.render(shown)
        # The overview links to pages that are not built, and the run's information names this machine's objects.
        document.sections = [one for one in document.sections if one.section_name not in ("Overview", "Run Info")]
        html = view.render(document, site_title=title, page=page, pages=pages)
        (folder / page["file"]).write_text(_headed(_escaped(html)), encoding="utf-8")
    index = folder / "index.html"
    index.write_text(view.env.get_template("index_page.j2").render(site_title=title, pages=pages), encoding="utf-8")
    return index


@cache
def _view() -> Any:
    """Great Expectations' own templates with ours before them, compiled once."""
    from great_expectations.render.view.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    view: Any = DefaultJinjaPageView()
    stock = view.env.loader
    assert stock is not None
    view.env.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), stock])
    return view


def _page(suite: Suite, validation: dict[str, Any]) -> dict[str, Any]:
    results = validation["results"]
    made = [one["expectation_config"]["meta"]["check"] for one in results]
    failing = [check for check, one in zip(made, results, strict=True) if not one["success"]]
    return {
        "file": f"{suite.name}.html",
        "title": suite.title,
        "table": suite.table,
        "success": validation["success"],
        "evaluated": len(results),
        "successful": len(results) - len(failing),
        "failing": list(dict.fromkeys(failing)),
        "checks": [
            {
                "name": spec.check,
                "severity": spec.severity,
                "description": spec.description,
                "reason": spec.reason,
                "expectations": made.count(spec.check),
                "fails": spec.check in failing,
            }
            for spec in suite.checks
        ],
    }


def _shown(validation: dict[str, Any]) -> dict[str, Any]:
    """The validation without what names this machine and run."""
    shown = copy.deepcopy(validation)
    shown["meta"] = {}
    shown.pop("batch_id", None)
    for one in shown["results"]:
        one["expectation_config"]["kwargs"].pop("batch_id", None)
        if one["result"].get("element_count") == 0:
            one["result"]["unexpected_percent"] = 0.0  # of no rows; null is shown as NaN
    return shown


def _guarded(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_TO_PRIVATE)
    if isinstance(value, list):
        return [_guarded(item) for item in value]
    if isinstance(value, dict):
        # A row condition is parsed before it is shown, and it is the suite's own text.
        return {key: item if key == "row_condition" else _guarded(item) for key, item in value.items()}
    return value


def _escaped(html: str) -> str:
    return html.translate(_TO_SAFE)


def _headed(html: str) -> str:
    """The page with its sections' headings next below its own; Great Expectations has them as h5."""
    return html.replace("<h5", "<h2").replace("</h5>", "</h2>").replace("<h6", "<h3").replace("</h6>", "</h3>")
