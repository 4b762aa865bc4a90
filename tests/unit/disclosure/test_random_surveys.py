"""Of surveys made up at random nothing that is withheld can be worked out, and little more than must is withheld."""

from __future__ import annotations

import random

from benchmarks.withholding import Sums, random_survey, take


def test_of_twenty_surveys_nothing_is_worked_out_and_little_more_than_the_least_is_withheld() -> None:
    sums = Sums()
    for seed in range(20):
        take(sums, *random_survey(random.Random(seed)))
    assert sums.small > 100
    assert (sums.recovered, sums.not_proved) == (0, 0)
    assert sums.withheld <= 1.2 * sums.least, sums
