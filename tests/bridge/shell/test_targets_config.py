"""Can each target be chosen, and does a mistake in its own section tell its place?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import ixbridge
from ixbridge.core.nets import Taxing
from ixbridge.core.policy import policy_of
from ixbridge.core.steps import Creation
from ixbridge.core.target import Amounts, PastDue
from ixbridge.shell.cli import TARGETS, bridge
from ixbridge.shell.config import ConfigError, read_settings, settings_in
from ixbridge.shell.systems import CONNECTIONS

ROOM = Path(ixbridge.__file__).parent
OTHERS = [name for name in TARGETS if name != "silvasoft"]
LEAST = 'tax: {codes: {"25": {percentage: 25}}}\n'


def test_the_command_line_knows_the_targets_that_there_are() -> None:
    assert set(TARGETS) == set(CONNECTIONS)


@pytest.mark.parametrize("name", OTHERS)
def test_the_example_that_users_copy_is_read(name: str) -> None:
    settings = read_settings(ROOM / f"example.{name}.yaml")
    policy = policy_of(settings, target=CONNECTIONS[name].target)
    assert (settings.target.name, policy.target.name, policy.draft_as) == (name, name, Creation.INVOICE_DRAFT)
    assert settings.lines.max == 0


@pytest.mark.parametrize("name", TARGETS)
def test_an_example_is_printed_for_each_target(name: str) -> None:
    told = CliRunner().invoke(bridge, ["example", "--target", name])
    assert told.exit_code == 0 and f"system: {name}" in told.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "target: {system: telecomx, vat: twice}",
            "target.vat: seen 'twice', expected once or once_half_even",
        ),
        ("target: {system: telecomx, type: Invoice}", "target.type: unknown key"),
        ("target: {system: crmcom, amounts: sub_totals}", "(did you mean sub_total?)"),
        ("target: {system: silvasoft, vat: once}", "target.vat: unknown key"),
        ("target: {system: crmcom, password: x}", "secrets do not belong in this file"),
        ("target: {system: crmcom}\nnumbers: {series: own, start: 1}", "CRM.COM always numbers its invoices"),
        ("target: {system: telecomx}\nproducts: {create: true}", "the bridge makes no products in TelecomX"),
    ],
)
def test_a_mistake_in_the_targets_own_section_is_told(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_in(LEAST + text)
    assert words in str(caught.value)


def test_what_the_section_chooses_decides() -> None:
    settings = settings_in(LEAST + "target: {system: crmcom, amounts: cost, vat: per_rate, type: Season}")
    policy = policy_of(settings, target=CONNECTIONS["crmcom"].target)
    assert (policy.target.amounts, policy.target.taxing) == (Amounts.NET, Taxing.PER_RATE)
    assert policy.target.told(settings.target.options)["type"] == "Season"
    settings = settings_in(LEAST + "target: {system: telecomx, past_due: today}")
    assert policy_of(settings, target=CONNECTIONS["telecomx"].target).target.past_due is PastDue.TODAY
    assert settings.currencies == ("DKK",)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_set_in_the_environment_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in list(os.environ):
        if variable.startswith("IXKIT_"):
            monkeypatch.delenv(variable)
    file = tmp_path / "bridge.yaml"
    file.write_text((ROOM / f"example.{name}.yaml").read_text("utf-8"), "utf-8")
    told = CliRunner().invoke(bridge, ["run", "--config", str(file), "--journal", str(tmp_path / "j")])
    assert told.exit_code == 2
    target = CONNECTIONS[name].target
    for variable in (target.url_env, *(target.env(each) for each in target.credentials)):
        assert variable in told.output
    assert "SILVASOFT" not in told.output


@pytest.mark.parametrize("name", OTHERS)
def test_a_kind_of_draft_that_the_target_has_not_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text(f"{LEAST}target: {{system: {name}}}\n", "utf-8")
    told = CliRunner().invoke(bridge, ["run", "--config", str(file), "--draft-as", "order"])
    assert told.exit_code == 2 and "--draft-as is for Silvasoft" in told.output
