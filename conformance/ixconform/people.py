"""What do people do in the target while a case is played? They post, pay, delete and archive what is in its books."""

from __future__ import annotations

from collections.abc import Sequence

from ixconform.gathering import books_of
from ixconform.history import Document
from ixconform.matching import owner_of
from ixconform.scene import Scene
from ixconform.systems.target import Act, Target

OVER_CENTS = 500
"""So much too much is paid by who pays too much."""


def people_do(scene: Scene, what: str, code: str | None) -> None:
    """With the documents of an instalment, or of all."""
    target, books = scene.stage.target, books_of(scene.stage, scene.world)
    if what == "retire":
        _retire(scene, books.products)
        return
    done = 0
    for document in books.documents:
        owner = owner_of(document, scene.case.data, books)
        if owner is None or (code is not None and owner != code):
            continue
        act = _act_of(target, document, what)
        if act is not None:
            scene.do(target.traits.name, act)
            done += 1
    if not done:
        scene.notes.append(f"nothing to {what}" + (f" for {code}" if code else ""))
    elif what.startswith(("pay", "unpay")) and target.traits.payments_after:
        scene.moment("clock", f"{target.traits.payments_after} pass, until payments are told")
        scene.advance(target.traits.payments_after)
    scene.carry()
    scene.catch_up()


def _retire(scene: Scene, products: Sequence[str]) -> None:
    """Each product is archived, as people do with what is no longer sold."""
    action, _, member = scene.traits.retires.partition(" ")
    for code in products:
        scene.do(scene.traits.name, (action, {member: code}))
    if not products:
        scene.notes.append("nothing to retire")
    scene.catch_up()


def _act_of(target: Target, document: Document, what: str) -> Act | None:
    if what == "post":
        return target.post(document)
    if what == "drop":
        return target.drop(document) if document.stage == "draft" else None
    if document.stage != "live":
        return None
    if what == "unpay":
        return target.unpay(document)
    if what == "pay-over":
        return target.pay(document, document.outstanding_cents + OVER_CENTS)
    if what == "pay-part":
        return target.pay(document, document.outstanding_cents // 2) if target.traits.part_payments else None
    return target.pay(document, None) if document.outstanding_cents > 0 else None
