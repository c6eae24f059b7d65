"""``python -m edc.design STUDY [STUDY …]``: check study folders and print their faults."""

import sys
from pathlib import Path

from edc.design.errors import DesignErrors
from edc.design.reader import read_study


def main(folders: list[str]) -> int:
    """Print one line a fault or a summary of each study;
    return the number of studies with faults, at most 1.
    """
    failed = 0
    for folder in map(Path, folders):
        try:
            design = read_study(folder, folder.parent / "library")
        except DesignErrors as faults:
            failed = 1
            sys.stdout.write(f"{faults}\n{folder.name}: {len(faults.errors)} faults\n")
        else:
            items = sum(len(form.items) for form in design.forms)
            counts = f"{len(design.forms)} forms, {items} items, {len(design.rules)} rules"
            sys.stdout.write(f"{design.oid}: {counts}, {design.sha256}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
