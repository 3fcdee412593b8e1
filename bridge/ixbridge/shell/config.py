"""What does the configuration file decide? It is read into ``Settings``, or every mistake is named.

A message tells the file, the line, the key, what was seen and what was expected. Secrets never
stand in the file: they come from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from ixbridge.core.mapping import (
    COST_CENTRE_FIELDS,
    DESCRIPTION_FIELDS,
    NEVER_MIXED,
    NOTES_FIELDS,
    CostCentreRules,
    CustomerMatch,
    CustomerRules,
    Dimension,
    DraftAs,
    LedgerRules,
    LineRules,
    ModeRule,
    ModeRules,
    NumberSeries,
    OverLimit,
    ProductFallback,
    ProductRules,
    Settings,
    SplitCheck,
    System,
    TaxRule,
    TaxRules,
    When,
    template_problem,
)
from ixbridge.core.model import Basis, InstalmentType, Mode
from ixbridge.core.money import EXPONENTS, Rounding
from ixbridge.core.target import Lookup, Target
from ixbridge.shell.config_nodes import Is, Malformed, toml_tree, yaml_tree
from ixbridge.shell.config_table import Problem, Table, meant
from ixbridge.shell.systems import CONNECTIONS

SIZE_MAX = 1_048_576
SOURCES = {"ixpole": Target("ixpole")}
TARGETS = {name: connection.target for name, connection in CONNECTIONS.items()}


class ConfigError(Exception):
    """The set-up is wrong; all problems at once."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file, self.problems = file, problems
        super().__init__("\n".join(each.told(file) for each in problems))


def read_settings(path: Path) -> Settings:
    """The settings in a ``.yaml``, ``.yml`` or ``.toml`` file; ``ConfigError`` if anything is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_MAX + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _broken(str(path), f"cannot be read ({reason}); expected a configuration file") from None
    if len(content) > SIZE_MAX:
        raise _broken(str(path), f"is larger than {SIZE_MAX} bytes; is it a configuration file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _broken(str(path), "is not UTF-8 text", line) from None
    return settings_in(text, file=str(path))


def settings_in(text: str, *, file: str = "bridge.yaml") -> Settings:
    """The settings in a text; the file's ending tells YAML from TOML."""
    try:
        root = toml_tree(text) if file.lower().endswith(".toml") else yaml_tree(text)
    except Malformed as error:
        raise _broken(file, str(error), error.line) from None
    if root.kind is not Is.TABLE:
        raise _broken(file, f"holds {root.kind.value}, expected keys such as `tax:` and `ledger:`")
    problems: list[Problem] = []
    settings = _settings(Table(root, "", problems))
    if problems:
        raise ConfigError(file, tuple(sorted(problems, key=lambda each: each.line or 0)))
    return settings


def _broken(file: str, message: str, line: int | None = None) -> ConfigError:
    return ConfigError(file, (Problem("", line, message),))


# --- the file, part by part -------------------------------------------------------------------


def _settings(file: Table) -> Settings:
    standard = Settings()
    system = _system(file.table("target"), TARGETS)
    target = TARGETS[system.name].chosen(system.options)
    settings = Settings(
        source=_system(file.table("source"), SOURCES),
        target=system,
        mode=_mode(file.table("mode")),
        customers=_customers(file.table("customers")),
        products=_products(file.table("products"), target),
        tax=_tax(file.table("tax", required=True)),
        ledger=_ledger(file.table("ledger")),
        cost_centre=_cost_centre(file.table("cost_centre")),
        lines=_lines(file.table("lines"), target),
        numbers=_numbers(file.table("numbers"), target),
        notes=file.template("notes", standard.notes, NOTES_FIELDS),
        currencies=file.texts("currencies", _currencies(standard, target), _currency),
        tolerance_minor=file.integer("tolerance_minor", 0, at_least=0, at_most=100),
    )
    file.done()
    return settings


def _system(table: Table, known: Mapping[str, Target]) -> System:
    names = tuple(known)
    name = table.text("system", names[0])
    if name not in names:
        table.wrong("system", f"seen {name!r}, expected {' or '.join(names)}{meant(name, names)}")
        name = names[0]
    options: dict[str, str] = {}
    for key, option in known[name].options.items():
        text = table.text(key, option.default)
        if option.choices and text not in option.choices:
            allowed = tuple(option.choices)
            table.wrong(key, f"seen {text!r}, expected {' or '.join(allowed)}{meant(text, allowed)}")
        elif option.pattern and not re.fullmatch(option.pattern, text, re.ASCII):
            table.wrong(key, f"seen {text!r}, expected {option.words}")
        elif text != option.default:
            options[key] = text
    url = table.text("url", None)
    problem = url_problem(url) if url else None
    if problem:
        table.wrong("url", problem)
    table.done()
    return System(name, url, MappingProxyType(options))


def _currencies(standard: Settings, target: Target) -> tuple[str, ...]:
    return standard.currencies if target.currencies is None else tuple(sorted(target.currencies))


def _mode(table: Table) -> ModeRules:
    default = table.choice("default", Mode, Mode.DIRECT)
    draft_as = table.choice("draft_as", DraftAs, DraftAs.ORDER)
    rules = []
    for each in table.tables("rules"):
        conditions = each.table("when", required=True)
        when = When(
            contract_prefix=conditions.text("contract_prefix", None),
            customer_code=conditions.text("customer_code", None),
            sale_type=conditions.text("sale_type", None),
            season=conditions.text("season", None),
            type=conditions.choice("type", InstalmentType, None),
            barter=conditions.flag("barter", None),
        )
        conditions.done()
        if when == When() and conditions.given:
            conditions.wrong("", "seen no condition, expected at least one; use `mode.default` for all")
        rules.append(ModeRule(when, each.choice("mode", Mode, None, required=True) or Mode.DRAFT))
        each.done()
    table.done()
    return ModeRules(default, tuple(rules), draft_as)


def _customers(table: Table) -> CustomerRules:
    standard = CustomerRules()
    numbers: dict[int, str] = {}
    for key, number in table.named_texts("numbers").items():
        if key.isascii() and key.isdigit():
            numbers[int(key)] = number
        else:
            table.wrong(f"numbers.{key}", f"the key is {key!r}, expected an iXpole customer id (digits)")
    rules = CustomerRules(
        create=table.flag("create", standard.create),
        match=table.choices("match", CustomerMatch, standard.match),
        shared=table.flag("shared", standard.shared),
        numbers=MappingProxyType(numbers),
    )
    table.done()
    return rules


def _products(table: Table, target: Target) -> ProductRules:
    standard = ProductRules()
    rules = ProductRules(
        create=table.flag("create", standard.create),
        category=table.text("category", standard.category),
        numbers=table.named_texts("numbers"),
        fallback=table.choice("fallback", ProductFallback, standard.fallback),
    )
    if rules.create and not target.makes_articles:
        table.wrong("create", f"seen true, but the bridge makes no products in {target.title}")
    table.done()
    return rules


def _tax(table: Table) -> TaxRules:
    codes: dict[str, TaxRule] = {}
    for code, rule in table.named_tables("codes", required=True).items():
        percentage = rule.percentage("percentage")
        tax_code = rule.text("code", None)
        if rule.given and "percentage" not in rule and "code" not in rule:
            rule.wrong("", "seen neither `percentage` nor `code`, expected at least one")
        rule.done()
        codes[code] = TaxRule(percentage, tax_code)
    rules = TaxRules(
        codes=MappingProxyType(codes),
        basis=None if table.is_text("basis", "auto") else table.choice("basis", Basis, None, also="auto"),
        split_check=table.choice("split_check", SplitCheck, SplitCheck.PINNED),
        rounding=table.choice("rounding", Rounding, Rounding.PER_LINE),
    )
    table.done()
    return rules


def _ledger(table: Table) -> LedgerRules:
    rules = LedgerRules(
        products=table.named_texts("products"),
        from_source=table.flag("from_source", True),
        groups=table.named_texts("groups"),
        fallback=table.text("fallback", None),
        target_default=table.flag("target_default", False),
    )
    if rules.fallback and rules.target_default:
        table.wrong("target_default", "seen true beside `fallback`, expected only one of them")
    table.done()
    return rules


def _cost_centre(table: Table) -> CostCentreRules:
    groups = table.named_texts("groups")
    for group, template in groups.items():
        problem = template_problem(template, COST_CENTRE_FIELDS)
        if problem:
            table.wrong(f"groups.{group}", f"seen {template!r}: {problem}")
    rules = CostCentreRules(
        from_source=table.flag("from_source", True),
        groups=groups,
        value=table.template("value", None, COST_CENTRE_FIELDS),
        allowed=frozenset(table.texts("allowed", ())),
    )
    table.done()
    return rules


def _lines(table: Table, target: Target) -> LineRules:
    standard = LineRules()
    summed = table.table("consolidate")
    annex = summed.text("annex", "required")
    if annex not in ("required", "optional"):
        summed.wrong("annex", f"seen {annex!r}, expected required or optional")
    by = summed.choices("by", Dimension, standard.by)
    missing = [each.value for each in NEVER_MIXED if each not in by]
    if missing:
        summed.wrong("by", f"{', '.join(missing)} missing: lines that differ there are never summed up")
    rules = LineRules(
        max=table.integer("max", target.lines_max, at_least=0, at_most=100_000),
        merge_identical=table.flag("merge_identical", standard.merge_identical),
        over_limit=table.choice("over_limit", OverLimit, standard.over_limit),
        by=by,
        description=summed.template("description", standard.description, DESCRIPTION_FIELDS),
        no_group=summed.text("no_group", standard.no_group),
        annex_required=annex == "required",
        structured_quantity=table.flag("structured_quantity", standard.structured_quantity),
    )
    summed.done()
    table.done()
    return rules


def _numbers(table: Table, target: Target) -> NumberSeries:
    series = table.text("series", "target")
    start = table.integer("start", 0, at_least=1, at_most=2**63 - 1)
    if series not in ("own", "target"):
        table.wrong("series", f"seen {series!r}, expected own or target{meant(series, ('own', 'target'))}")
    if series == "own" and not target.takes_numbers:
        how = (
            " (set `target.invoices_by: client` where the club does)"
            if "invoices_by" in target.options
            else ""
        )
        table.wrong("series", f"seen own, but {target.title} always numbers its invoices itself{how}")
    if series == "own" and not start and "start" not in table:
        table.wrong("start", "missing, expected the first number of the own series")
    if target.lookup is Lookup.INBOX and target.takes_numbers and series != "own":
        seen = "seen no series of the bridge's own, but `target.invoices_by: client` makes it number the invoices"
        table.wrong("series", f"{seen}; set `series: own` and `start`")
    if series == "target" and "start" in table:
        table.wrong("start", "seen a start, but the target numbers its invoices; set `series: own`")
    table.done()
    return NumberSeries(start if series == "own" and start else None)


# --- checks of single values ------------------------------------------------------------------


def _currency(code: str) -> str | None:
    return None if code in EXPONENTS else f"seen {code!r}, expected a known currency code such as EUR"


def url_problem(url: str) -> str | None:
    """A secret in an address, or an address that sends secrets in the open."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return f"seen {url!r}, expected an address: {error}"
    if parts.username or parts.password:
        return "the address holds a user name or password; set them in the environment"
    if parts.scheme not in ("http", "https") or not host:
        return f"seen {url!r}, expected an address such as https://host"
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        return f"seen {url!r}; http is for this machine only, expected https"
    return None
