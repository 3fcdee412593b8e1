"""Is the configuration file read exactly, and is every mistake in it named with its place?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ixbridge
from ixbridge.core.mapping import (
    CostCentreRules,
    CustomerMatch,
    CustomerRules,
    Dimension,
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
)
from ixbridge.core.model import Basis, InstalmentType, Mode
from ixbridge.core.money import Rounding
from ixbridge.shell.config import ConfigError, read_settings, settings_in

EXAMPLE = Path(ixbridge.__file__).parent / "example.bridge.yaml"
LEAST = 'tax: {codes: {"21": {percentage: 21}}}\n'

WHOLE = """
source: {system: ixpole, url: http://127.0.0.1:4711}
target: {system: silvasoft, url: https://books.example}
mode:
  default: draft
  rules:
    - when: {contract_prefix: S-, customer_code: 007, sale_type: Event, season: 2025-2026, type: credit, barter: yes}
      mode: direct
customers: {create: true, match: [vat, name], shared: true, numbers: {1001: 00245}}
products: {create: true, category: Club, numbers: {SEAT: 1204}, fallback: park}
tax:
  basis: per_rate
  split_check: strict
  rounding: per_invoice
  codes: {6: {percentage: 6.0}, 0-RC: {percentage: 0, code: "0.0% - reverse"}, X: {code: x}}
ledger: {products: {SEAT: 0800}, from_source: false, groups: {VIP seats: 8010}, target_default: true}
cost_centre: {from_source: false, groups: {VIP: VIP}, value: "{season}", allowed: [VIP, 7]}
lines:
  max: 50
  merge_identical: false
  over_limit: consolidate
  consolidate: {by: [tax, ledger, cost_centre, period], description: "{count}", no_group: Rest, annex: optional}
  structured_quantity: true
numbers: {series: own, start: 20250001}
notes: "{tag}"
currencies: [EUR, GBP]
tolerance_minor: 1
"""


def mistakes(text: str, file: str = "b.yaml") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings_in(text, file=file)
    return str(caught.value).splitlines()


def test_the_example_that_users_copy_is_read() -> None:
    settings = read_settings(EXAMPLE)
    assert settings.tax.codes["21"].percentage == 21
    assert settings.lines == LineRules()


def test_a_short_file_has_the_standard_values() -> None:
    assert settings_in(LEAST) == Settings(tax=TaxRules({"21": TaxRule(Decimal(21))}))


def test_every_key_reaches_its_value() -> None:
    when = When("S-", "007", "Event", "2025-2026", InstalmentType.CREDIT, True)
    assert settings_in(WHOLE) == Settings(
        source=System("ixpole", "http://127.0.0.1:4711"),
        target=System("silvasoft", "https://books.example"),
        mode=ModeRules(Mode.DRAFT, (ModeRule(when, Mode.DIRECT),)),
        customers=CustomerRules(True, (CustomerMatch.VAT, CustomerMatch.NAME), True, {1001: "00245"}),
        products=ProductRules(True, "Club", {"SEAT": "1204"}, ProductFallback.PARK),
        tax=TaxRules(
            {
                "6": TaxRule(Decimal(6)),
                "0-RC": TaxRule(Decimal(0), "0.0% - reverse"),
                "X": TaxRule(None, "x"),
            },
            Basis.PER_RATE,
            SplitCheck.STRICT,
            Rounding.PER_INVOICE,
        ),
        ledger=LedgerRules({"SEAT": "0800"}, False, {"VIP seats": "8010"}, None, True),
        cost_centre=CostCentreRules(False, {"VIP": "VIP"}, "{season}", frozenset({"VIP", "7"})),
        lines=LineRules(
            max=50,
            merge_identical=False,
            over_limit=OverLimit.CONSOLIDATE,
            by=(Dimension.TAX, Dimension.LEDGER, Dimension.COST_CENTRE, Dimension.PERIOD),
            description="{count}",
            no_group="Rest",
            annex_required=False,
            structured_quantity=True,
        ),
        numbers=NumberSeries(20250001),
        notes="{tag}",
        currencies=("EUR", "GBP"),
        tolerance_minor=1,
    )


def test_toml_says_the_same() -> None:
    text = (
        '[tax.codes]\n"21" = {percentage = 21}\n[ledger]\nfallback = 8000\n[lines]\nmerge_identical = false\n'
    )
    settings = settings_in(text, file="b.toml")
    assert settings.tax.codes["21"] == TaxRule(Decimal(21))
    assert settings.ledger.fallback == "8000"
    assert not settings.lines.merge_identical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("taxx: 1\n" + LEAST, "b.yaml:1: taxx: unknown key (did you mean tax?)"),
        ("ledger: {}\n", "tax: missing, expected a table of keys"),
        ("tax: {}\n", "b.yaml:1: tax.codes: missing, expected a table of keys"),
        (
            "tax:\n codes:\n  21: {percentage: abc}\n",
            "b.yaml:3: tax.codes.21.percentage: seen 'abc', expected a number",
        ),
        ("tax: {codes: {21: {percentage: 121}}}", "seen 121, expected a percentage from 0 to 100"),
        ("tax: {codes: {21: {percentage: .nan}}}", "seen .nan, expected a percentage"),
        ("tax: {codes: {21: {percent: 21}}}", "tax.codes.21.percent: unknown key (did you mean percentage?)"),
        ("tax: {codes: {21: {}}}", "tax.codes.21: seen neither `percentage` nor `code`"),
        ("tax: {codes: {21: 21}}", "tax.codes.21: seen '21', expected a table of keys"),
        (
            "tax:\n codes:\n  6: {percentage: 6}\n  6: {percentage: 9}",
            "b.yaml:4: tax.codes.6: the key stands here twice",
        ),
        (LEAST + "tax: {codes: {}}", "tax: the key stands here twice"),
        (
            "tax: {basis: per_lin, codes: {}}",
            "expected auto or per_line or per_rate or gross (did you mean per_line?)",
        ),
        (
            LEAST + "ledger: {fallback: no}",
            "b.yaml:2: ledger.fallback: seen 'no', expected a text; put it in quotes",
        ),
        (LEAST + 'ledger: {fallback: " "}', "seen an empty text"),
        (LEAST + "ledger: {fallback: 1, target_default: true}", "expected only one of them"),
        (LEAST + "target: {api_key: hunter2}", "target.api_key: secrets do not belong in this file"),
        (LEAST + "target: {system: silvasof}", "or riverty (did you mean silvasoft?)"),
        (LEAST + "target: {url: http://evil.example}", "http is for this machine only, expected https"),
        (
            LEAST + "target: {url: 'https://me:hunter2@x.example'}",
            "the address holds a user name or password",
        ),
        (LEAST + "target: {url: 'ftp://x'}", "expected an address such as https://host"),
        (LEAST + "target: {url: 'https://x:99999'}", "expected an address"),
        (LEAST + "lines: {max: -1}", "lines.max: seen -1, expected a whole number from 0 to 100000"),
        (LEAST + "lines: {max: 7.5}", "lines.max: seen 7.5, expected a whole number"),
        (LEAST + "lines: {max: many}", "lines.max: seen 'many', expected a number"),
        (LEAST + "lines: {consolidate: {by: [tax]}}", "ledger, cost_centre missing"),
        (LEAST + "lines: {consolidate: {by: []}}", "seen an empty list"),
        (LEAST + "lines: {consolidate: {by: [txa]}}", "seen 'txa'"),
        (LEAST + "lines: {consolidate: {annex: maybe}}", "expected required or optional"),
        (LEAST + "lines: {consolidate: {description: '{cuont}'}}", "unknown field {cuont}"),
        (LEAST + "lines: {merge_identical: 1}", "seen '1', expected true or false"),
        (LEAST + "mode: {rules: [{when: {}, mode: draft}]}", "mode.rules[0].when: seen no condition"),
        (LEAST + "mode: {rules: [{when: {barter: true}}]}", "mode.rules[0].mode: missing"),
        (LEAST + "mode: {rules: [{mode: draft}]}", "mode.rules[0].when: missing"),
        (LEAST + "mode: {rules: [draft]}", "mode.rules: [0] is a text, expected a table of keys"),
        (LEAST + "mode: {default: drafft}", "expected direct or draft (did you mean draft?)"),
        (LEAST + "numbers: {series: own}", "numbers.start: missing"),
        (LEAST + "numbers: {series: own, start: 0}", "numbers.start: seen 0"),
        (LEAST + "numbers: {start: 1}", "set `series: own`"),
        (LEAST + "numbers: {series: mine}", "expected own or target"),
        (LEAST + "customers: {numbers: {x: 1}}", "customers.numbers.x: the key is 'x'"),
        (LEAST + "currencies: [EURO]", "seen 'EURO', expected a known currency code"),
        (LEAST + "currencies: EUR", "currencies: seen 'EUR', expected a list"),
        (LEAST + "cost_centre: {value: '{sesson}'}", "unknown field {sesson}"),
        (LEAST + "cost_centre: {groups: {VIP: '{x}'}}", "cost_centre.groups.VIP: seen '{x}'"),
        (LEAST + "cost_centre: {allowed: [[x]]}", "cost_centre.allowed: seen a list, expected a text"),
        (LEAST + "notes: '{tga}'", "unknown field {tga}"),
        (LEAST + "tolerance_minor: 1000", "expected a whole number from 0 to 100"),
        ("", "holds nothing, expected keys"),
        ("- a", "holds a list, expected keys"),
        ("tax: [", "b.yaml:1: not YAML"),
        ("tax:\n\t- a", "b.yaml:2: not YAML"),
        ("a: 1\n---\nb: 2", "not YAML: but found another document"),
        ("a: \x00", "not YAML"),
        ("tax: !!python/object:os.system {}", "tax"),
        ("tax: !secret x", "the tag !secret is not allowed here"),
        ("? [a]\n: 1", "a key must be a plain text"),
        ("a: &a [*a]", "nested too deeply"),
        ("[" * 3000, "nested too deeply"),
        ("tax: &a {x: 1}\n" + "".join(f"k{i}: [*a, *a]\n" for i in range(3)), "unknown key"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str) -> None:
    told = mistakes(text)
    assert any(message in each for each in told), told
    assert all(each.startswith("b.yaml") for each in told)
    assert "hunter2" not in str(told)


def test_all_mistakes_are_told_at_once_from_top_to_bottom() -> None:
    told = mistakes("lines: {max: x}\nnotes: '{x}'\ncurrencies: [X]\n" + LEAST)
    assert [each.split(":")[1] for each in told] == ["1", "2", "3"]


def test_an_alias_that_multiplies_is_refused() -> None:
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
    assert "too much" in mistakes("a0: &a0 x\n" + levels)[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = [", "b.toml"),
        ("a = 1\na = 2\n", "b.toml:2: not TOML"),
        ("[tax.codes.21]\npercentage = true", "tax.codes.21.percentage: seen 'true', expected a number"),
        ("[tax]\ncodes = 2025-01-01", "expected a table of keys"),
    ],
)
def test_mistakes_in_toml_are_told_too(text: str, message: str) -> None:
    assert any(message in each for each in mistakes(text, "b.toml"))


@given(text=st.text(max_size=200) | st.text("{}[]:-,&*!|>'\"\n tax", max_size=80))
def test_any_text_gives_settings_or_a_named_mistake(text: str) -> None:
    for file in ("b.yaml", "b.toml"):
        try:
            settings_in(text, file=file)
        except ConfigError as error:
            assert str(error).startswith(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "latin.yaml"
    wrong.write_bytes(b"a: 1\nb: \xe9")
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * 1_048_577)
    for path, message in [
        (tmp_path / "none.yaml", "cannot be read (No such file or directory)"),
        (tmp_path, "cannot be read"),
        (wrong, "latin.yaml:2: is not UTF-8"),
        (huge, "larger than"),
    ]:
        with pytest.raises(ConfigError, match="yaml|" + tmp_path.name) as caught:
            read_settings(path)
        assert message in str(caught.value)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.encode())
    assert read_settings(path) == settings_in(LEAST)
