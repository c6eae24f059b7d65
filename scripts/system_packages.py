"""Install the Debian packages that the tests need and this machine lacks; names them where it may not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path


def _has(command: str) -> Callable[[], bool]:
    return lambda: shutil.which(command, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


def _has_file(folder: str, pattern: str) -> Callable[[], bool]:
    return lambda: any(Path(folder).glob(pattern))


# Debian package to the test that it is there, however it was installed.
PACKAGES: dict[str, Callable[[], bool]] = {
    "postgresql": lambda: _has("initdb")() or _has_file("/usr/lib/postgresql", "*/bin/initdb")(),
    "redis-server": _has("redis-server"),
    "orthanc": _has("Orthanc"),
    "orthanc-dicomweb": _has_file("/usr/share/orthanc/plugins", "libOrthancDicomWeb*"),
    "dcmtk": _has("storescu"),
    "chromium": lambda: _has("chromium")() or _has("google-chrome")(),
    "gettext": _has("msgfmt"),
    "fonts-noto-cjk": _has_file("/usr/share/fonts", "**/NotoSansCJK*"),
    "poppler-utils": _has("pdftotext"),
    "libpangoft2-1.0-0": lambda: find_library("pangoft2-1.0") is not None,
}


def missing() -> list[str]:
    """Return the packages whose programs or files are not found."""
    return [name for name, present in PACKAGES.items() if not present()]


def install(packages: list[str]) -> None:
    """Install with apt-get; needs root."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=env)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)


def main() -> int:
    wanted = missing()
    if not wanted:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"The tests need: {' '.join(wanted)}", file=sys.stderr)
        print(
            f"Install them first, on Debian or Ubuntu: sudo apt-get install {' '.join(wanted)}",
            file=sys.stderr,
        )
        return 1
    print(f"Installing {' '.join(wanted)}")
    install(wanted)
    still_missing = missing()
    if still_missing:
        print(f"Still missing after apt-get install: {' '.join(still_missing)}", file=sys.stderr)
    return 1 if still_missing else 0


if __name__ == "__main__":
    sys.exit(main())
