import csv

import numpy as np
import pytest


@pytest.fixture
def oracle_table(shared_data):
    """Read one of the published input tables: column name to array, numbers where every cell is one."""

    def read(name):
        with open(shared_data / "oracles" / "data" / name, encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return {key: column([row[key] for row in rows]) for key in rows[0]}

    return read


def column(cells):
    try:
        return np.array([float("nan") if cell in ("NA", "") else float(cell) for cell in cells])
    except ValueError:
        return np.array(cells)
