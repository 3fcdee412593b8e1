"""Webhooks leave in order, once each, and the system hears how it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.system import Delivery
from ixmocks.kit import Kit
from support import pocket


@dataclass(frozen=True, slots=True)
class Chatty(pocket.State):
    """Tells a callback of every note, until it was heard."""

    told: tuple[tuple[str, int], ...] = ()


def outbox(state: Chatty) -> tuple[Delivery, ...]:
    done = {name for name, _ in state.told}
    waiting = [str(number) for number in sorted(state.notes) if str(number) not in done]
    return tuple(Delivery(name, "http://127.0.0.1:9/hook", name.encode()) for name in waiting)


def delivered(state: Chatty, name: str, status: int, at: datetime) -> Chatty:
    return replace(state, told=(*state.told, (name, status)))


def load(section: Any, seed: int) -> Chatty:
    plain = pocket.load(section, seed)
    return Chatty(plain.notes, plain.limit)


CHATTY = replace(pocket.SYSTEM, load=load, outbox=outbox, delivered=delivered)


@given(
    texts=st.lists(st.sampled_from("abcdef"), unique=True, max_size=5), status=st.sampled_from([0, 200, 500])
)
def test_each_delivery_goes_out_once_in_order(tmp_path_factory: Any, texts: list[str], status: int) -> None:
    kit = _kit(tmp_path_factory.mktemp("chatty"))
    for text in texts:
        kit.ask("pocket", "POST", "/notes", json={"text": text})
    posted: list[bytes] = []

    def post(delivery: Delivery) -> int:
        posted.append(delivery.body)
        return status

    assert kit.carry(post) == len(texts) + 1
    assert posted == [str(n).encode() for n in range(1, len(texts) + 2)]
    assert kit.carry(post) == 0
    assert [told for _, told in kit.state("pocket").told] == [status] * len(posted)
    hooks = [event for event in kit.world().journal if event.operation == "hook"]
    assert [(event.status, event.body) for event in hooks] == [(status, body) for body in posted]


def test_a_callback_may_ask_the_mocks_while_it_is_called(tmp_path: Path) -> None:
    kit = _kit(tmp_path)

    def post(delivery: Delivery) -> int:
        text = f"heard {delivery.body.decode()}"
        return kit.ask("pocket", "POST", "/notes", json={"text": text}).status if delivery.id == "1" else 200

    assert kit.carry(post) == 2
    assert [name for name, _ in kit.state("pocket").told] == ["1", "2"]


def _kit(folder: Path) -> Kit:
    pocket.write(folder)
    return Kit(str(folder / "scene"), specs=folder, systems=[CHATTY])
