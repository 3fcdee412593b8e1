"""What is in iXpole at first? Reads the `ixpole` section of a scenario, written in the API's own names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ixmocks.ixpole import plan
from ixmocks.ixpole.shape import Misfit, read, shown, suggestion
from ixmocks.ixpole.state import Customer, Product, Settings, State
from ixmocks.ixpole.tables import CUSTOMER, PRODUCT, SETTINGS, STORED_SALE

FIRST_ID = 100_001
"""Ids that a scenario leaves out begin here."""
SECTIONS = ("settings", "customers", "products", "sales", "instalments")


def load(section: Mapping[str, Any], seed: int) -> State:
    """The first state of a world. Raises SeedError that names the key, what was seen and expected."""
    if not isinstance(section, Mapping):
        raise Misfit("ixpole", shown(section), "an object")
    for name in section:
        if name not in SECTIONS:
            raise Misfit(str(name), "a name that nobody knows", suggestion(str(name), set(SECTIONS)))
    settings = Settings(
        **read(SETTINGS, {} if section.get("settings") is None else section["settings"], "settings")
    )
    state = State(settings=settings, token_key=token_key(seed), next_id=FIRST_ID)
    for at, described in _items(section, "customers"):
        state = add_customer(state, customer(described, at), at)
    for at, described in _items(section, "products"):
        state = add_product(state, product(state, described, at), at)
    for at, described in _items(section, "products"):
        check_bom(state, state.products[described["productId"]], at)
    for at, described in _items(section, "sales"):
        state, _ = plan.sale(state, read(STORED_SALE, described, at), at)
    ids: set[int] = set()
    for at, described in _items(section, "instalments"):
        state, instalment = plan.instalment(state, described, at)
        if instalment.instalment_id in ids:
            raise Misfit(
                f"{at}.instalmentId", str(instalment.instalment_id), "an id that no other instalment has"
            )
        ids.add(instalment.instalment_id)
        state = state.with_instalment(instalment)
    return state


def token_key(seed: int) -> str:
    return hashlib.sha256(f"ixpole token key {seed}".encode()).hexdigest()


def customer(described: Any, at: str) -> Customer:
    fields = read(CUSTOMER, described, at)
    if "name" not in fields:
        parts = [fields["first_name"], fields["last_name"]]
        fields["name"] = " ".join(part for part in parts if part)
    if not fields["name"]:
        raise Misfit(
            f"{at}.name", "nothing", "a name (a Private customer may have firstName and lastName instead)"
        )
    for member, items, key in (
        ("addresses", fields["addresses"], "address_id"),
        ("contactPersons", fields["contact_persons"], "contact_id"),
    ):
        ids = [getattr(item, key) for item in items]
        if len(set(ids)) != len(ids):
            raise Misfit(f"{at}.{member}", f"ids {ids}", "an id of its own for each")
    return Customer(**fields)


def product(state: State, described: Any, at: str) -> Product:
    fields = {"currency": state.settings.currency} | read(PRODUCT, described, at)
    return Product(**fields)


def check_bom(state: State, of: Product, at: str) -> None:
    """The parts of a composite exist, and their percentages add up to 100."""
    for number, part in enumerate(of.bom):
        if part.product_id not in state.products:
            raise Misfit(
                f"{at}.bom.{number}.productId", str(part.product_id), "the id of a product in `products`"
            )
    total = sum(part.percentage for part in of.bom)
    if of.bom and total != 100:
        raise Misfit(f"{at}.bom", f"percentages that add up to {total}", "100", "IXP-14")


def add_customer(state: State, new: Customer, at: str) -> State:
    if new.customer_id in state.customers:
        raise Misfit(f"{at}.customerId", str(new.customer_id), "an id that no other customer has")
    if new.code is not None and new.code in {other.code for other in state.customers.values()}:
        raise Misfit(f"{at}.customerCode", repr(new.code), "a code that no other customer has", "IXP-34")
    return state.having(new.customer_id).with_customer(new)


def add_product(state: State, new: Product, at: str) -> State:
    if new.product_id in state.products:
        raise Misfit(f"{at}.productId", str(new.product_id), "an id that no other product has")
    return state.having(new.product_id).with_product(new)


def _items(section: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    items = [] if section.get(name) is None else section[name]
    if not isinstance(items, list | tuple):
        raise Misfit(name, shown(items), "a list")
    return [(f"{name}.{number}", item) for number, item in enumerate(items)]
