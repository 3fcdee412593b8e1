"""Are the cases of a campaign handed out and added up, on processes and on a Dask cluster alike?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulation import campaign
from simulation.campaign import cases, executor_of, main, run, sharded
from simulation.case import read_line
from simulation.worlds import WAYS


def test_the_parts_of_a_campaign_make_the_whole() -> None:
    todo = list(cases("random", lives=620, seed=7, ways=list(WAYS), parts=1, every=False))
    assert [(each.first, each.count) for each in todo] == [(7, 250), (257, 250), (507, 120)]
    todo = list(cases("pairs", lives=0, seed=0, ways=["crmcom-draft"], parts=3, every=False))
    assert [(each.way, each.first, each.count) for each in todo] == [
        ("crmcom-draft", part, 3) for part in range(3)
    ]


def test_an_executor_plays_the_cases() -> None:
    todo = list(cases("random", lives=4, seed=0, ways=["silvasoft-direct"], parts=1, every=False))
    with ThreadPoolExecutor(1) as executor:
        (played,) = run(todo, executor)
    assert played.lives == 4 and played.instalments >= 8 and not played.broken


@pytest.mark.parametrize("text", ["threads", "processes:many", "dask:here"])
def test_an_unknown_executor_is_a_mistake_of_usage(text: str, capsys: Any) -> None:
    assert main(["random", "--executor", text, "--lives", "1"]) == 2
    assert "expected processes" in capsys.readouterr().err


def test_a_campaign_that_was_broken_off_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    @contextmanager
    def here(text: str) -> Iterator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(1) as pool:
            yield pool

    monkeypatch.setattr(campaign, "executor_of", here)
    monkeypatch.setattr(campaign, "CHUNK", 1)
    done = tmp_path / "done"
    words = ["random", "--way", "riverty-direct", "--done", str(done)]
    assert main([*words, "--lives", "1"]) == 0
    with done.open("a") as out:
        out.write('{"case": {"kind": "ran')  # killed while it wrote
    assert main([*words, "--lives", "2"]) == 0
    said = capsys.readouterr()
    assert "2 of 2 cases done" in said.err and "with what was done before: 2 of 2 cases, 2 lives" in said.out
    assert [read_line(line).case.first for line in done.read_text().splitlines()] == [0, 1]
    done.write_text("nonsense\n")
    assert main([*words, "--lives", "1"]) == 2


def test_shards_share_the_cases() -> None:
    todo = list(cases("pairs", lives=0, seed=0, ways=list(WAYS), parts=7, every=False))
    shards = [sharded(todo, f"{part}/4") for part in range(1, 5)]
    assert sorted(map(str, todo)) == sorted(str(case) for shard in shards for case in shard)
    for text in ("0/4", "5/4", "one", "1"):
        with pytest.raises(ValueError, match="PART/PARTS"):
            sharded(todo, text)


@pytest.mark.long
def test_processes_play_a_campaign(capsys: Any) -> None:
    assert main(["random", "--lives", "20", "--executor", "processes:2"]) == 0
    assert "instalment lives an hour" in capsys.readouterr().out


@pytest.mark.long
def test_a_dask_cluster_plays_a_campaign(monkeypatch: Any) -> None:
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed; `pip install distributed`"
    )
    todo = list(cases("random", lives=8, seed=0, ways=["silvasoft-direct"], parts=1, every=False))
    here = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with (
        distributed.LocalCluster(**here, protocol="tcp") as cluster,
        executor_of(cluster.scheduler_address.replace("tcp:", "dask:")) as executor,
    ):
        assert sum(played.lives for played in run(todo, executor)) == 8
