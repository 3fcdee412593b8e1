"""Riverty's 200 says that a request has arrived; whether it is booked comes later, by notification."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ixpytest.servers import ControlError

ORDER = {
    "orderReference": "A100",
    "orderDate": "2017-05-05",
    "orderType": "DIGITAL_GOODS",
    "orderChannel": "ECOM",
    "currency": "EUR",
    "supplyingCountry": "NL",
    "billToAddress": {"lastName": "De Vries", "language": "NL"},  # accounting wants it in lower case
    "items": [
        {
            "orderItemReference": 1,
            "description": "Seat",
            "quantity": 1,
            "grossUnitPrice": 119,
            "vatPercent": 19,
            "vatAmount": 19,
            "positionType": "SALES_ARTICLE",
        }
    ],
}
PATH = "/accounting/v1/businesses/1000/customers/C1/orders"


def signed(riverty):
    riverty.client.headers["X-Subscription-Key"] = riverty.credentials["subscription_key"]
    return riverty.client


def careless(api):
    return api.post(PATH, json=ORDER).status_code == 200


@pytest.fixture
def verdicts():
    """A callback of the connector: an address, and what was posted there."""
    heard = queue.Queue()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Quiet, please."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", heard
        server.shutdown()


def careful(api, url):
    """Registers first, sends then, and believes nothing until the verdict is there."""
    api.post(
        "/administration/v1/notification-callbacks",
        json={"callbackUrl": url, "notificationTypes": ["accounting/EDIErrorSent"]},
    )
    return api.post(PATH, json=ORDER)


def test_a_receipt_is_no_booking(riverty, ixkit_clock):
    assert careless(signed(riverty))
    ixkit_clock.advance("1m")
    with pytest.raises(ControlError):
        riverty.act("findVerdict", orderReference="A100", result="OK")


def test_the_verdict_tells_what_is_wrong(riverty, ixkit_clock, verdicts):
    url, heard = verdicts
    assert careful(signed(riverty), url).status_code == 200
    ixkit_clock.advance("1m")
    assert "language" in json.dumps(heard.get(timeout=10)).lower()
