"""How a meaning that was tried and fits is said."""

from dagster_project.claims.decide.readings import Tried
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.read.rounding import RULE_WORDS
from dagster_project.claims.say.words import listed


def tried_text(tried: Tried) -> str:
    """One sentence: what would have to be meant so that no figure has to change."""
    phrases = [figure.phrase for figure in tried.figures]
    if tried.bases is not None:
        now, other = (base.words.those for base in tried.bases)
        are = "are shares" if len(phrases) > 1 else "is a share"
        once = listed(list(dict.fromkeys(phrases)))
        return f"If {once} {are} of {other} and not of {now}, no figure has to change."
    if tried.rule is not None:
        return f"With {RULE_WORDS[tried.rule].of_several}, every figure would fit."
    if tried.sense is Sense.FIGURES_SWAPPED:
        return f"If {listed(phrases)} changed places, no other figure has to change."
    if tried.sense is Sense.WEIGHTED:
        return "If the percentages are weighted and the counts are not, every figure fits."
    return "If each could give several answers, no figure has to change."
