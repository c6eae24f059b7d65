"""One font file per weight with every Chinese character and sign the platform prints, for the PDF documents.

The npm package carries Noto Sans SC as about a hundred slices, which suits a browser; WeasyPrint wants one
file, so they are joined without layout tables and hinting, which print does not need.
"""

import tempfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

DROPPED = ["GSUB", "GPOS", "GDEF", "STAT", "vhea", "vmtx"]


def slices_of(folder: Path, weight: int) -> list[Path]:
    """Return the files of a weight, the widest first, so that most characters come from one file."""
    suffix = f"-{weight}-normal.woff2"
    named = [folder / f"noto-sans-sc-{part}{suffix}" for part in ("chinese-simplified", "latin")]
    return [*named, *sorted(folder.glob(f"noto-sans-sc-[0-9]*{suffix}"))]


def write_exclusive(source: Path, target: Path, taken: set[int]) -> bool:
    """Write the characters of a slice that no earlier slice had; False where there are none."""
    font = TTFont(source)
    own = set(font.getBestCmap()) - taken
    if not own:
        return False
    taken |= own
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += DROPPED
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=own)
    cutter.subset(font)
    font.flavor = None
    font.save(target)
    return True


def join_slices(folder: Path, weight: int, target: Path) -> None:
    """Write one TrueType file with all characters of a weight."""
    taken: set[int] = set()
    with tempfile.TemporaryDirectory() as place:
        parts: list[str] = []
        for source in slices_of(folder, weight):
            part = Path(place) / f"{len(parts)}.ttf"
            if write_exclusive(source, part, taken):
                parts.append(str(part))
        merge.Merger().merge(parts).save(target)
