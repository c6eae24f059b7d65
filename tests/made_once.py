"""What is dear to make is made by the first process of a run that asks for it, and read by the others."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` returns, called once for all processes and stages of a run.

    TANDEM_MADE may name the folder that the stages of a run share; else the processes of one stage do.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = Path(os.environ.get("TANDEM_MADE") or shared) / name
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            written = path.with_suffix(".part")
            written.write_bytes(make())
            written.rename(path)
    return path.read_bytes()
