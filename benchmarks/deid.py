"""How many instances one core de-identifies in a second: `python -m benchmarks.deid FOLDER [--repeat N]`.

Counted in processor seconds of this process, so that other work on it counts little. The limit is what a
300-slice series needs to pass in two seconds of one core.
"""

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path
from time import process_time

from imaging.deid import Pseudonymiser, deidentify
from imaging.intake import Limits, RefusedInstance, read_instance

LIMIT = 150
PSEUDONYMISER = Pseudonymiser(bytes(range(32)), "benchmark", "0001")


def rate(step: Callable[[], object], instances: int, repeat: int) -> tuple[float, float]:
    """Return the median and the lowest instances per processor second over the repeats."""
    rates = []
    for _ in range(repeat):
        start = process_time()
        step()
        rates.append(instances / (process_time() - start))
    return statistics.median(rates), min(rates)


def readable(folder: Path) -> list[bytes]:
    """Return the bytes of every file that intake accepts."""
    contents = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    return [content for content in contents if accepted(content)]


def accepted(content: bytes) -> bool:
    try:
        read_instance(content, limits=Limits())
    except RefusedInstance:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of DICOM files of one series")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    contents = readable(asked.folder)
    if not contents:
        parser.error("no file of this folder is accepted by intake")

    def read() -> list:
        return [read_instance(content, limits=Limits()) for content in contents]

    def whole() -> None:
        for instance in read():
            deidentify(instance, pseudonymiser=PSEUDONYMISER)

    whole()
    reading, _ = rate(read, len(contents), asked.repeat)
    both, lowest = rate(whole, len(contents), asked.repeat)
    cleaning = 1 / (1 / both - 1 / reading)
    megabytes = sum(map(len, contents)) / len(contents) / 1e6
    print(f"{len(contents)} instances, {megabytes:.2f} MB each")
    print(f"{'step':<44}{'instances/s/core':>18}{'limit':>8}")
    print(f"{'intake: scan and parse':<44}{reading:>18.0f}{'':>8}")
    print(f"{'deid: clean, write, read back, verify':<44}{cleaning:>18.0f}{LIMIT:>8}")
    print(f"{'both':<44}{both:>18.0f}{'':>8}   lowest {lowest:.0f}")
    return 0 if cleaning >= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
