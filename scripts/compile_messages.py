"""Compile the .po files of locale/ with Babel, so that no gettext is needed (`python -m` this)."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def compile_catalogue(source: Path) -> list[str]:
    """Write the .mo beside the .po and return its errors, e.g. a translation that lacks a placeholder."""
    with source.open("rb") as handle:
        catalogue = read_po(handle, locale=source.parent.parent.name, abort_invalid=True)
    errors = [
        f"{source.relative_to(ROOT)}:{message.lineno}: {error}"
        for message, found in catalogue.check()
        for error in found
    ]
    if not errors:
        target = source.with_suffix(".mo")
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as handle:
            write_mo(handle, catalogue)
        draft.replace(target)
    return errors


def is_stale(source: Path) -> bool:
    """Tell whether the compiled catalogue is absent or older than its source."""
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime <= source.stat().st_mtime


def main() -> int:
    stale = [source for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")) if is_stale(source)]
    errors = [error for source in stale for error in compile_catalogue(source)]
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
