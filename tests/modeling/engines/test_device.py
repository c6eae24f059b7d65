import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from modeling.engines.device import pick_device, provenance, seed_everything


def draw():
    return random.random(), float(np.random.rand()), float(torch.rand(1))


def test_the_same_seed_draws_the_same_numbers():
    seed_everything(11)
    first = draw()
    seed_everything(11)
    assert draw() == first


def test_a_device_is_cuda_exactly_where_there_is_one():
    assert pick_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert pick_device("cpu").type == "cpu"


def test_provenance_names_the_libraries_a_number_came_from():
    record = provenance(torch.device("cpu")).as_dict()
    assert record["torch"] == torch.__version__
    assert record["numpy"] == np.__version__
    assert record["pyradiomics"] == "3.0.1"
    assert record["cuda"] is None


@pytest.mark.parametrize("package", ["engines.fusion", "engines.segmentation", "metrics", "synthetic"])
def test_a_pure_package_loads_without_django(package):
    code = f"import sys, modeling.{package}; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()
