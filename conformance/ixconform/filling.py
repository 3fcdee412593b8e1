"""How do a case's customers, products and instalments get into a world? As people enter them, before the first run."""

from __future__ import annotations

import httpx

from ixconform.control import Place
from ixconform.data import Case, Customer
from ixconform.stage import Stage
from ixconform.systems import ixpole
from ixconform.systems.target import Act

REGISTER_S = 20.0


def fill(stage: Stage, case: Case, place: Place, ear: str) -> None:
    """All of the case's data but what becomes known later. ``ear``: where notifications are to go."""
    data, target = case.data, stage.target
    traits, name = target.traits, target.traits.name

    def do(system: str, act: Act) -> None:
        stage.control.act(place.name, system, *act)

    for first in traits.opening.get(stage.mode, ()):
        do(name, first)
    if traits.posts and not stage.registers:
        _register(stage, place, ear)
    for customer in (*data.customers, *data.strangers):
        act = target.enter(customer) if customer.known else None
        if act is not None:
            do(name, act)
    for customer in data.customers:
        code = target.code_of(customer) if customer.known else None
        do("ixpole", ixpole.enter_customer(customer, code, traits.country))
    for product in data.products:
        do("ixpole", ixpole.enter_product(product, traits.currency))
    later = {step.args.get("code") for step in case.steps if step.kind == "add"}
    later |= {step.args.get("add") for step in case.steps}
    for instalment in data.instalments:
        if instalment.code not in later:
            do("ixpole", ixpole.enter_instalment(instalment, data, traits.currency))
    for number in data.by_hand:
        act = target.by_hand(number, _any_known(data.customers))
        if act is not None:
            do(name, act)


def _register(stage: Stage, place: Place, ear: str) -> None:
    """Registers the address for notifications, as a person would once for a connector that never does."""
    traits = stage.target.traits
    found = place.systems[traits.name]
    headers = {"X-Subscription-Key": found["credentials"]["subscription_key"]}
    body = {"callbackUrl": ear, "notificationTypes": list(traits.notifications)}
    with httpx.Client(timeout=REGISTER_S, trust_env=False) as client:
        client.post(found["url"] + traits.callback, json=body, headers=headers).raise_for_status()


def _any_known(customers: tuple[Customer, ...]) -> Customer:
    return next(each for each in customers if each.known)
