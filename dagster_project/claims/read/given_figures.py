"""What a caller gives in the place of a figure, turned into the figure or the interval that is meant."""

from collections.abc import Iterable

from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.given import LARGEST, GivenError, GivenTypeError, instance, items, shown, whole
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval

Given = Interval | Figure | int | str
"""An interval, a figure, a text that is read as one, or a whole number of respondents."""


def figure_given(given: Figure | str, kind: Kind) -> Figure:
    """A figure of a kind; a text is read as one."""
    if isinstance(given, str):
        return parse_figure(given, kind)
    figure = instance(given, Figure, f"a {kind}", "give it as it is printed, or what parse_figure reads from it")
    if figure.kind is not kind:
        raise GivenError(f"{figure.text!r} is a {figure.kind} in the place of the {kind}: read it as {kind}")
    return figure


def interval_given(given: Given, kind: Kind) -> Interval:
    """What is given as a count, a base or a percentage: a text as it is read, a whole number itself."""
    if isinstance(given, Interval):
        return given
    if isinstance(given, str | Figure):
        return figure_given(given, kind).interval
    if kind is Kind.PERCENTAGE:
        raise GivenTypeError(f"a percentage is given as it is printed, like '42%', not as {shown(given)}.")
    return Interval.point(whole(given, f"a {kind}", 1 if kind is Kind.BASE else 0, LARGEST))


def intervals_given(given: Iterable[Given] | Given, kind: Kind) -> tuple[Interval, ...]:
    """One or several of them."""
    if isinstance(given, Interval | Figure | int | str):
        return (interval_given(given, kind),)
    return tuple(interval_given(one, kind) for one in items(given, f"{kind}s", "give each as it is printed"))


def one_base_given(given: Given) -> int:
    """A base that is one number."""
    base = interval_given(given, Kind.BASE).tightened()
    if not base.is_point:
        raise GivenError(f"one base is needed, and {shown(given)} is {base}: give a single number.")
    return int(base.low)
