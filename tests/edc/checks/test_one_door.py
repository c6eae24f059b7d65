"""Values of forms are written in one module, so that whatever the channel, what reads them follows."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOOR = Path("edc/services/values.py")
WRITES = re.compile(
    r"ItemValue\((?!models)|ItemValue\.objects\.(create|bulk_create|update_or_create|get_or_create)"
    r"|\.values\.(create|add|update|bulk_create|all\(\)\.(update|delete))"
    r"|ItemValue\.objects\.filter\([^)]*\)\.(update|delete)"
)


def test_no_other_module_writes_them():
    found = [
        path.relative_to(ROOT)
        for app in ("edc", "imaging", "modeling")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        and any(WRITES.search(line) for line in path.read_text().splitlines() if "class " not in line)
    ]
    assert found == [DOOR]
