"""The requirements, the tests that show each, and their last result (`-m scripts.requirements_table FOLDER`).

FOLDER holds what the pytest processes of one run left (tests/requirement_results.py); the table is written
into it as table.md.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "docs" / "validation" / "requirements.yaml"
# From the weakest: of a test that ran on several servers the strongest word counts.
ORDER = ("", "skipped", "passed", "failed")
WORDS = {"": "not run", "skipped": "skipped", "passed": "passed", "failed": "FAILED"}


def outcomes(folder: Path) -> dict[str, dict[str, str]]:
    """Return by requirement each test that shows it, with what became of it in all files of the folder."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for file in sorted(folder.glob("*.json")):
        for test, result in json.loads(file.read_text()).items():
            name = test.partition("[")[0]
            for requirement in result["requirements"]:
                held = found[requirement].get(name, "")
                found[requirement][name] = max(held, result["outcome"], key=ORDER.index)
    return found


def verdict(tests: Mapping[str, str]) -> str:
    """Return what the tests of one requirement come to: shown only where each passed somewhere."""
    if not tests:
        return "not shown"
    if "failed" in tests.values():
        return "FAILED"
    return "shown" if set(tests.values()) == {"passed"} else "not all run"


def table(requirements: Iterable[Mapping[str, str]], found: Mapping[str, Mapping[str, str]]) -> str:
    """Return the Markdown table."""
    lines = ["| | Requirement | 要求 | Source | Tests | Last result |", "|---|---|---|---|---|---|"]
    for each in requirements:
        tests = found.get(each["id"], {})
        named = "<br>".join(f"`{name}`: {WORDS[outcome]}" for name, outcome in sorted(tests.items()))
        cells = (each["id"], each["en"], each["zh"], each["source"], named or "–", verdict(tests))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table and say how many requirements are shown."""
    folder = Path(sys.argv[1])
    requirements = yaml.safe_load(REQUIREMENTS.read_text("utf-8"))
    found = outcomes(folder)
    (folder / "table.md").write_text(table(requirements, found), encoding="utf-8")
    verdicts = [verdict(found.get(each["id"], {})) for each in requirements]
    counts = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
    print(f"requirements: {counts} (docs/validation/results/table.md)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
