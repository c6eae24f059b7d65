"""Fail when a message of the code is missing from the Chinese catalogue (`python -m scripts.check_messages`).

`makemessages` runs on a copy, so that the check changes nothing in the working tree.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("config", "edc", "imaging", "modeling", "templates", "locale")
LOCALE = "zh_Hans"
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"


def extracted() -> Catalog:
    """Return the catalogue as makemessages would leave it."""
    with tempfile.TemporaryDirectory(prefix="tandem-messages-") as folder:
        for name in SOURCES:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, Path(folder) / name)
        command = [sys.executable, "-m", "django", "makemessages", "--locale", LOCALE, "--no-wrap"]
        (Path(folder) / "locale").mkdir(exist_ok=True)
        # The settings of whoever asks are not in the copy, and makemessages needs none.
        env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
        return read(Path(folder) / CATALOGUE)


def read(path: Path) -> Catalog:
    """Return a catalogue; an absent file is an empty one."""
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as handle:
        return read_po(handle, locale=LOCALE)


def problems(*, wanted: Catalog, have: Catalog) -> Iterator[str]:
    """Yield one line for each message that a Chinese page would show in English, or not as reviewed."""
    for message in wanted:
        if not message.id:
            continue
        place = ":".join(str(part) for part in (message.locations or [("?", 0)])[0])
        kept = have.get(message.id, message.context)
        if kept is None:
            yield f"{place}: not in {CATALOGUE}: {message.id!r}"
        elif kept.fuzzy:
            yield f"{place}: translation marked fuzzy: {message.id!r}"
        elif not kept.string or (isinstance(kept.string, tuple) and not all(kept.string)):
            yield f"{place}: not translated: {message.id!r}"


def main() -> int:
    found = list(problems(wanted=extracted(), have=read(ROOT / CATALOGUE)))
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(
            f"{len(found)} messages to add or translate; run manage.py makemessages -l {LOCALE}",
            file=sys.stderr,
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
