"""Time of the fusion engine: cohort, training, feature extraction and one score, on each device present.

python -m benchmarks.scoring [--cases 48] [--scores 5]
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import torch

from modeling.engines.device import provenance
from modeling.engines.fusion import PhaseImage, encoder_of, inputs_from_images, read_bundle, score, train_demo
from modeling.synthetic import DEMO_SIZE, make_case, make_cohort


def main() -> None:
    """Print one row per step and device."""
    options = _options()
    cohort, seconds = _timed(lambda: make_cohort(options.cases))
    print(f"{'device':<24}{'step':<34}{'seconds':>9}")
    _row("-", f"{options.cases} synthetic cases", seconds)
    for device in _devices():
        name = provenance(device).device_name
        trained = train_demo(cohort, 7, device=device)
        _row(name, "training, features included", trained.seconds)
        _score_rows(name, read_bundle(trained.bundle), device, options.scores)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=48)
    parser.add_argument("--scores", type=int, default=5)
    return parser.parse_args()


def _devices() -> list[torch.device]:
    return [torch.device("cpu")] + ([torch.device("cuda")] if torch.cuda.is_available() else [])


def _score_rows(name: str, bundle, device: torch.device, repeats: int) -> None:
    case = make_case(1, size=DEMO_SIZE)
    images = {p: PhaseImage(v.volume, case.lesion, v.spacing) for p, v in case.phases.items()}
    encoder = encoder_of(bundle)
    inputs, seconds = _timed(
        lambda: inputs_from_images(case.clinical, images, encoder=encoder, device=device)
    )
    _row(name, "four phases to features", seconds)
    runs = [score(bundle, inputs, device).seconds for _ in range(repeats)]
    _row(name, "score with explanation, median", sorted(runs)[len(runs) // 2])


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _row(device: str, step: str, seconds: float) -> None:
    print(f"{device:<24}{step:<34}{seconds:>9.2f}")


if __name__ == "__main__":
    main()
