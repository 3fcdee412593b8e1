"""L2: does it book correctly? Customers, products, taxes, cents, dates, texts, lines, drafts, payments."""

from __future__ import annotations

from ixconform.data import Case, Line, Step
from ixconform.scenarios.asked import Asked, Build, Omitted, Scenario, case, life, people, settle
from ixconform.worlds import Maker, day

TEXTS = (
    ("accents", "Abonnement été: Zoë & Søn, Ærø"),
    ("an emoji", "Goal ⚽ season"),
    ("another script", "席 السنة"),
    ("markup", "<b>Seat</b> & \"box\" 'A'"),
    ("a long text", "Seat in the east stand. " * 12),
    ("four thousand characters", "Row and seat, " * 290),
    ("characters that control", "Seat\tA\nrow\u0007 2"),
    ("characters that queries use", "A&B=C?D#E%41+F;G"),
    ("a backslash and quotes", 'C:\\seat\\"1"'),
)
RATES = {
    "riverty": ("21", "6", "0"),
    "unseen": ("21", "6", "0"),
    "silvasoft": ("21", "12", "6", "0"),
    "crmcom": ("25", "21", "6", "0"),
    "telecomx": ("25", "0"),
}
CENTS = {
    "thirds of a euro": (3333, 3333, 3334),
    "half cents": (50, 10, 30, 70),
    "many small amounts": (1,) * 10,
    "ten lines at half cents": (105, 115, 125, 135, 145, 155, 165, 175, 185, 195),
    "a large amount": (12_345_678_90,),
    "one cent": (1,),
}

ROUNDED_ONCE = tuple(range(150, 1150, 100))
"""Ten amounts with half a cent of VAT each, at 21 % as at 25 %."""


def new_customers(asked: Asked) -> list[Case] | Omitted:
    if not asked.claims.customers:
        return Omitted("not claimed: customers = false")
    maker = asked.maker(3)
    maker.instalment(maker.customer(known=False), why="a new company")
    maker.instalment(
        maker.customer(known=False, private=True, name="Lotte Peeters"), why="a new private person"
    )
    twice = maker.customer(known=False)
    maker.instalment(twice, why="a new customer with two instalments")
    maker.instalment(twice, why="the second one of a new customer")
    return [case(asked, maker, life(asked))]


def same_names(asked: Asked) -> list[Case]:
    """Two of one name, two of one e-mail address: the target takes the first that fits."""
    maker = asked.maker(4)
    first, second = maker.customer("De Smet BV"), maker.customer("De Smet BV")
    maker.instalment(second, why="a name that another customer has as well")
    maker.instalment(first, why="a name that another customer has as well")
    one, other = maker.customer(email="family@club.example"), maker.customer(email="family@club.example")
    maker.instalment(other, why="an e-mail address that another customer has as well")
    maker.instalment(one, why="an e-mail address that another customer has as well")
    return [case(asked, maker, life(asked))]


def new_namesake(asked: Asked) -> list[Case] | Omitted:
    """New to the books, with the name and address of somebody who is there: booked apart, or left for a person."""
    if not asked.claims.customers:
        return Omitted("not claimed: customers = false")
    maker = asked.maker(5)
    maker.stranger("Garage Vermeulen", "vermeulen@club.example")
    namesake = maker.customer("Garage Vermeulen", known=False, email="vermeulen@club.example")
    maker.instalment(namesake, expect="may-refuse", why="new, and named like somebody else")
    maker.instalment(maker.customer(), why="an ordinary one beside it")
    return [case(asked, maker, life(asked))]


def products(asked: Asked) -> list[Case]:
    """The same products on many lines and many instalments: each is made once."""
    maker = asked.maker(6)
    customer = maker.customer()
    for number in range(3):
        lines = [maker.line(2_000 + 100 * number, product=501), maker.line(1_000, product=502)]
        maker.instalment(customer, [*lines, maker.line(500, product=501)], why="one product on two lines")
    return [case(asked, maker, life(asked))]


def rates(asked: Asked) -> list[Case]:
    maker = asked.maker(7)
    known = RATES[asked.profile.target]
    lines = [maker.line(10_000 + 100 * n, rate, product=501 + n) for n, rate in enumerate(known)]
    maker.instalment(maker.customer(), lines, why="several rates on one document")
    for number, rate in enumerate(known):
        line = maker.line(5_000, rate, product=501 + number)
        maker.instalment(maker.customer(), [line], why=f"{rate} %")
    return [case(asked, maker, life(asked))]


def cents(asked: Asked) -> list[Case]:
    """Where the target rounds per line, what iXpole rounded once may be matched, or left for a person by name."""
    once = "book" if asked.target.traits.vat_once else "may-park"
    maker = asked.maker(8)
    for why, amounts in CENTS.items():
        lines = [maker.line(net, text=f"Seat {n}") for n, net in enumerate(amounts)]
        maker.instalment(maker.customer(), lines, why=why)
    discounted = [maker.line(9_000, discount=10), maker.line(7_500, discount=25)]
    maker.instalment(maker.customer(), discounted, why="discounts that the amounts have already")
    maker.instalment(maker.customer(), [maker.line(6_000, quantity=3)], why="three pieces on a line")
    lines = [maker.line(net, text=f"Seat {n}") for n, net in enumerate(ROUNDED_ONCE)]
    why = "VAT rounded once for the rate: rounded per line, it is five cents more"
    maker.instalment(maker.customer(), lines, why=why, basis="per_rate", expect=once)
    return [case(asked, maker, life(asked))]


def credits(asked: Asked) -> list[Case] | Omitted:
    if not asked.claims.credits:
        return Omitted("not claimed: credits = false")
    maker = asked.maker(9)
    right = "book" if asked.target.traits.negative else "may-refuse"
    maker.instalment(maker.customer(), [maker.line(-10_050)], why="a credit note", expect=right)
    mixed = [maker.line(20_000), maker.line(-4_950, text="Returned")]
    maker.instalment(maker.customer(), mixed, why="a negative line", expect=right)
    free = [maker.line(15_000), maker.line(0, text="Free of charge")]
    maker.instalment(maker.customer(), free, why="a line over nothing")
    return [case(asked, maker, life(asked))]


def dates(asked: Asked) -> list[Case]:
    """Days that swap, that end something, and the two nights in which clocks change."""
    maker = asked.maker(10)
    term = 400
    for why, when in (
        ("day and month could be swapped", "2026-04-03"),
        ("the last day of a year", "2025-12-31"),
        ("the first day of a year", "2026-01-01"),
        ("the night in which summer time begins", "2026-03-29"),
        ("the night in which it ended", "2025-10-26"),
        ("today", day(0)),
    ):
        maker.instalment(maker.customer(), day=when, why=why, term=term)
    return [
        case(asked, maker, life(asked)),
        case(
            asked, _late(asked), life(asked), variant="just after midnight", clock="2026-07-01T00:10:00+02:00"
        ),
        case(asked, _leap(asked), life(asked), variant="29 February", clock="2028-02-29T09:00:00+01:00"),
    ]


def _late(asked: Asked) -> Maker:
    maker = asked.maker(11)
    maker.instalment(
        maker.customer(), day="2026-07-01", why="its day began ten minutes ago in Brussels", term=400
    )
    return maker


def _leap(asked: Asked) -> Maker:
    maker = asked.maker(12)
    maker.instalment(maker.customer(), day="2028-02-29", why="29 February", term=366)
    return maker


def texts(asked: Asked) -> list[Case]:
    maker = asked.maker(13)
    for why, text in TEXTS:
        maker.instalment(maker.customer(), [maker.line(10_000, text=text)], why=why)
    return [case(asked, maker, life(asked))]


def codes(asked: Asked) -> list[Case]:
    """Codes that begin alike, differ in case, or have zeros in front."""
    maker = asked.maker(14)
    for code in ("K-0007-1", "K-0007-10", "K-0007-11", "K-7-1", "k-0007-2", "D-0007-1"):
        maker.instalment(maker.customer(), code=code, why=f"the code {code}, one of several that look alike")
    return [case(asked, maker, life(asked))]


def draft_stays(asked: Asked) -> list[Case] | Omitted:
    """Drafts are told with D, are not offered again, and become real one after the other."""
    if not asked.draft:
        return Omitted("this profile books directly")
    maker = asked.maker(15)
    first, second = maker.instalment(maker.customer()), maker.instalment(maker.customer())
    steps = (
        settle(),
        people("post", first.code),
        settle(),
        settle(),
        people("post", second.code),
        settle(),
        settle(),
    )
    return [case(asked, maker, steps)]


def draft_dropped(asked: Asked) -> list[Case] | Omitted:
    if not asked.draft:
        return Omitted("this profile books directly")
    if not asked.target.traits.drops:
        return Omitted(f"nobody deletes a draft in {asked.target.traits.title}")
    maker = asked.maker(16)
    gone = maker.instalment(maker.customer(), expect="may-refuse", why="its draft was deleted by a person")
    maker.instalment(maker.customer(), why="an ordinary one beside it")
    return [case(asked, maker, (settle(), people("drop", gone.code), settle(), people("post"), settle()))]


def long_ones(asked: Asked) -> list[Case] | Omitted:
    most = asked.target.traits.lines_max
    if not most:
        return Omitted(f"{asked.target.traits.title} documents no limit of lines")
    maker = asked.maker(17)
    over = asked.claims.over_75
    maker.instalment(maker.customer(), _lines(maker, most), why=f"{most} lines, as many as may be")
    alike = [maker.line(1_000, text="Seat") for _ in range(most + 1)]
    merged = "may-refuse" if over == "refuse" else "book"
    maker.instalment(maker.customer(), alike, why=f"{most + 1} lines, all alike: {over}", expect=merged)
    expect = {"refuse": "refuse", "split": "book", "consolidate": "book"}.get(over, "refuse")
    for count in (most + 1, 2 * most, 2 * most + 1):
        maker.instalment(
            maker.customer(), _lines(maker, count), why=f"{count} different lines: {over}", expect=expect
        )
    maker.instalment(maker.customer(), why="an ordinary one beside them")
    return [case(asked, maker, life(asked))]


def _lines(maker: Maker, count: int) -> list[Line]:
    return [maker.line(1_000 + n, text=f"Seat {n}") for n in range(count)]


def taken_numbers(asked: Asked) -> list[Case] | Omitted:
    """People number documents by hand, just ahead of the series."""
    target = asked.target
    maker = asked.maker(18)
    if target.by_hand("1", maker.customer()) is None:
        return Omitted(f"nobody types numbers into {target.traits.title}")
    for _ in range(3):
        maker.instalment(maker.customer(), why="numbers were taken by hand")
    return [case(asked, maker, life(asked), by_hand=("20260102", "20260104"))]


def later(asked: Asked) -> list[Case]:
    """New instalments between the runs; nothing that is done is done again."""
    maker = asked.maker(20)
    maker.instalment(maker.customer())
    second = maker.instalment(
        maker.customer(), day=day(-20), why="dated before what was there already", term=60
    )
    steps = (settle(), Step("add", {"code": second.code}), settle(), Step("advance", {"by": "1d"}), settle())
    after = (people("post"), settle()) if asked.draft else ()
    made = case(asked, maker, (*steps, *after))
    return [made]


def crowded(asked: Asked) -> list[Case] | Omitted:
    """More customers in the books than a page: nobody stops reading after the first."""
    if not asked.claims.paging:
        return Omitted("not claimed: paging = false")
    maker = asked.maker(21)
    known = [maker.customer() for _ in range(60)]
    new = maker.customer(known=False)
    for customer in (known[0], known[58], new, new):
        maker.instalment(customer, why="the books hold more customers than a page")
    return [case(asked, maker, (*life(asked), settle()))]


def scenario(id: str, title: str, build: Build, *about: str, purpose: str, target: bool = True) -> Scenario:
    return Scenario(
        id=id,
        level=2,
        title=title,
        build=build,
        about=("P-ONE", "P-SUM", *about),
        purpose=purpose,
        needs_target=target,
    )


SCENARIOS = (
    scenario(
        "C-020",
        "new customers",
        new_customers,
        "P-DEP",
        "P-MAP",
        purpose="A new customer is made once, before its document, and its code is told.",
        target=False,
    ),
    scenario(
        "C-021",
        "equal names and addresses",
        same_names,
        "P-MAP",
        purpose="Customers of one name or e-mail address are kept apart by their code.",
    ),
    scenario(
        "C-022",
        "a new namesake",
        new_namesake,
        "P-MAP",
        "P-DEP",
        purpose="A new customer named like another is not booked on that other one.",
    ),
    scenario(
        "C-023",
        "products",
        products,
        "P-DEP",
        purpose="A product that is missing is made once, whatever uses it.",
    ),
    scenario(
        "C-024", "tax rates", rates, "P-MAP", purpose="Several rates on one document, and each rate alone."
    ),
    scenario(
        "C-025", "cents", cents, purpose="Thirds, half cents, large and small amounts agree to the cent."
    ),
    scenario(
        "C-026",
        "dates",
        dates,
        "P-MAP",
        "P-ACK",
        purpose="No date swaps day and month or slips by a day.",
        target=False,
    ),
    scenario(
        "C-027",
        "texts",
        texts,
        "P-REQ",
        purpose="Accents, emoji, markup, long texts: nothing breaks, nothing is lost.",
        target=False,
    ),
    scenario(
        "C-028", "credits", credits, purpose="Credit notes, negative lines and lines over nothing survive."
    ),
    scenario(
        "C-029",
        "codes",
        codes,
        "P-ACK",
        purpose="Codes that look alike are never taken for each other.",
        target=False,
    ),
    scenario(
        "C-030",
        "drafts become real",
        draft_stays,
        "P-ACK",
        "P-IDEM",
        purpose="D first, the real number once, never back.",
    ),
    scenario(
        "C-032",
        "a draft is deleted",
        draft_dropped,
        "P-ACK",
        purpose="A deleted draft is not booked again behind a person's back, and nothing else stops.",
    ),
    scenario(
        "C-040",
        "75 lines",
        long_ones,
        "P-LIM",
        purpose="75 lines pass; what is longer is refused, merged or split as claimed, and no line is lost.",
    ),
    scenario(
        "C-042",
        "numbers taken by hand",
        taken_numbers,
        "P-ACK",
        purpose="A number that a person has used is no obstacle and is not taken for one's own.",
    ),
    scenario(
        "C-051",
        "more instalments later",
        later,
        "P-IDEM",
        purpose="What is done is not done again; what is new is.",
        target=False,
    ),
    scenario(
        "C-052",
        "more than a page",
        crowded,
        "P-DEP",
        "P-MAP",
        purpose="Books with more than a page of customers: nobody is made twice.",
    ),
)
