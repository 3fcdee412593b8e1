"""Does the plan decide safely, whatever is known? Never a second document, never a D after a real number."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core import keys
from ixbridge.core.audit import Found
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.mapping import DraftAs, LineRules, ModeRules, NumberSeries, OverLimit
from ixbridge.core.model import Document, Instalment, Mode, Totals
from ixbridge.core.moves import (
    Ask,
    Create,
    Facts,
    Fresh,
    Look,
    NeedArticles,
    NeedCustomer,
    NeedProducts,
    Note,
    Park,
    Reopen,
    Rest,
)
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.plan import next_move
from ixbridge.core.policy import Policy
from ixbridge.core.reading import Fields, parse
from ixbridge.core.recovery import LOOKS_S
from ixbridge.core.steps import Creation, ReadDocument, WriteDraft, WriteInvoice, WritePayment
from ixbridge.sources import ixpole
from support.bridging import PRODUCT, instalment, policy

DIRECT, DRAFT = policy(Mode.DIRECT), policy(Mode.DRAFT)


def fields(value: object) -> Fields:
    return Fields(parse(json.dumps(value).encode()))


PRODUCTS = {501: ixpole.product(fields(PRODUCT))}
NOTES = "x [iX:C-1]"


def delivered(net: int = 10000) -> Instalment:
    return ixpole.instalment(fields(instalment("C-1", lines=[(net, 21)])))


def document(**changes: object) -> Document:
    base = Document(
        number="5",
        draft_id=None,
        date=date(2026, 4, 1),
        due_date=date(2026, 5, 1),
        totals=Totals(10000, 2100, 12100),
        outstanding_minor=12100,
        notes=NOTES,
        customer_number="7",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


DRAFT_DOCUMENT = document(number=None, draft_id="C-1")


def life(stage: Stage, **changes: object) -> Life:
    base = Life(
        "C-1",
        stage,
        digest=keys.digest(delivered()),
        settings=DIRECT.fingerprint,
        mode=Mode.DIRECT,
        creation=Creation.TRANSACTION,
        customer_id=1001,
        day=date(2026, 4, 1),
        currency="EUR",
        gross_minor=12100,
        nets_minor=(10000,),
        customer_number="7",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


READY = Facts(delivered(), PRODUCTS, customer_number="7", found=Found())


# --- what must never happen -------------------------------------------------------------------

DOCUMENTS = st.builds(
    document,
    number=st.sampled_from(["5", "6", None, "D9"]),
    draft_id=st.sampled_from([None, "C-1", "12"]),
    totals=st.sampled_from([Totals(10000, 2100, 12100), Totals(1, 0, 1), None]),
    outstanding_minor=st.sampled_from([12100, 0, None]),
    due_date=st.sampled_from([date(2026, 5, 1), None]),
    notes=st.sampled_from([NOTES, "", "[iX:C-2]"]),
)
SEVERAL = st.lists(DOCUMENTS, max_size=2).map(tuple)
FACTS = st.builds(
    Facts,
    delivered=st.sampled_from([None, delivered(), delivered(20000)]),
    products=st.sampled_from([{}, PRODUCTS]),
    customer_number=st.sampled_from([None, "7"]),
    articles=st.sampled_from([frozenset(), frozenset({"SEAT"})]),
    next_number=st.sampled_from([None, "700"]),
    found=st.none() | st.builds(Found, SEVERAL, SEVERAL),
    looks=st.integers(0, 3),
    read=st.none() | SEVERAL,
    read_pdf=st.booleans(),
    now=st.none() | st.sampled_from([datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 9, tzinfo=UTC)]),
    offered=st.booleans(),
    suspect=st.booleans(),
)
PARKED = st.none() | st.sampled_from(list(Reason)).map(lambda reason: park(reason, "m"))
LIVES = st.builds(
    life,
    stage=st.sampled_from(list(Stage)),
    parked=PARKED,
    mode=st.sampled_from(list(Mode)),
    creation=st.sampled_from(list(Creation)),
    asked_number=st.sampled_from([None, "700"]),
    number=st.sampled_from([None, "5"]),
    draft_id=st.sampled_from([None, "C-1"]),
    handed=st.sampled_from([None, "DC-1"]),
    by_hand=st.booleans(),
    doubted=st.booleans(),
    again=st.sampled_from(["", "2026-04-05T09:00:00+00:00"]),
    told=st.integers(0, 8),
    kept=st.booleans(),
    credit=st.sampled_from(["", "6"]),
)


@given(LIVES, FACTS, st.sampled_from([DIRECT, DRAFT]))
def test_a_create_needs_an_empty_list_and_certainty_or_an_enforced_number(
    life: Life, facts: Facts, rules: Policy
) -> None:
    move = next_move(life, facts, rules)
    if isinstance(move, Create):
        assert life.parked is None and facts.found == Found()
        assert facts.delivered is not None and facts.digest == life.digest
        certain = life.stage is Stage.SEEN
        assert certain or (
            life.stage is Stage.ASKED and move.step.invoice.number == life.asked_number is not None
        )
        assert facts.customer_number or life.stage is Stage.ASKED
        assert 1 <= len(move.step.invoice.lines) <= 75


@given(LIVES, FACTS, st.sampled_from([DIRECT, DRAFT]))
def test_what_is_written_to_ixpole_is_what_the_right_document_shows(
    life: Life, facts: Facts, rules: Policy
) -> None:
    move = next_move(life, facts, rules)
    if not isinstance(move, Ask) or isinstance(move.step, ReadDocument):
        return
    shown = (*(facts.read or ()), *(facts.found.invoices + facts.found.orders if facts.found else ()))
    match move.step:
        case WriteDraft(number=number):
            again = life.handed is None or facts.offered
            assert life.stage is Stage.DRAFTED or (life.stage is Stage.HANDED and again)
            assert number.startswith("D") and any(f"D{each.draft_id}" == number for each in shown)
        case WriteInvoice(number=number, due_date=due):
            again = facts.offered or "" < life.again <= (facts.now.isoformat() if facts.now else "")
            assert life.stage is Stage.FINAL or (life.stage in (Stage.REPORTED, Stage.PAID) and again)
            assert facts.read_pdf
            assert any((each.number, each.due_date) == (number, due) for each in facts.read or ())
            assert not number.startswith("D")
        case WritePayment(payment_no=None):
            assert life.stage is Stage.PAID
            assert any(each.number == life.number and each.outstanding_minor for each in shown)
        case WritePayment():
            assert life.stage is Stage.REPORTED
            assert any(each.number == life.number and each.outstanding_minor == 0 for each in shown)
    assert move.then is not None


@given(LIVES, FACTS)
def test_a_parked_instalment_waits_or_is_judged_anew(life: Life, facts: Facts) -> None:
    move = next_move(replace(life, parked=park(Reason.NOT_EXPRESSIBLE, "m")), facts, DIRECT)
    assert isinstance(move, (Reopen, Rest, Note))
    if isinstance(move, Note):
        assert move.event in (Event.WITHDRAWN, Event.SEEN)


# --- before the create ------------------------------------------------------------------------


def test_the_way_to_a_direct_create() -> None:
    facts = Facts(delivered())
    assert isinstance(next_move(Life("C-1"), facts, DIRECT), Note)
    seen = life(Stage.SEEN)
    assert next_move(seen, facts, DIRECT) == NeedProducts((501,))
    facts = replace(facts, products=PRODUCTS)
    assert next_move(seen, facts, DIRECT) == NeedCustomer(1001)
    facts = replace(facts, customer_number="7")
    assert next_move(seen, facts, DIRECT) == Look(Fresh.RUN)
    move = next_move(seen, replace(facts, found=Found()), DIRECT)
    assert isinstance(move, Create) and move.step.creation is Creation.TRANSACTION
    assert move.intent["nets"] == [10000] and move.intent["customer_number"] == "7"


def test_a_draft_needs_its_articles_first() -> None:
    seen = life(Stage.SEEN, mode=Mode.DRAFT)
    assert next_move(seen, READY, DRAFT) == NeedArticles({"SEAT": (501, None)})
    move = next_move(seen, replace(READY, articles=frozenset({"SEAT"})), DRAFT)
    assert isinstance(move, Create) and move.step.creation is Creation.INVOICE_DRAFT


def test_an_order_whose_total_cannot_be_reached_is_parked() -> None:
    # 0.01 and 0.01 at 25 % make 0.03 when rounded once, and 0.02 when rounded on each line.
    item = instalment("C-1", lines=[(3, 21), (3, 21)])
    for line in item["lines"]:
        line.pop("vatAmount"), line.pop("amountInclVat")
    item.update(vatAmount=0.01, amountInclVat=0.07)
    found = ixpole.instalment(fields(item))
    orders = policy(Mode.DRAFT, draft_as=DraftAs.ORDER)
    seen = life(Stage.SEEN, digest=keys.digest(found), mode=Mode.DRAFT)
    move = next_move(seen, replace(READY, delivered=found), orders)
    assert isinstance(move, Park) and move.parked.reason is Reason.TOTAL_NOT_REACHABLE
    drafts = next_move(seen, replace(READY, delivered=found, articles=frozenset({"SEAT"})), DRAFT)
    assert isinstance(drafts, Create)


def test_an_annex_that_cannot_be_attached_is_parked() -> None:
    item = ixpole.instalment(fields(instalment("C-1", lines=[(100 + n, 21) for n in range(80)])))
    rules = policy(lines=LineRules(over_limit=OverLimit.CONSOLIDATE))
    move = next_move(life(Stage.SEEN, digest=keys.digest(item)), replace(READY, delivered=item), rules)
    assert isinstance(move, Park) and move.parked.reason is Reason.ANNEX_IMPOSSIBLE
    rules = policy(lines=LineRules(over_limit=OverLimit.CONSOLIDATE, annex_required=False))
    move = next_move(life(Stage.SEEN, digest=keys.digest(item)), replace(READY, delivered=item), rules)
    assert isinstance(move, Create) and len(move.step.invoice.lines) == 1


def test_what_carries_our_tag_before_the_create_is_adopted() -> None:
    move = next_move(life(Stage.SEEN), replace(READY, found=Found((document(),))), DIRECT)
    assert isinstance(move, Note) and move.event is Event.RESULT and move.payload["by"] == "lookup"


def test_edited_before_the_create_starts_again_and_withdrawn_is_dropped() -> None:
    move = next_move(life(Stage.SEEN), replace(READY, delivered=delivered(20000)), DIRECT)
    assert isinstance(move, Note) and move.event is Event.SEEN and move.payload["gross"] == 24200
    assert next_move(life(Stage.SEEN), Facts(), DIRECT) == Note(Event.WITHDRAWN)


# --- after the create -------------------------------------------------------------------------


def test_an_uncertain_create_is_looked_for_twice_and_then_parked() -> None:
    asked = life(Stage.ASKED)
    facts = Facts(delivered(), earlier=False)
    for looks, (fresh, pause_s) in enumerate(zip((Fresh.CREATED, Fresh.NOW), LOOKS_S, strict=True)):
        assert next_move(asked, facts, DIRECT) == Look(fresh, pause_s)
        facts = replace(facts, found=Found(), looks=looks + 1)
    move = next_move(asked, facts, DIRECT)
    assert isinstance(move, Park) and move.parked.reason is Reason.UNCERTAIN_CREATE


def test_with_an_enforced_number_the_same_invoice_is_sent_again() -> None:
    rules = policy(numbers=NumberSeries(700))
    asked = life(Stage.ASKED, asked_number="700")
    move = next_move(asked, replace(READY, customer_number=None, looks=1), rules)
    assert isinstance(move, Create)
    assert (move.step.invoice.number, move.step.invoice.customer_number) == ("700", "7")


def test_one_look_must_be_newer_than_the_create() -> None:
    for stage in (Stage.ASKED, Stage.BOOKED):
        assert next_move(life(stage), Facts(earlier=False), DIRECT) == Look(Fresh.CREATED)
        assert next_move(life(stage), Facts(earlier=True), DIRECT) == Look(Fresh.RUN)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"totals": Totals(10001, 2100, 12101)}, Reason.TOTAL_DIFFERS),
        ({"totals": Totals(9999, 2101, 12100)}, Reason.TAX_SPLIT_DIFFERS),
        ({"customer_number": "8"}, Reason.DOCUMENT_NOT_OURS),
        ({"date": date(2026, 4, 2)}, Reason.DOCUMENT_NOT_OURS),
        ({"notes": f"{NOTES} [iX:C-2]"}, Reason.DOCUMENT_NOT_OURS),
        ({"number": "6"}, Reason.NUMBER_CHANGED),
    ],
)
def test_a_document_that_is_not_what_was_meant_is_parked(changes: dict[str, object], reason: Reason) -> None:
    found = Found((document(**changes),))
    move = next_move(life(Stage.BOOKED, number="5"), Facts(found=found), DIRECT)
    assert isinstance(move, Park) and move.parked.reason is reason


def test_two_documents_of_one_code_are_parked_and_a_document_listed_twice_is_one() -> None:
    booked = life(Stage.BOOKED, number="5")
    move = next_move(booked, Facts(found=Found((document(), document(number="6")))), DIRECT)
    assert isinstance(move, Park) and move.parked.reason is Reason.DUPLICATE_DOCUMENTS
    assert next_move(booked, Facts(found=Found((document(), document()))), DIRECT) == Note(
        Event.NUMBERED, {"number": "5"}
    )


def test_a_real_number_that_begins_with_d_is_parked() -> None:
    found = Found((document(number="D5"),))
    move = next_move(life(Stage.BOOKED), Facts(found=found), DIRECT)
    assert isinstance(move, Park) and move.parked.reason is Reason.NUMBER_LOOKS_LIKE_DRAFT


def test_a_draft_is_handed_over_once_and_then_waited_for() -> None:
    drafted = life(Stage.DRAFTED, creation=Creation.INVOICE_DRAFT, draft_id="C-1")
    facts = Facts(found=Found((DRAFT_DOCUMENT,)))
    assert next_move(drafted, facts, DRAFT) == Ask(WriteDraft("C-1", "DC-1"), Event.HANDED, {"said": "DC-1"})
    handed = replace(drafted, stage=Stage.HANDED, handed="DC-1")
    assert isinstance(next_move(handed, facts, DRAFT), Rest)


def test_a_draft_that_became_real_before_its_d_was_reported_never_sends_the_d() -> None:
    drafted = life(Stage.DRAFTED, creation=Creation.INVOICE_DRAFT, draft_id="C-1")
    assert next_move(drafted, Facts(found=Found((document(),))), DRAFT) == Note(
        Event.NUMBERED, {"number": "5"}
    )


def test_an_order_and_the_invoice_made_of_it_are_one_document() -> None:
    handed = life(Stage.HANDED, creation=Creation.ORDER, draft_id="12", handed="D12")
    both = Found((document(),), (document(number=None, draft_id="12"),))
    assert next_move(handed, Facts(found=both), DRAFT) == Note(Event.NUMBERED, {"number": "5"})


def test_a_deleted_draft_is_looked_for_twice_and_then_parked() -> None:
    handed = life(Stage.HANDED, creation=Creation.INVOICE_DRAFT, draft_id="C-1", handed="DC-1")
    assert next_move(handed, Facts(found=Found(), looks=1), DRAFT) == Look(Fresh.NOW, LOOKS_S[1])
    move = next_move(handed, Facts(found=Found(), looks=2), DRAFT)
    assert isinstance(move, Park) and "deleted" in move.parked.message


def test_number_due_date_and_pdf_are_reported_together() -> None:
    final = life(Stage.FINAL, number="5")
    assert next_move(final, Facts(), DIRECT) == Ask(ReadDocument("5", with_pdf=True))
    facts = Facts(read=(document(pdf=b"%PDF-"),), read_pdf=True)
    move = next_move(final, facts, DIRECT)
    assert isinstance(move, Ask)
    assert move.step == WriteInvoice("C-1", "5", date(2026, 5, 1), b"%PDF-")


def test_a_document_without_a_due_date_waits() -> None:
    facts = Facts(read=(document(due_date=None),), read_pdf=True)
    assert next_move(life(Stage.FINAL, number="5"), facts, DIRECT) == Rest("document 5 has no due date yet")


def test_paid_means_that_nothing_is_outstanding() -> None:
    reported = life(Stage.REPORTED, number="5")
    assert isinstance(next_move(reported, Facts(read=(document(outstanding_minor=1),)), DIRECT), Rest)
    assert isinstance(next_move(reported, Facts(read=(document(outstanding_minor=None),)), DIRECT), Rest)
    move = next_move(reported, Facts(read=(document(outstanding_minor=0),)), DIRECT)
    assert isinstance(move, Ask) and move.step == WritePayment("C-1", "SILVASOFT-5-2026-04-01")


def test_edited_after_the_create_is_parked_and_undone_is_judged_anew() -> None:
    booked = life(Stage.BOOKED, number="5")
    move = next_move(booked, Facts(delivered(20000)), DIRECT)
    assert isinstance(move, Park) and move.parked.reason is Reason.SOURCE_CHANGED
    parked = replace(booked, parked=move.parked)
    assert next_move(parked, Facts(delivered(20000)), DIRECT) == Rest()
    assert next_move(parked, Facts(delivered()), DIRECT) == Reopen()


# --- parked -----------------------------------------------------------------------------------


def test_parked_before_its_create_is_judged_anew_when_data_or_settings_change() -> None:
    reason: Parked = park(Reason.TAX_NOT_MAPPED, "m")
    seen = life(Stage.SEEN, parked=reason, parked_digest=keys.digest(delivered()))
    assert next_move(seen, READY, DIRECT) == Rest()
    assert next_move(seen, replace(READY, delivered=delivered(20000)), DIRECT) == Reopen()
    assert next_move(seen, READY, policy(mode=Mode.DRAFT)) == Reopen()
    assert next_move(seen, Facts(), DIRECT) == Note(Event.WITHDRAWN)


def test_the_fingerprint_of_settings_is_the_same_in_every_process() -> None:
    assert policy().fingerprint == policy().fingerprint
    assert policy().fingerprint != policy(currencies=("EUR", "USD")).fingerprint
    assert replace(DIRECT.settings, mode=ModeRules(Mode.DRAFT, draft_as=DraftAs.INVOICE)) == DRAFT.settings
