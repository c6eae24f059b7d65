"""The stages of `make test`: two lanes beside each other, and no stage after a failure in either."""

import sys
import threading
import time

import pytest

from scripts import test as stages
from tests.architecture.source_tree import ROOT
from tests.long_first import LONG


def stage(name: str, code: str) -> stages.Stage:
    return stages.Stage(name, [[sys.executable, "-c", code]])


def test_no_stage_begins_after_one_that_failed(capfd):
    outcomes = stages.Outcomes()
    lane = [stage("good", "print('a word')"), stage("bad", "raise SystemExit(3)"), stage("late", "")]

    stages.run_lane(lane, outcomes, alone=True, niceness=0)
    stages.run_lane([stage("other", "")], outcomes, alone=False, niceness=0)

    assert {name: outcome for name, (outcome, _) in outcomes.held.items()} == {
        "good": "passed",
        "bad": "failed",
    }
    assert not outcomes.passed
    assert "a word" in capfd.readouterr().out


def test_beside_another_lane_a_stage_speaks_whole_at_its_end(capfdbinary):
    outcomes = stages.Outcomes()
    code = "import os, sys; print(os.nice(0)); sys.stdout.flush(); print('to err', file=sys.stderr)"

    stages.run_lane([stage("one", code)], outcomes, alone=False, niceness=3)

    said = capfdbinary.readouterr().out.decode()
    assert said.index("=== one begins") < said.index("\n=== one\n") < said.index("to err")
    assert outcomes.passed


def test_interrupted_lanes_end_what_runs_and_begin_nothing():
    outcomes = stages.Outcomes()
    lane = [stage("long", "import time; time.sleep(300)"), stage("late", "")]
    runs = threading.Thread(
        target=stages.run_lane, args=(lane, outcomes), kwargs={"alone": False, "niceness": 0}
    )
    runs.start()
    while not outcomes.running:
        time.sleep(0.05)
    outcomes.stop()
    runs.join(30)

    assert {name: outcome for name, (outcome, _) in outcomes.held.items()} == {"long": "failed"}
    assert not outcomes.passed


@pytest.mark.parametrize("name", ["sqllite", "gpu"])
def test_a_stage_that_is_not_run_here_ends_the_program(name, monkeypatch, capsys):
    monkeypatch.setattr(stages, "HAS_DEVICE", False)
    monkeypatch.setattr(sys, "argv", ["scripts.test", "static", name])
    with pytest.raises(SystemExit) as ended:
        stages.main()
    assert ended.value.code == 2
    assert name in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wanted", "busy", "waiting"),
    [
        (["redis"], [], ["redis"]),
        (["browser", "sqlite", "static"], ["static", "sqlite"], ["browser"]),
    ],
)
def test_stages_asked_for_keep_their_lane_and_order(wanted, busy, waiting):
    assert [[each.name for each in lane] for lane in stages.planned(wanted)] == [busy, waiting]


def test_the_files_that_begin_first_are_there():
    assert [name for name in LONG if not (ROOT / name).is_file()] == []
