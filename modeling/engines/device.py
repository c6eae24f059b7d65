"""Choose the device, fix the seeds and record what a number was computed with."""

import os
import platform
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata

import numpy as np
import torch

# CUDA needs this workspace for deterministic matrix products; it has to stand before the first CUDA call.
_CUBLAS = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


@dataclass(frozen=True)
class Provenance:
    """Device and library versions of one run; `cuda` and `cudnn` are None on a CPU."""

    device: str
    device_name: str
    python: str
    torch: str
    cuda: str | None
    cudnn: int | None
    numpy: str
    simpleitk: str
    pyradiomics: str

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the record as plain JSON values."""
        return asdict(self)


def pick_device(name: str | None = None) -> torch.device:
    """Return the named device, or CUDA where present and the CPU elsewhere."""
    if name:
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def seed_everything(seed: int) -> None:
    """Seed Python, numpy's legacy generator and torch, and ask torch for deterministic kernels."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    use_deterministic_kernels()


def use_deterministic_kernels() -> None:
    """Ask torch for kernels that repeat; drawing random numbers is left as it is."""
    os.environ.setdefault(*_CUBLAS)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False


@contextmanager
def one_thread() -> Iterator[None]:
    """Run small CPU kernels on one thread: handing them to more costs longer than computing them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def provenance(device: torch.device | None = None) -> Provenance:
    """Return what a computation on this device runs with."""
    device = device or pick_device()
    on_cuda = device.type == "cuda"
    return Provenance(
        device=str(device),
        device_name=torch.cuda.get_device_name(device) if on_cuda else platform.machine(),
        python=platform.python_version(),
        torch=torch.__version__,
        cuda=torch.version.cuda if on_cuda else None,
        cudnn=torch.backends.cudnn.version() if on_cuda else None,
        numpy=np.__version__,
        simpleitk=_version("SimpleITK"),
        pyradiomics=_version("pyradiomics"),
    )


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"
