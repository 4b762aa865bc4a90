"""A mean of whole answers, and its deviation, as a finding: GRIM, GRIMMER and, of yes and no, DEBIT."""

from fractions import Fraction

from dagster_project.claims.decide.grim import debit, grim, grim_power, grimmer
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.read.means import Mean
from dagster_project.claims.read.rounding import RoundingRule


def audit_mean(mean: Mean, rounding: RoundingRule = RoundingRule.EITHER_HALF) -> Finding:
    """Whether so many whole answers can have such a mean and deviation."""
    claims = tuple(text for text in (mean.mean, mean.deviation, f"{mean.base:,}") if text is not None)
    decimals = len(mean.mean.partition(".")[2])
    power = Fraction(0) if mean.measured else Fraction(grim_power(decimals, mean.base, rounding))
    severity, statement = _judged(mean, power, rounding)
    return Finding(Code.GRANULARITY, severity, claims, statement, power)


def _judged(mean: Mean, power: Fraction, rounding: RoundingRule) -> tuple[Severity, str]:
    told = f"a mean of {mean.mean} of {mean.base:,} whole answers"
    if mean.scale and not mean.scale[0] <= Fraction(mean.mean) <= mean.scale[1]:
        return Severity.PROVED_IMPOSSIBLE, f"No mean of answers from {mean.scale[0]} to {mean.scale[1]} is {mean.mean}."
    if mean.measured:
        return Severity.NOT_CHECKABLE, "What is measured need not be whole: any mean and deviation could have been."
    if not grim(mean.mean, mean.base, rounding):
        return Severity.PROVED_IMPOSSIBLE, f"There cannot be {told}: no whole sum divided by {mean.base:,} gives it."
    if mean.deviation is not None:
        check = debit if mean.is_of_yes_and_no else grimmer
        if not check(mean.mean, mean.deviation, mean.base, rounding):
            return (
                Severity.PROVED_IMPOSSIBLE,
                f"With {told}, the standard deviation of a sample cannot be {mean.deviation}.",
            )
        return Severity.CONSISTENT, f"There can be {told} with a standard deviation of {mean.deviation}."
    if not power:
        return Severity.NOT_CHECKABLE, f"There can be {told}; of so many, any mean with these decimals could have been."
    return Severity.CONSISTENT, f"There can be {told}."
