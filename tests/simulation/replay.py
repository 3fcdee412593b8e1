"""What happened in that life? Plays one plan, or the random life of a seed, and prints it side by side.

``make simulate ARGS="--plan silvasoft-draft/one/ixpole.putInstalments#1=very-late"``,
``make simulate ARGS="--seed 17"``. Exit code 0: every promise was kept; 1: one was broken; 2: no such plan.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from simulation.canaries import CANARIES
from simulation.hunt import caught, play, shrunk
from simulation.plan import PlanError, read_plan
from simulation.quick import remembering
from simulation.show import told
from simulation.swarm import live_by


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="simulation.replay", description="Play one life and show it.")
    parser.add_argument("--plan", help="WAY/SHAPE/POINT=FAULT+POINT=FAULT")
    parser.add_argument(
        "--seed", type=int, help="with --plan: of the jitter; without: the random life of this seed"
    )
    parser.add_argument("--canary", choices=list(CANARIES), help="of this broken bridge")
    parser.add_argument("--shrink", action="store_true", help="leave out what the failure does not need")
    chosen = parser.parse_args(arguments)
    try:
        plan = read_plan(chosen.plan, seed=chosen.seed or 0) if chosen.plan else None
    except PlanError as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    if plan is None and chosen.seed is None and chosen.canary is None:
        parser.error("say what to play: --plan, --seed or --canary")
    with ExitStack() as stack:
        stack.enter_context(remembering())
        if chosen.canary and plan is None:
            outcome = caught(CANARIES[chosen.canary])
            if outcome is None:
                print(f"replay: the canary {chosen.canary} gets away with it", file=sys.stderr)
                return 5
        else:
            if chosen.canary:
                stack.enter_context(CANARIES[chosen.canary].patch())
            outcome = play(plan) if plan is not None else live_by(chosen.seed)
            if chosen.shrink and outcome.violation is not None:
                outcome = shrunk(outcome.plan)
    print(told(outcome))
    return 1 if outcome.violation else 0


if __name__ == "__main__":
    sys.exit(main())
