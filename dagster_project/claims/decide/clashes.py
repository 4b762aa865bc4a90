"""Orders that cannot all be so, whatever the figures: "A over B" and "B over A", or an answer over its net.

Without them every conflict rests on a figure, which is what `localise` looks for.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dagster_project.claims.decide.joint import Joint
from dagster_project.claims.decide.localise import Localiser, explain
from dagster_project.claims.decide.system import Feasibility, UndecidedError
from dagster_project.claims.read.survey import Order


class Clash(NamedTuple):
    """As few orders as cannot all be so, and those of them that nothing known takes the part of."""

    orders: Sequence[Order]
    blamed: Sequence[Order]


def clash_of_orders(joint: Joint, deadline: float | None) -> Clash | None:
    """Some orders that clash whatever the figures; None if none do. Raises UndecidedError.

    Where recounted figures refute some of them, these alone are to blame.
    """

    def stand(orders: frozenset[Order], figures: frozenset[int] = frozenset()) -> bool:
        only = joint.without([order for order in joint.orders if order not in orders])
        found = only.system.decide(figures, deadline=deadline).feasibility
        if found is Feasibility.UNDECIDED:
            raise UndecidedError
        return found is Feasibility.POSSIBLE

    if not joint.orders or Localiser(joint, deadline).possible(frozenset()):
        return None
    orders = explain(stand, frozenset(), joint.orders, changed=False)
    known = frozenset(f for f in joint.everything if joint.figures[f].fixed)
    refuted = [order for order in orders if not stand(frozenset({order}), known)]
    return Clash(orders, refuted or orders)
