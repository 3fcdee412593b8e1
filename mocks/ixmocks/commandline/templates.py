"""What `ixkit init` writes."""

from __future__ import annotations

IGNORED = ("ixkit-ready.json", "bridge-journal.sqlite*", "ixkit-report/")

CONFIG = """\
# How ixkit is started in this project. Options on the command line and IXKIT_ variables come first.

[serve]
scenario = "documents"          # `ixkit scenario list`, or the path of a folder
# clock = "2026-01-05T09:00:00+01:00"
# seed = 7
# reading = ["IXP-19=lenient"]
# port-base = 4710

[connector]                     # what `ixkit conform run` judges, and the fixture ixkit_connector runs
command = ["./my-connector", "--once"]   # one round, then it ends; any language
# env = { SILVASOFT_HOST = "{silvasoft.url}", SILVASOFT_KEY = "{silvasoft.api_key}" }   # has it other names?

[conform]
profile = "ixpole-silvasoft-direct"      # `ixkit conform list` names all
level = 2                                # 4 is the highest, and takes longer
"""

EXAMPLE = '''\
"""An example: each test gets a fresh world of mocks. Put your connector in the middle."""

import httpx
import pytest

INVOICE = {"CustomerNumber": 1, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}]}


@pytest.fixture
def api(silvasoft):
    own = silvasoft.credentials
    silvasoft.client.headers.update({"ApiKey": own["api_key"], "Username": own["username"]})
    return silvasoft.client


def test_an_invoice_is_booked(ixkit_world, api):
    assert api.post("/rest/addsalestransaction/", json=INVOICE).status_code == 200
    ixkit_world.assert_no_violations()


def test_a_lost_answer_does_not_mean_that_nothing_was_booked(ixkit_world, api):
    ixkit_world.faults.after_commit("silvasoft.addsalestransaction")
    with pytest.raises(httpx.TransportError):
        api.post("/rest/addsalestransaction/", json=INVOICE)
    assert len(ixkit_world.journal.writes()) == 1  # whoever sends it again books it twice
'''

WORKFLOW = """\
name: ixkit
on: [push, pull_request]
permissions:
  contents: read
jobs:
  connector:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install ixkit pytest
      - run: ixkit doctor
      - run: python -m pytest
"""

COMPOSE = """\
# docker compose -f compose.ixkit.yaml up; other services reach the mocks under the name `ixkit`.
services:
  ixkit:
    image: python:3.12-slim
    command: >-
      sh -c "pip install --quiet ixkit &&
      exec ixkit serve --scenario documents --host 0.0.0.0 --allow-host ixkit --allow-host localhost"
    environment:
      IXKIT_CONTROL_TOKEN: ${IXKIT_CONTROL_TOKEN:?choose one, and give it to whoever calls the control port}
    ports:
      - "127.0.0.1:4710-4715:4710-4715"
    healthcheck:
      test:
        - CMD
        - python
        - -c
        - "import urllib.request as u; u.urlopen('http://localhost:4710/healthz')"
      interval: 2s
      retries: 60
"""
