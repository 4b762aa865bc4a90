"""How figures can be meant otherwise than they are labelled: the one vocabulary of readings, each by its title."""

from enum import StrEnum


class Sense(StrEnum):
    """Another meaning, which changes no figure."""

    # of one count, base and percentage
    COUNT_IS_BASE = "count is the base"
    COUNT_OF_OTHER = "count belongs to another percentage"
    COUNT_AND_BASE_SWAPPED = "count and base changed places"
    # of figures that hang together
    OTHER_BASE = "another base"
    MISSING_IN_BASE = "don't-knows in the base"  # or out of it
    OTHER_ROUNDING = "another rounding rule"
    SEVERAL_ANSWERS = "several answers"
    WEIGHTED = "weighted"
    NOT_WEIGHTED = "not weighted"
    FIGURES_SWAPPED = "two figures changed places"
    # of a change over waves
    POINTS = "points, not percent"
    WAVES_SWAPPED = "the two waves changed places"
