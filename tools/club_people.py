"""Who buys from the club, and what can it sell? The tables behind scenario ``club-season``.

Every name, address, number and price is made up. Mail goes to `.example`, which nobody owns.
"""

from __future__ import annotations

from club_ixpole import Goods, Person

VAT = {"21": 21, "12": 12, "6": 6, "0": 0, "0-RC": 0, "0-EX": 0, "21-M": 21}
"""iXpole's VAT code to its percentage. Three codes share 0 %, two share 21 %: a percentage is no code."""

VAT_NAMES = {
    "21": "Standard", "12": "Middle", "6": "Reduced", "0": "Exempt", "0-RC": "Reverse charge",
    "0-EX": "Export", "21-M": "Margin scheme",
}  # fmt: skip


def _be(base: int) -> str:
    """A Belgian VAT number whose check digits are right: 97 less the rest of the first eight."""
    return f"BE{base:08d}{97 - base % 97:02d}"


CITIES = {
    "Antwerpen": "2018", "Gent": "9000", "Brugge": "8000", "Liège": "4000", "Leuven": "3000",
    "Mechelen": "2800",
    "Voorbeeldegem": "9999", "Köln": "50667", "Leeds": "LS1 4AP", "東京都": "100-0001",
}  # fmt: skip

PEOPLE = (
    Person(1001, "100245", "Janssens Logistics NV", "Antwerpen", "info@janssens.example", vat=_be(1234567),
           category="Sponsor", booked_as=100245),
    Person(1002, "100246", "Brouwerij De Gouden Hop BV", "Leuven", "boekhouding@goudenhop.example",
           vat=_be(9900123), booked_as=100246),
    Person(1003, "100247", "Boulangerie « Chez Zoë » & Fils SRL", "Liège", "zoe@chezzoe.example", "fr",
           vat=_be(9900456), booked_as=100247),
    Person(1004, "100301", "De Smet BV", "Gent", "info@desmet-gent.example", vat=_be(9901001),
           booked_as=100301),
    Person(1005, "100302", "De Smet BV", "Brugge", "kantoor@desmet-brugge.example", vat=_be(9901002),
           booked_as=100302),
    Person(1006, "100310", "Kapsalon Lies BV", "Mechelen", "lies@vermeulen.example", vat=_be(9902001),
           booked_as=100310),
    Person(1007, None, "Lies Vermeulen", "Mechelen", "lies@vermeulen.example", first="Lies",
           last="Vermeulen"),
    Person(1008, None, "Nieuw Dak BV", "Gent", "facturen@nieuwdak.example", vat=_be(9903001)),
    Person(1009, "100320", "İbrahim Öztürk", "Antwerpen", "ibrahim@ozturk.example", "en", first="İbrahim",
           last="Öztürk", booked_as=100320),
    Person(1010, "100321", "Café 't Hoekske <b>VOF</b>", "Mechelen", "cafe@hoekske.example", vat=_be(9904001),
           booked_as=100321),
    Person(1011, "100322", "Stad Voorbeeldegem", "Voorbeeldegem", "facturen@voorbeeldegem.example",
           vat=_be(2070001), category="Public body", booked_as=100322),
    Person(1012, "100323", "Müller & Söhne GmbH", "Köln", "rechnung@mueller.example", "en", "DE",
           "DE999000123",
           booked_as=100323),
    Person(1013, "100324", "Lakeside Trading Ltd", "Leeds", "accounts@lakeside.example", "en", "GB",
           "GB999000123",
           booked_as=100324),
    Person(1014, "100325", "ドラゴン株式会社", "東京都", "keiri@dragon.example", "en", "JP",
           "JP9990001234567",
           booked_as=100325),
    Person(1015, "100326", "Drukkerij Inkt & Zoon NV", "Gent", "info@inkt.example", vat=_be(9905001),
           category="Sponsor", booked_as=100326),
    Person(1016, "100327", "Supportersclub De Trouwe Twaalf vzw", "Voorbeeldegem", "bestuur@trouwe12.example",
           vat=_be(9906001), booked_as=100327),
    Person(1017, "100328", "Basisschool De Regenboog", "Voorbeeldegem", "directie@regenboog.example",
           vat=_be(9906002), booked_as=100328),
    Person(1018, "100329", "Evenementen Horizon BV", "Antwerpen", "ap@horizon.example", vat=_be(9907001),
           booked_as=100329),
    Person(1019, None, "Zonnepanelen Helios BV", "Leuven", "hallo@helios.example", vat=_be(9908001),
           category="Sponsor"),
    Person(1020, "100999", "Verhuisd & Vergeten BV", "Brugge", "info@vergeten.example", vat=_be(9909001)),
    Person(1021, "GUEST-7", "Gastenboek Zeven", "Gent", "gast7@gasten.example", first="Guido", last="Zeven"),
)  # fmt: skip


GOODS = (
    Goods(501, "SEAT-A", "Season ticket, stand A", "Seat", "Season tickets", "6", 30000, "700100"),
    Goods(502, "SEAT-VIP-A", "VIP seat, block A", "Seat", "VIP seats", "6", 75000, "700110"),
    Goods(503, "TICKET", "Match ticket", "Seat", "Tickets", "6", 1887, "700100"),
    Goods(520, "PARK", "Parking place P1", "Parking", "Parking", "21", 12000, "700300"),
    Goods(530, "BOARD", "Board along the pitch, 6 m", "Catalog", "Sponsoring", "21", 1000000, "700400"),
    Goods(531, "SHIRT", "Logo on the shirt", "Catalog", "Sponsoring", "21", 10000000, "700400"),
    Goods(532, "LED", "LED board, minutes", "Catalog", "Sponsoring", "21", 4150, "700400", known=False,
          unit="Minute"),
    Goods(540, "PROG", "Match programme", "Catalog", "Print", "6", 283, "700500"),
    Goods(541, "SCARF", "Scarf", "Catalog", "Merchandising", "21", 1240, "700500"),
    Goods(542, "RETRO", "Retro shirt, second hand", "Catalog", "Merchandising", "21-M", 2479, "700500"),
    Goods(550, "YOUTH", "Youth membership", "Catalog", "Membership", "0", 17500, "700600"),
    Goods(560, "GIFT", "Welcome gift", "Incentive", "Gifts", "21", 0, None),
    Goods(570, "HALL", "Hall, per hour", "Catalog", "Rent", "0", 8000, "700700", unit="Hour"),
    Goods(571, "SOUND", "Sound and light", "Catalog", "Rent", "21", 250000, "700700", known=False),
    Goods(610, "HOSP-GOLD", "Hospitality Gold", "Hospitality", "Hospitality", "21", 100000, None,
          parts=((611, 60), (612, 40))),
    Goods(611, "FOOD-BOM", "Hospitality Gold: food", "Hospitality", "Hospitality", "12", 60000, "700200",
          parent=610),
    Goods(612, "BEV-BOM", "Hospitality Gold: beverage", "Hospitality", "Hospitality", "21", 40000, "700210",
          parent=610),
)  # fmt: skip

BY_CODE = {goods.code: goods for goods in GOODS}

LEDGERS = {
    "400000": ("Klanten", "BalanceSheet", "debet"),
    "451000": ("Te betalen btw", "BalanceSheet", "credit"),
    "700000": ("Omzet, overige", "IncomeStatement", "credit"),
    "700100": ("Tickets en abonnementen", "IncomeStatement", "credit"),
    "700110": ("VIP-zitjes", "IncomeStatement", "credit"),
    "700200": ("Hospitality, spijzen", "IncomeStatement", "credit"),
    "700210": ("Hospitality, dranken", "IncomeStatement", "credit"),
    "700300": ("Parking", "IncomeStatement", "credit"),
    "700400": ("Sponsoring", "IncomeStatement", "credit"),
    "700500": ("Merchandising en drukwerk", "IncomeStatement", "credit"),
    "700600": ("Lidgelden", "IncomeStatement", "credit"),
    "700700": ("Verhuur", "IncomeStatement", "credit"),
    "604000": ("Aankoop handelsgoederen", "IncomeStatement", "debet"),
}

TAX_CODES = (
    ("21.0% - Hoog", "21.0", "Hoog", False, "Sales"),
    ("12.0% - Midden", "12.0", "Midden", False, "Sales"),
    ("6.0% - Laag", "6.0", "Laag", False, "Sales"),
    ("0.0% - Vrijgesteld", "0.0", "Vrijgesteld", True, "Sales"),
    ("0.0% - Medecontractant", "0.0", "Medecontractant", False, "Sales"),
    ("0.0% - Uitvoer", "0.0", "Uitvoer", False, "Sales"),
    ("21.0% - Aankoop hoog", "21.0", "Aankoop hoog", False, "Purchase"),
    ("6.0% - Aankoop laag", "6.0", "Aankoop laag", False, "Purchase"),
)
"""Nothing here for the margin scheme: an instalment with it cannot be booked as it is."""
