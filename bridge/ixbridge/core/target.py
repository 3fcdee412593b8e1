"""In what do the accounting systems differ? One value per system, read by the decisions that all share.

Each module of ``targets`` describes its own system with one `Target`. The defaults are the plainest
kind of system: it takes inclusive line totals, and its documents are found in lists by date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

from ixbridge.core.nets import Taxing
from ixbridge.core.steps import By, Creation


class Lookup(Enum):
    """How the documents of an instalment are found again."""

    WINDOW = "window"
    """In a list by date, by the tag in their text."""
    CUSTOMER = "customer"
    """In the list of one customer, by the tag in their text."""
    KEY = "key"
    """By the instalment's code, which stands in a field of its own."""
    INBOX = "inbox"
    """Not at all: the target gives a receipt, and says later what became of it."""


class Customers(Enum):
    """How a customer gets into the target."""

    FOUND = "found"
    """Looked for there, and made where nobody fits."""
    ALONG = "along"
    """Named by each order, which carries name and address; there is nothing to look in."""


class Articles(Enum):
    """Which documents name an article on each line."""

    NEVER = "never"

    DRAFTS = "drafts"
    ALWAYS = "always"


class Amounts(Enum):
    """What is sent for a line."""

    GROSS = "gross"
    """The inclusive total, which the target keeps as it is."""
    NET = "net"
    """The net amount; the target works the VAT out, so the nets are fitted to the total."""
    BOTH = "both"
    """The inclusive total and the VAT in it; the target keeps both."""


class Pdf(Enum):
    FETCHED = "fetched"
    RENDERED = "rendered"
    """The target has none, so the bridge draws one of what the target shows."""


class PastDue(Enum):
    """What is done with a due date that the target would refuse, as it is past."""

    PARK = "park"
    OMIT = "omit"
    """Send none; the accounting side sets one."""
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the file's `target` section that only this system knows."""

    default: str
    choices: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What may stand there and what it means; empty: any text, which goes along with each invoice."""
    sets: str = ""
    """The member of the description that the choice decides."""
    pattern: str = ""
    """What the text must look like, where any other would be refused."""
    words: str = ""
    """The same for a person."""


@dataclass(frozen=True, slots=True)
class Target:
    name: str = "silvasoft"
    title: str = "Silvasoft"
    # documents
    lookup: Lookup = Lookup.WINDOW
    key_enforced: bool = False
    """Two documents of one instalment code cannot be: a create may be sent again."""
    takes_numbers: bool = True
    """The bridge may keep the number series."""
    number_enforced: bool = True
    """Two documents of one number cannot be."""
    reads_by_id: bool = False
    """A document is read by its id, not by its number."""
    code_length_max: int = 100
    drafts: tuple[Creation, ...] = (Creation.ORDER, Creation.INVOICE_DRAFT)
    """What a draft can be there; the first where the settings name another."""
    pdf: Pdf = Pdf.FETCHED
    # what can be expressed
    articles: Articles = Articles.DRAFTS
    makes_articles: bool = True
    articles_tax: bool = False
    """The article decides about the VAT of its lines, so its rate must be theirs."""
    ledgers: bool = True
    """Lines name a ledger account and a cost centre."""
    amounts: Amounts = Amounts.GROSS
    taxing: Taxing = Taxing.PER_LINE
    """How VAT is worked out where nets are sent."""
    rates: frozenset[Decimal] | None = None
    """The only VAT percentages there are; None: any."""
    negatives: bool = True
    currencies: frozenset[str] | None = None
    lines_max: int = 75
    past_due: PastDue | None = None
    """None: a due date may be past."""
    zone: str = ""
    """Whose midnight decides what day it is, where that matters."""
    # customers
    customers: Customers = Customers.FOUND
    searches: frozenset[By] = frozenset({By.NUMBER, By.VAT, By.NAME, By.EMAIL})
    customer_number: str = r"[1-9][0-9]{0,9}"
    customer_number_max: int | None = 2**31 - 1
    customer_number_words: str = f"a number from 1 to {2**31 - 1}"
    # set-up
    credentials: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Name of each to the end of its environment variable."""
    options: Mapping[str, Option] = field(default_factory=lambda: MappingProxyType({}))

    def is_customer_number(self, text: str) -> bool:
        if not re.fullmatch(self.customer_number, text, re.ASCII):
            return False
        return self.customer_number_max is None or int(text) <= self.customer_number_max

    def names_articles(self, *, draft: bool) -> bool:
        return self.articles is Articles.ALWAYS or (draft and self.articles is Articles.DRAFTS)

    def chosen(self, options: Mapping[str, str]) -> Target:
        """With what the settings choose of it."""
        changes: dict[str, Any] = {}
        for name, option in self.options.items():
            if option.sets:
                changes[option.sets] = option.choices[options.get(name, option.default)]
        return replace(self, **changes)

    def told(self, options: Mapping[str, str]) -> Mapping[str, str]:
        """What the section says, which goes along with each invoice."""
        texts = {name: options.get(name, each.default) for name, each in self.options.items()}
        return {name: text for name, text in texts.items() if text}

    def env(self, name: str) -> str:
        return f"IXKIT_{self.name.upper()}_{self.credentials[name]}"

    @property
    def url_env(self) -> str:
        return f"IXKIT_{self.name.upper()}_URL"


PLAIN = Target()
"""The plainest kind."""
