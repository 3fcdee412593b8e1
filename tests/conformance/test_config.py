"""Does `ixkit.toml` say what it means, and is every slip named with its place?"""

from __future__ import annotations

from pathlib import Path

import pytest

from ixconform.config import ConfigError, claims_of, find, read, seconds_of
from ixconform.profile import ProfileError, profile_of, profiles
from ixmocks.commandline.templates import CONFIG

WHOLE = """
seed = 7
[vendors.silvasoft]
enabled = true
[connector]
name = "acme"
driver = "service"
command = "./acme-sync --once"
env = { HOST = "{silvasoft.url}", TOKEN = "${ACME_TOKEN}" }
[connector.capabilities]
over_75 = "split"
payments = false
[conform]
profile = "ixpole-crmcom-draft"
level = 3
"""


def test_a_whole_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "t")
    (tmp_path / "ixkit.toml").write_text(WHOLE)
    found = read(tmp_path / "ixkit.toml")
    assert (found.name, found.driver, found.command) == ("acme", "service", ("./acme-sync", "--once"))
    assert dict(found.env) == {"HOST": "{silvasoft.url}", "TOKEN": "t"}
    assert (found.claims.over_75, found.claims.payments, found.level) == ("split", False, 3)
    assert found.cwd == tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[connector]\ndrivr = 'command'", "did you mean 'driver'"),
        ("[connector]\ndriver = 'magic'", "expected one of command"),
        ("[connector.capabilities]\nover_75 = 'pray'", "expected one of refuse"),
        ("[connector.capabilities]\npayments = 'yes'", "expected true or false"),
        ("[connector.capabilities]\ncorrelation = 'x'", "expected a group"),
        ("[connector.capabilities]\ncorrelation = '('", "is no pattern"),
        ("[conform]\nlevel = 'high'", "expected a number"),
        ("[connector]\nenv = { A = '${NOBODY_SET_THIS}' }", "which is not set"),
        ("connector = 3", "expected a table"),
        ("[connector", "no TOML"),
    ],
)
def test_a_slip_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "ixkit.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        read(tmp_path / "ixkit.toml")


def test_it_is_looked_for_upwards_to_the_root_of_the_repository(tmp_path: Path) -> None:
    below = tmp_path / "repo" / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "ixkit.toml").write_text("")
    assert find(below) == tmp_path / "ixkit.toml"
    (tmp_path / "repo" / ".git").mkdir()
    assert find(below) is None


@pytest.mark.parametrize(("text", "seconds"), [("", 0), ("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400)])
def test_spans_are_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


def test_a_span_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected 90s"):
        seconds_of("soon")


def test_profiles_have_short_names_and_no_others() -> None:
    assert (
        profile_of("ixpole-silvasoft").name
        == "ixpole-silvasoft-direct"
        == profile_of("IXPOLE-silvasoft-final").name
    )
    assert {profile_of(name).name for name in profiles()} == set(profiles())
    with pytest.raises(ProfileError, match="there are: ixpole-silvasoft-direct"):
        profile_of("ixpole-exact")


def test_a_correlation_may_be_a_table() -> None:
    assert (
        claims_of({"correlation": {"field": "InvoiceNotes", "pattern": "(?P<code>x)"}}).correlation
        == "(?P<code>x)"
    )


def test_what_init_writes_is_a_configuration_that_only_wants_its_command(tmp_path: Path) -> None:
    path = tmp_path / "ixkit.toml"
    path.write_text(CONFIG, "utf-8")
    found = read(path)
    assert found.command == ("./my-connector", "--once")
    assert (found.profile, found.level) == ("ixpole-silvasoft-direct", 2)
    assert found.profile in profiles()


def test_lists_of_known_checks_are_named_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ixkit.toml"
    path.write_text('[conform]\nknown_failing = "a.txt"\nknown_flaky = "b.txt"\n')
    found = read(path)
    assert (found.known_failing, found.known_flaky) == ("a.txt", "b.txt")
