"""Who buys from the Danish club, what can it sell, and what is odd about each sale? The tables of ``danish-season``.

Every name, address, number and price is made up. Mail goes to `.example`, which nobody owns.
"""

from __future__ import annotations

from decimal import Decimal

from club_ixpole import Contract, Goods, Item, Person

VAT = {"25": 25, "0": 0, "0-EU": 0, "21": 21, "6": 6}
"""iXpole's VAT code to its percentage. Of these, TelecomX knows 25 % and exempt."""

VAT_NAMES = {"25": "Moms", "0": "Momsfri", "0-EU": "Omvendt betalingspligt", "21": "Belgisk moms",
             "6": "Svensk moms"}  # fmt: skip

CITIES = {
    "Fjordby": "9999", "Aalborg": "9000", "Ærøskøbing": "5970", "København Ø": "2100", "Esbjerg": "6700",
    "Malmö": "21120", "Antwerpen": "2018",
}  # fmt: skip


def _dk(id: int, code: str | None, name: str, city: str, mail: str, **more: object) -> Person:
    """A Danish company; its number is of none that is registered."""
    fields: dict[str, object] = {"language": "en", "country": "DK", "vat": f"DK0000{id}", **more}
    return Person(id, code, name, city, mail, booked_as=int(code) if code else None, **fields)  # type: ignore[arg-type]


PEOPLE = (
    _dk(2001, "70010", "Fjordby Sparekasse", "Fjordby", "faktura@sparekassen.example", category="Sponsor"),
    _dk(2002, "70011", "Bryggeriet Æbleø ApS", "Ærøskøbing", "bogholderi@aebleoe.example"),
    _dk(2003, "70012", "Søren Ærø & Sønner A/S", "Esbjerg", "soeren@aeroe.example", category="Sponsor"),
    _dk(2004, "70021", "Jensen VVS ApS", "Aalborg", "post@jensen-aalborg.example"),
    _dk(2005, "70022", "Jensen VVS ApS", "Ærøskøbing", "post@jensen-aeroe.example"),
    _dk(2006, "70030", "Salon Mø ApS", "Fjordby", "aase@moe.example"),
    _dk(2007, None, "Åse Mø", "Fjordby", "aase@moe.example", vat=None, first="Åse", last="Mø"),
    _dk(2008, None, "Nordlys Energi A/S", "Aalborg", "faktura@nordlys.example"),
    _dk(2009, "70040", "Jørgen Østergård", "København Ø", "joergen@oestergaard.example", vat=None,
        first="Jørgen", last="Østergård"),
    _dk(2010, None, "Søren Ærø & Sønner A/S, afdeling Øst", "Esbjerg", "oest@aeroe.example", vat="DK00002003"),
    _dk(2011, "70050", "Fjordby Kommune", "Fjordby", "faktura@fjordby.example", category="Public body"),
    _dk(2012, "70060", "Hotel De Schelde NV", "Antwerpen", "boekhouding@schelde.example", language="nl",
        country="BE", vat="BE0990900187"),
    _dk(2013, "70070", "Öresunds Bollklubb", "Malmö", "kassor@bollklubb.example", language="en", country="SE",
        vat="SE990001234501"),
    Person(2014, "70099", "Flyttet & Glemt ApS", "Esbjerg", "info@glemt.example", "en", "DK", "DK00002014"),
    _dk(2015, "70080", "Trykkeriet « Blæk & Søn » <b>I/S</b>", "Aalborg", "tryk@blaek.example",
        category="Sponsor"),
    _dk(2016, "70090", "Fjordby Skole", "Fjordby", "kontor@fjordbyskole.example"),
    _dk(2017, "70091", "Støtteforeningen 'De Trofaste Tolv'", "Fjordby", "formand@trofaste.example"),
)  # fmt: skip

GOODS = (
    Goods(601, "SÆSON", "Sæsonkort, tribune Øst", "Seat", "Sæsonkort", "25", 140000, None),
    Goods(602, "VIP", "VIP-sæde, række Å", "Seat", "VIP", "25", 480000, None),
    Goods(603, "BILLET", "Kampbillet", "Seat", "Billetter", "25", 9680, None),
    Goods(604, "KONTINGENT", "Kontingent, ungdom", "Catalog", "Kontingent", "0", 120000, None),
    Goods(605, "LEJR", "Træningslejr, undervisning", "Catalog", "Undervisning", "0", 95000, None),
    Goods(606, "HAL", "Halleje, pr. time", "Catalog", "Leje", "0", 35000, None, unit="Hour"),
    Goods(620, "PARK", "Parkeringsplads P1", "Parking", "Parkering", "25", 24000, None),
    Goods(630, "BANDE", "Bandereklame, 6 m", "Catalog", "Sponsorater", "25", 2000000, None),
    Goods(631, "TRØJE", "Logo på trøjen", "Catalog", "Sponsorater", "25", 30000000, None),
    Goods(632, "LED", "LED-bande, minutter", "Catalog", "Sponsorater", "25", 8300, None, unit="Minute"),
    Goods(640, "TØRKLÆDE", "Halstørklæde", "Catalog", "Butik", "25", 12000, None),
    Goods(650, "MENU", "Kampmenu", "Hospitality", "Forplejning", "25", 32000, None),
    Goods(660, "GAVE", "Velkomstgave", "Incentive", "Gaver", "25", 0, None),
    Goods(670, "HOTEL", "Hotel i Antwerpen, viderefaktureret", "Catalog", "Rejser", "21", 89000, None),
    Goods(671, "BOG", "Jubilæumsbog, solgt i Malmö", "Catalog", "Butik", "6", 24900, None),
    Goods(680, "LOTTERI", "Lodseddel", "Catalog", "Butik", "0", 2500, None, known=False),
    Goods(681, "UDGÅET", "Kalender 2025", "Catalog", "Butik", "25", 9900, None),
    Goods(682, "KRUS", "Krus", "Catalog", "Butik", "25", 7900, None),
)
"""`LOTTERI` is unknown to TelecomX, `UDGÅET` has ended there, and `KRUS` is the code of two products."""

ENDED = {"UDGÅET": "2026-01-01"}
TWICE = {"KRUS": "Krus, gammel model"}


def n(value: int | str) -> Decimal:
    return Decimal(value)


SEATS_75 = tuple(
    Item("BILLET", price_cents=9680 + 4 * seat, text=f"Tribune Syd, række {seat // 15 + 1}, plads {seat % 15 + 1}")
    for seat in range(75)
)  # fmt: skip
TICKETS_76_ALIKE = (Item("BILLET", text="Kampbillet, skoleudflugt den 28. marts"),) * 76
TICKETS_76 = tuple(
    Item("BILLET", price_cents=7244 + 4 * pupil, text=f"Kampbillet, elev {pupil + 1}") for pupil in range(76)
)

DIRECT = (
    Contract("C-2026-0001", 2001, "25 % and exempt on one invoice", ("2026-03-20",),
             (Item("VIP", n(2)), Item("MENU", n(4)), Item("KONTINGENT")), reference="PO 4711"),
    Contract("C-2026-0002", 2002, "thirds of a krone: 1,000.00 in three, the last one takes the øre left over",
             ("2026-03-16", "2026-04-01", "2026-04-15"), (Item("SÆSON", price_cents=100000),)),
    Contract("C-2026-0003", 2015, "æ, ø, å, quotes, ampersands and HTML in every text", ("2026-03-18",),
             (Item("VIP", text="VIP <b>Guld</b> & smørrebrød « Æ Ø Å » — sæson 2026"),
              Item("MENU", n(8), text='<script>alert("1 < 2")</script> &amp; 8 × rødgrød med fløde')),
             reference="Réf. « forår » <2026>"),
    Contract("C-2026-0004", 2004, "two customers of one name: this one lives in Aalborg", ("2026-03-22",),
             (Item("SÆSON", n(4)),)),
    Contract("C-2026-0005", 2005, "two customers of one name: this one lives in Ærøskøbing", ("2026-03-22",),
             (Item("SÆSON", n(3)),)),
    Contract("C-2026-0006", 2006, "one e-mail address, two customers: the company, known", ("2026-03-24",),
             (Item("PARK", n(2)),)),
    Contract("C-2026-0007", 2007, "one e-mail address, two customers: the person, new", ("2026-03-24",),
             (Item("SÆSON"),)),
    Contract("C-2026-0008", 2008, "a new customer with two instalments: made once, booked twice",
             ("2026-03-25", "2026-04-10"), (Item("VIP", n(4)), Item("PARK", n(2)))),
    Contract("C-2026-0009", 2009, "a private person; nothing but exempt lines", ("2026-03-26",),
             (Item("KONTINGENT", n(2)), Item("LEJR"))),
    Contract("C-2026-0010", 2010, "a new customer with the VAT number of another: two customers all the same",
             ("2026-03-27",), (Item("PARK"),),),
    Contract("C-2026-0011", 2011, "a line of zero between the others", ("2026-03-28",),
             (Item("SÆSON", n(10)), Item("GAVE", n(10), text="Velkomstgave, 10 ×"), Item("PARK", n(5)))),
    Contract("C-2026-0012", 2003, "a negative line on an ordinary invoice: a deposit comes back", ("2026-03-30",),
             (Item("HAL", n("2.5"), text="Hallen, to en halv time"), Item("MENU", n(30)),
              Item("MENU", price_cents=-200000, text="Depositum retur"))),
    Contract("C-2026-0013", 2012, "21 % of a Belgian hotel: a rate that TelecomX does not know", ("2026-03-31",),
             (Item("HOTEL", n(3)), Item("PARK")), "parked"),
    Contract("C-2026-0014", 2013, "6 % of a Swedish book: a rate that TelecomX does not know", ("2026-03-31",),
             (Item("BOG", n(12)),), "parked"),
    Contract("C-2026-0015", 2013, "0 % by reverse charge, which nobody mapped to exempt", ("2026-04-01",),
             (Item("BILLET", n(40), vat="0-EU"),), "parked"),
    Contract("C-2026-0016", 2017, "75 lines, no two alike", ("2026-04-01",), SEATS_75),
    Contract("C-2026-0017", 2016, "76 lines that are all alike: they merge without loss", ("2026-03-28",),
             TICKETS_76_ALIKE),
    Contract("C-2026-0018", 2016, "76 lines, no two alike: TelecomX knows no limit", ("2026-03-29",), TICKETS_76),
    Contract("C-2026-0019", 2004, "due in the night when the clocks go back: 25 October 2026", ("2026-03-29",),
             (Item("PARK", n(2)),), term_days=210),
    Contract("C-2026-0020", 2005, "of the night when the clocks went back: 26 October 2025", ("2025-10-26",),
             (Item("PARK", n(2)),), term_days=180),
    Contract("C-2026-0021", 2009, "of today; the second one is of tomorrow", ("2026-04-15", "2026-04-16"),
             (Item("SÆSON", n(2)),)),
    Contract("C-2026-0022", 2011, "to be paid today", ("2026-04-07",), (Item("BILLET", n(25)),), term_days=8),
    Contract("C-2026-0023", 2011, "should have been paid yesterday: TelecomX takes no due date that is past",
             ("2026-04-06",), (Item("BILLET", n(25)),), "parked", term_days=8),
    Contract("C-2026-0024", 2001, "a sale that is still a draft: iXpole keeps it to itself", ("2026-04-01",),
             (Item("VIP"),), "nothing", final=False),
    Contract("C-2026-0025", 2015, "barter: printing against a board, invoiced all the same", ("2026-03-30",),
             (Item("BANDE"), Item("PARK")), barter=True),
    Contract("C-2026-0026", 2017, "VAT rounded on each line: twice 10.01 make 25.02, and no net makes that",
             ("2026-04-02",), (Item("TØRKLÆDE", price_cents=1001, text="Badge, rød"),
             Item("TØRKLÆDE", price_cents=1001, text="Badge, blå")), "parked"),
    Contract("C-2026-0027", 2017, "VAT rounded once: the same two lines make 25.03", ("2026-04-02",),
             (Item("TØRKLÆDE", price_cents=1001, text="Badge, rød"),
              Item("TØRKLÆDE", price_cents=1001, text="Badge, blå")), basis="rate"),
    Contract("C-2026-0028", 2017, "VAT rounded on each line, and an øre moved from one net makes the total",
             ("2026-04-03",), (Item("TØRKLÆDE", price_cents=1002, text="Nål, guld"),
             Item("TØRKLÆDE", price_cents=1002, text="Nål, sølv"))),
    Contract("C-2026-0029", 2006, "half an øre of VAT: 0.02 at 25 % makes 0.01", ("2026-04-04",),
             (Item("TØRKLÆDE", price_cents=2, text="Plastpose"),)),
    Contract("C-2026-0030", 2002, "a number typed in by hand that begins with D: iXpole takes it for a draft",
             ("2026-03-17",), (Item("SÆSON", n(2)),), "nothing",
             told={"invoiceNumber": "DEMO-1", "invoiceDueDate": "2026-04-16"}),
    Contract("C-2026-0031", 2004, "invoiced by hand and paid", ("2026-03-17",), (Item("PARK"),), "nothing",
             told={"invoiceNumber": "900", "invoiceDueDate": "2026-04-16", "paymentNo": "BANK-2026-03-20-0007"}),
    Contract("C-2026-0032", 2005, "a discount on the line", ("2026-04-05",), (Item("TØRKLÆDE", n(45),
             discount=15),)),
    Contract("C-2026-0033", 2011, "nothing but a gift: the whole invoice is zero", ("2026-04-06",),
             (Item("GAVE", text="Påskegave"),), "paid"),
    Contract("C-2026-0034", 2003, "ten million and more", ("2026-04-07",),
             (Item("TRØJE", price_cents=1002031230, text="Navnet på stadion, ti år"),), sale_type="Event"),
    Contract("C-2026-0035", 2014, "a customer code that TelecomX does not know", ("2026-04-08",),
             (Item("SÆSON"),), "parked"),
    Contract("C-2026-0036", 2016, "a product that TelecomX does not know", ("2026-04-08",),
             (Item("LOTTERI", n(100)),), "parked"),
    Contract("C-2026-0037", 2016, "a product that has ended there", ("2026-04-08",), (Item("UDGÅET", n(5)),),
             "parked"),
    Contract("C-2026-0038", 2016, "a product code that two products have", ("2026-04-08",),
             (Item("KRUS", n(6)),), "parked"),
    Contract("C-2026-0039", 2013, "euro, where TelecomX knows kroner only", ("2026-04-09",), (Item("BILLET", n(10)),),
             "parked", currency="EUR"),
    Contract("C-2026-0040", 2012, "a Belgian customer, Danish VAT", ("2026-04-09",), (Item("BILLET", n(12)),)),
)  # fmt: skip

CREDITS = (
    Contract("K-2026-0001", 2001, "a credit note: minus one unit, exempt line and all", ("2026-04-10",),
             (Item("VIP", n(-1)), Item("KONTINGENT", n(-1))), credits="C-2026-0001-01", sale_type="Credit"),
    Contract("K-2026-0002", 2006, "half an øre on a credit note: exactly the invoice with the other sign",
             ("2026-04-10",), (Item("TØRKLÆDE", price_cents=-2, text="Plastpose"),), credits="C-2026-0029-01",
             sale_type="Credit"),
)  # fmt: skip

SPONSORS = (
    Contract("S-2026-0001", 2001, "a sponsor in four quarters, two still to come",
             ("2026-03-16", "2026-04-01", "2026-07-01", "2026-10-01"), (Item("TRØJE"),),
             reference="Hovedsponsor"),
    Contract("S-2026-0002", 2015, "thirds of a board: 20,000.00 in three, an øre is left over",
             ("2026-03-16", "2026-03-31", "2026-04-15"), (Item("BANDE"),)),
    Contract("S-2026-0003", 2003, "minutes on the LED board", ("2026-03-20",),
             (Item("LED", n(90), text="LED — 90 minutter à 83,00 kr."),)),
    Contract("S-2026-0004", 2008, "a new customer who is a sponsor as well", ("2026-04-10",),
             (Item("BANDE", n(2)), Item("VIP", n(4)))),
    Contract("S-2026-0005", 2015, "a credit note for a sponsor: two matches were not shown", ("2026-04-14",),
             (Item("BANDE", price_cents=-200000, text="Bande, to kampe ikke vist"),), credits="S-2026-0002-01",
             sale_type="Credit"),
)  # fmt: skip

CONTRACTS = (*DIRECT, *CREDITS, *SPONSORS)
