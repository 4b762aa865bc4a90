"""Numbers under which every figure is as printed, brought near to what one would best have them be, wish by wish."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from dagster_project.claims.decide.joint import Joint, Stated
from dagster_project.claims.decide.localise import Localiser, Sources
from dagster_project.claims.decide.system import Effort, Feasibility, UndecidedError

Wishes = list[tuple[int, Fraction]]  # variables, and what they would best be


class ImpossibleError(Exception):
    """No numbers are such that every figure is as printed; `conflict` are some figures that cannot stand."""

    def __init__(self, localiser: Localiser, conflict: Sources) -> None:
        super().__init__(f"{len(conflict)} figures cannot stand together")
        self._localiser, self._conflict = localiser, conflict

    @property
    def conflict(self) -> list[Stated]:
        """The figures, in their order."""
        return [self._localiser.joint.figures[at] for at in sorted(self._conflict)]

    def base_without(self, figures: Collection[Stated]) -> int | None:
        """What the others of the conflict make the base of the first of these; None if they leave it open."""
        joint = self._localiser.joint
        among = [at for at in sorted(self._conflict) if joint.figures[at] in figures]
        base = joint.bases[among[0]] if among else None
        if base is None:
            return None
        low, high = self._localiser.bounds_of(base, self._conflict - {*among})
        return low if low == high else None


class Settled:
    """One value for each variable of a joint system; a solver that is asked looks for small `needless` ones.

    Raises ImpossibleError, or UndecidedError when the time is over before there are any values.
    """

    def __init__(self, joint: Joint, needless: Sequence[int], deadline: float | None) -> None:
        self._joint, self._needless, self._deadline = joint, needless, deadline
        self._held: dict[int, tuple[int, int]] = {}
        self.values: Sequence[int] = ()
        feasibility = self._take({}, Effort.FULL)
        if feasibility is Feasibility.IMPOSSIBLE:
            localiser = Localiser(joint, deadline)
            raise ImpossibleError(localiser, localiser.conflict(joint.everything) or frozenset())
        if feasibility is Feasibility.UNDECIDED:
            raise UndecidedError

    def wish(self, wishes: Wishes) -> bool:
        """Whether all of these are granted, each as near as it can be by itself; of two for one variable the last."""
        bounds = self._joint.system.bounds(self._joint.everything, self._deadline, within=self._held)
        assert bounds is not None
        wanted = {variable: _nearest(value, *bounds[variable]) for variable, value in wishes}
        return self._take({variable: (value, value) for variable, value in wanted.items()}) is Feasibility.POSSIBLE

    def wish_for_some(self, wishes: Sequence[Wishes]) -> None:
        """Grant as many of these as can be, the first ones first, each as a whole."""
        if wishes and not self.wish([one for wish in wishes for one in wish]) and len(wishes) > 1:
            self.wish_for_some(wishes[: len(wishes) // 2])
            self.wish_for_some(wishes[len(wishes) // 2 :])

    def lessen(self, variables: Sequence[Sequence[int]]) -> None:
        """Bring as many of these to 0 as can be, each as a whole, and let no variable become more than it is then."""
        self.wish_for_some([[(variable, Fraction(0)) for variable in of] for of in variables])
        self._held |= {variable: (0, self.values[variable]) for of in variables for variable in of}

    def keep(self, variables: Collection[int]) -> None:
        """Let these stay what they are now."""
        self._held |= {variable: (self.values[variable],) * 2 for variable in variables}

    def _take(self, wanted: Mapping[int, tuple[int, int]], effort: Effort = Effort.EXAMPLE) -> Feasibility:
        found = self._joint.system.decide(
            self._joint.everything,
            bounds={**self._held, **wanted},
            effort=effort,
            deadline=self._deadline,
            small=self._needless,
        )
        if found.feasibility is Feasibility.POSSIBLE:
            self._held |= wanted
            self.values = found.values
        return found.feasibility


def _nearest(value: Fraction, low: int, high: int) -> int:
    """The whole number from low to high that is nearest to a value, the smaller of two."""
    return max(low, min(high, math.ceil(value - Fraction(1, 2))))
