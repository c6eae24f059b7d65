"""Check a data package of Tandem: python3 verify_package.py [folder]. Needs Python 3.9 and nothing else.

Says which file is missing, altered or too many, whether the long table has the values that the manifest
states, and whether the audit chain, where it is in, holds and passes through the place that the manifest
states. Where all agrees it prints the code by which a site confirms the receipt of its archive. Exit status 0
when all agrees, 1 otherwise.
"""

import csv
import hashlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any


def sha256_of(path: Path) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            found.update(piece)
    return found.hexdigest()


def wrong_files(folder: Path) -> list[str]:
    """Return what is wrong with the files, as sentences."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    stated = {name: digest for digest, name in (line.split("  ", 1) for line in lines if line)}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found = [f"missing: {name}" for name in sorted(set(stated) - present)]
    found += [f"not part of the package: {name}" for name in sorted(present - set(stated) - {"SHA256SUMS"})]
    for name in sorted(set(stated) & present):
        if sha256_of(folder / name) != stated[name]:
            found.append(f"altered: {name}")
    return found


def wrong_counts(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Return the items whose number of rows in the long table is not what the manifest states."""
    path = folder / "data" / "long.csv"
    if not path.exists() or "values" not in manifest:
        return []
    counts: dict[str, int] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            key = row["FORM"] + " " + row["ITEM"]
            counts[key] = counts.get(key, 0) + 1
    stated = manifest["values"]
    return [
        f"data/long.csv: {key} has {counts.get(key, 0)} rows, the manifest states {stated.get(key, 0)}"
        for key in sorted(set(counts) | set(stated))
        if counts.get(key, 0) != stated.get(key, 0)
    ]


def wrong_chain(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Return where the audit chain breaks, or that it does not pass through the place the manifest states."""
    path = folder / "audit" / "chain.jsonl"
    if not path.exists():
        return []
    sys.path.insert(0, str(folder))
    verify_trail = importlib.import_module("verify_trail")  # the script beside this one

    try:
        with open(path, encoding="utf-8") as file:
            verify_trail.verify(iter(file))
    except (verify_trail.Broken, ValueError, KeyError, StopIteration) as problem:
        return [f"audit/chain.jsonl: {problem}"]
    stated = manifest["audit_event"], manifest["audit_hash"]
    with open(path, encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        passes = not stated[0] or any((row.get("id"), row.get("hash")) == stated for row in rows)
    return [] if passes else ["audit/chain.jsonl: it does not hold the event of the snapshot"]


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent).resolve()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    wrong = wrong_files(folder) + wrong_counts(folder, manifest) + wrong_chain(folder, manifest)
    for each in wrong:
        sys.stdout.write(each + "\n")
    outcome = f"{len(wrong)} faults" if wrong else "complete and unaltered"
    sys.stdout.write(f"{manifest['citation']}: {outcome}\n")
    if not wrong:
        sys.stdout.write(f"receipt code: {sha256_of(folder / 'SHA256SUMS')[:16]}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
