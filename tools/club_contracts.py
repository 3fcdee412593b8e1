"""What did the club sell this season, and what is odd about each sale? The contracts of ``club-season``."""

from __future__ import annotations

from decimal import Decimal

from club_ixpole import Contract, Item
from club_people import BY_CODE


def n(value: int | str) -> Decimal:
    return Decimal(value)


START = "2025-09-01"
VIP = (Item("SEAT-VIP-A", n(2)), Item("FOOD-BOM"), Item("BEV-BOM"))

SEATS_75 = tuple(
    Item("TICKET", price_cents=1887 + 3 * seat, text=f"Stand C, row {seat // 15 + 1}, seat {seat % 15 + 1}",
         centre="SUPPORTERS") for seat in range(75)
)  # fmt: skip
TICKETS_76_ALIKE = (Item("TICKET", text="Match ticket, school outing of 14 March"),) * 76
TICKETS_76 = tuple(
    Item("TICKET", price_cents=1415 + pupil, text=f"Match ticket, pupil {pupil + 1}") for pupil in range(76)
)
GALA_KINDS = (
    ("FOOD-BOM", "GALA"),
    ("BEV-BOM", "GALA"),
    ("TICKET", "EVENTS"),
    ("PARK", "EVENTS"),
    ("HALL", "GALA"),
)
GALA_160 = tuple(
    Item(
        code,
        price_cents=995 + 13 * guest,
        text=f"Gala, guest {guest + 1}: {BY_CODE[code].name.lower()}",
        centre=centre,
    )
    for guest in range(160)
    for code, centre in [GALA_KINDS[guest % len(GALA_KINDS)]]
)

DIRECT = (
    Contract("C-2025-0001", 1001, "three VAT rates on one invoice, a formula split into its parts", (START,
             ), VIP,
             reference="PO 7781"),
    Contract("C-2025-0002", 1002, "thirds of a euro: 100.00 in three, the last one takes the cent left over",
             ("2025-08-01", "2025-12-01", "2026-04-01"), (Item("SEAT-A", price_cents=10000),)),
    Contract("C-2025-0003", 1003, "accents, quotes, ampersands and HTML in every text", ("2025-09-15",
             "2026-01-15"),
             (Item("SEAT-VIP-A", n(2), text="Sièges VIP <b>Or</b> & café « crème » — l'année 2025/26"),
              Item("PROG", n(20), text='<script>alert("1 < 2")</script> &amp; 20 × programme')),
             reference="Réf. « été » <2025>"),
    Contract("C-2025-0004", 1004, "two customers of one name: this one lives in Gent", (START,),
             (Item("SEAT-A", n(4)),)),
    Contract("C-2025-0005", 1005, "two customers of one name: this one lives in Brugge", (START,),
             (Item("SEAT-A", n(3)),)),
    Contract("C-2025-0006", 1006, "one e-mail address, two customers: the company, known", ("2025-10-01",),
             (Item("PARK", n(2)),)),
    Contract("C-2025-0007", 1007, "one e-mail address, two customers: the person, new", ("2025-10-01",),
             (Item("SEAT-A"),)),
    Contract("C-2025-0008", 1008, "a new customer with two instalments: made once, booked twice",
             ("2025-10-15", "2026-02-15"), (Item("SEAT-VIP-A", n(4)), Item("PARK", n(2)))),
    Contract("C-2025-0009", 1009, "a private person; one line is exempt of VAT", ("2025-11-01",),
             (Item("YOUTH", n(2)), Item("SEAT-A"))),
    Contract("C-2025-0010", 1010, "HTML in the name of the customer", ("2025-11-15",), (Item("BEV-BOM",
             n(3)),)),
    Contract("C-2025-0011", 1011, "a line of zero euro between the others", ("2025-12-15",),
             (Item("SEAT-A", n(10)), Item("GIFT", n(10), text="Welcome gift, 10 ×"), Item("PARK", n(5)))),
    Contract("C-2025-0012", 1018, "a negative line on an ordinary invoice: a deposit comes back",
             ("2026-01-10",),
             (Item("HALL", n("2.5"), text="Hall, two and a half hours"), Item("SOUND"),
              Item("SOUND", price_cents=-50000, text="Deposit returned")),
             elsewhere={"crmcom": "parked", "riverty": "parked"}),
    Contract("C-2025-0013", 1012, "reverse charge: 0 % under a code of its own", ("2025-12-01",),
             (Item("TICKET", n(40), vat="0-RC"), Item("SCARF", n(15), vat="0-RC")),
             elsewhere={"riverty": "parked"}),
    Contract("C-2025-0014", 1013, "export: 0 % under another code of its own", ("2025-12-02",),
             (Item("SCARF", n(200), vat="0-EX", discount=10),),
             elsewhere={"riverty": "parked"}),
    Contract("C-2025-0015", 1014, "text beyond Latin, and an emoji", ("2026-01-20",),
             (Item("SCARF", n(24), vat="0-EX", text="スカーフ 24枚 🧣"),),
             elsewhere={"riverty": "parked"}),
    Contract("C-2025-0016", 1016, "75 lines: as many as an invoice may have", ("2026-02-01",), SEATS_75),
    Contract("C-2025-0017", 1017, "76 lines that are all alike: they merge without loss", ("2026-03-14",),
             TICKETS_76_ALIKE),
    Contract("C-2025-0018", 1017, "76 lines, no two alike: one too many", ("2026-03-15",), TICKETS_76,
             "parked",
             elsewhere={"crmcom": "booked", "riverty": "booked"}),
    Contract("C-2025-0019", 1018, "160 lines of several rates, accounts and cost centres", ("2026-03-21",),
             GALA_160, "parked", sale_type="Event",
             elsewhere={"crmcom": "booked", "riverty": "booked"}),
    Contract("C-2016-0007", 1002, "forgotten for nine years", ("2016-08-01",), (Item("SEAT-A"),)),
    Contract("C-2025-0020", 1004, "due in the two nights when the clocks change", ("2025-10-26",
             "2026-03-29"),
             (Item("PARK", n(2)),)),
    Contract("C-2025-0021", 1009, "due today; the second falls due tomorrow", ("2026-04-15", "2026-04-16"),
             (Item("SEAT-A", n(2)),)),
    Contract("C-2025-0022", 1011, "a sale that is still a draft: iXpole keeps it to itself", ("2026-02-01",),
             (Item("SEAT-VIP-A"),), "nothing", final=False),
    Contract("C-2025-0023", 1015, "barter: goods against goods, invoiced all the same", ("2025-09-30",
             "2026-03-31"),
             (Item("SEAT-VIP-A", n(2)), Item("PARK")), barter=True),
    Contract("C-2025-0024", 1016, "VAT rounded on each line: 37.50 and 12.50 at 21 % make 10.51",
             ("2026-01-31",),
             (Item("SCARF", price_cents=3750, text="Scarves, adults"),
              Item("SCARF", price_cents=1250, text="Scarves, children"))),
    Contract("C-2025-0025", 1016, "VAT rounded once per rate: the same two lines make 10.50", ("2026-02-28",),
             (Item("SCARF", price_cents=3750, text="Scarves, adults"),
              Item("SCARF", price_cents=1250, text="Scarves, children")), basis="rate",
             elsewhere={"draft": "parked"}),
    Contract("C-2025-0026", 1010, "an inclusive price that no price without VAT leads to: 10.00 at 21 %",
             ("2026-02-14",), (Item("BEV-BOM", price_cents=826, text="Drinks voucher of 10 euro"),),
             basis="gross",
             elsewhere={"draft": "parked"}),
    Contract("C-2025-0027", 1009, "a VAT code that nobody mapped, at a percentage that exists",
             ("2026-02-20",),
             (Item("RETRO", n(2)), Item("SCARF")), "parked"),
    Contract("C-2025-0028", 1002, "a number typed in by hand that begins with D: iXpole takes it for a draft",
             ("2025-09-10",), (Item("SEAT-A", n(2)),), "nothing",
             told={"invoiceNumber": "DEMO-1", "invoiceDueDate": "2025-10-10"}),
    Contract("C-2025-0029", 1001, "invoiced by hand and overdue", ("2025-08-20",),
             (Item("SEAT-VIP-A"), Item("BEV-BOM")), "nothing",
             told={"invoiceNumber": "20251187", "invoiceDueDate": "2025-09-19"}),
    Contract("C-2025-0030", 1004, "invoiced by hand and paid", ("2025-08-21",), (Item("PARK"),), "nothing",
             told={"invoiceNumber": "20251188", "invoiceDueDate": "2025-09-20",
             "paymentNo": "BANK-2025-09-02-0007"}),
    Contract("C-2025-0031", 1005, "a discount on the line", ("2025-11-30",), (Item("SCARF", n(45),
             discount=15),)),
    Contract("C-2025-0032", 1011, "nothing but a gift: the whole invoice is zero", ("2025-12-24",),
             (Item("GIFT", text="New Year's gift"),), "paid"),
    Contract("C-2025-0033", 1018, "a million and more", ("2026-03-01",),
             (Item("SOUND", price_cents=102031230, text="Summer festival, infrastructure"),),
             sale_type="Event"),
    Contract("C-2025-0034", 1020, "a customer code that the accounting system does not know", ("2026-03-02",),
             (Item("SEAT-A"),), "parked",
             elsewhere={"riverty": "booked"}),
    Contract("C-2025-0035", 1021, "a customer code that is no number", ("2026-03-03",), (Item("SEAT-A"),),
             "parked"),
    Contract("C-2025-0036", 1006, "half a cent of VAT: 0.50 at 21 % makes 0.11", ("2026-03-04",),
             (Item("SCARF", price_cents=50, text="Badge"),)),
    Contract("C-2025-0037", 1018,
             "a ledger account that does not exist, a cost centre that does not exist yet",
             ("2026-03-05",), (Item("TICKET", n(3), centre="GALA 2026"), Item("PARK", ledger="799999")),
             "parked",
             elsewhere={"draft": "drafted", "crmcom": "booked", "riverty": "booked"}),
    Contract("C-2025-0038", 1018, "a cost centre that does not exist yet: it is made by being used",
             ("2026-03-06",),
             (Item("TICKET", n(30), centre="GALA 2026"),), sale_type="Event"),
    Contract("C-2025-0039", 1013, "pounds, where the books are in euro", ("2026-03-07",),
             (Item("SCARF", n(10), vat="0-EX"),), "parked", currency="GBP"),
)  # fmt: skip

CREDITS = (
    Contract("K-2025-0001", 1001, "a credit note for an invoice made by hand, two rates", ("2025-10-05",),
             (Item("SEAT-VIP-A", n(-1)), Item("BEV-BOM", n(-1))), credits="C-2025-0029-01",
             sale_type="Credit",
             elsewhere={"crmcom": "parked", "riverty": "parked"}),
    Contract("K-2025-0002", 1006, "half a cent on a credit note: exactly the invoice with the other sign",
             ("2026-03-10",), (Item("SCARF", price_cents=-50, text="Badge"),), credits="C-2025-0036-01",
             sale_type="Credit",
             elsewhere={"crmcom": "parked", "riverty": "parked"}),
)  # fmt: skip

SPONSORS = (
    Contract("S-2025-0001", 1001, "a sponsor in four quarters, the last one still to come",
             ("2025-08-15", "2025-11-15", "2026-02-15", "2026-05-15"), (Item("SHIRT", centre="FIRST TEAM"),),
             "drafted", reference="Shirt sponsor"),
    Contract("S-2025-0002", 1015, "thirds as drafts: 10,000.00 in three, a cent is left over",
             ("2025-09-01", "2025-12-01", "2026-03-01"), (Item("BOARD", centre="FIRST TEAM"),), "drafted"),
    Contract("S-2025-0003", 1002, "a product that the accounting system does not know yet", ("2025-09-20",),
             (Item("LED", n(90), text="LED — 90 minutes à 41,50 €", centre="FIRST TEAM"),), "drafted"),
    Contract("S-2025-0004", 1019, "a new customer and a draft", ("2025-10-10", "2026-04-10"),
             (Item("BOARD", n(2), centre="WOMEN"), Item("SEAT-VIP-A", n(4))), "drafted"),
    Contract("S-2025-0005", 1015, "a sponsor who pays in kind", ("2025-12-20",),
             (Item("BOARD", price_cents=250000, text="Board against printing", centre="YOUTH"),), "drafted",
             barter=True),
    Contract("S-2025-0006", 1001, "a draft with three rates", ("2026-01-05",),
             (Item("BOARD", centre="FIRST TEAM"), *VIP), "drafted"),
    Contract("S-2025-0007", 1002, "76 lines alike as a draft: an order of fewer lines comes to a cent less",
             ("2026-02-10",), (Item("LED", text="LED, one minute"),) * 76, "parked",
             elsewhere={"direct": "booked", "crmcom": "drafted", "riverty": "drafted"}),
    Contract("S-2025-0008", 1015, "a credit note as a draft", ("2026-03-20",),
             (Item("BOARD", price_cents=-100000, text="Board, two matches not shown", centre="FIRST TEAM"),
             ), "drafted",
             credits="S-2025-0002-01", sale_type="Credit",
             elsewhere={"crmcom": "parked", "riverty": "parked"}),
    Contract("S-2025-0009", 1012, "a draft under reverse charge", ("2026-04-01",),
             (Item("LED", n(45), vat="0-RC", centre="FIRST TEAM"),), "drafted",
             elsewhere={"riverty": "parked"}),
)  # fmt: skip

CONTRACTS = (*DIRECT, *CREDITS, *SPONSORS)
