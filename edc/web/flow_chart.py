"""The CONSORT flow diagram: boxes and arrows with their places, drawn as SVG by a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

WIDTH, LINE, PAD, GAP = 760, 18, 10, 34
MAIN_X, MAIN_WIDTH = 20, 320
SIDE_X, SIDE_WIDTH = 420, 320
# A narrow character is about 7 px wide at this size of text.
PER_LINE = (MAIN_WIDTH - 2 * PAD) // 7


@dataclass(frozen=True)
class Said:
    """A line of a box: words, their number, and where the rows behind it are listed."""

    words: str
    count: int
    url: str = ""
    inner: bool = False

    @property
    def text(self) -> str:
        number = f" (n = {self.count})"
        return fitted(self.words, PER_LINE - len(number) - (2 if self.inner else 0)) + number


@dataclass(frozen=True)
class Box:
    """A box at its place; `lines` pairs each line with its left and base."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[tuple[int, int, Said], ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True)
class Arrow:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Chart:
    """What the template draws, in pixels."""

    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int = WIDTH


def fitted(text: str, most: int) -> str:
    """Return the text cut to so many narrow characters; a Chinese character counts as two."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if east_asian_width(letter) in "WF" else 1
        if used > most:
            return text[: max(place - 1, 0)] + "…"
    return text


def chart(steps: Sequence[tuple[Sequence[Said], Sequence[Said]]]) -> Chart:
    """Return the diagram of steps, each a main box and what left there (no lines: nothing beside it)."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    y = PAD
    centre = MAIN_X + MAIN_WIDTH // 2
    for number, (main, side) in enumerate(steps):
        box = _box(MAIN_X, y, MAIN_WIDTH, main)
        boxes.append(box)
        beside = _box(SIDE_X, box.bottom + GAP // 2, SIDE_WIDTH, side) if side else None
        end = box.bottom + GAP if beside is None else beside.bottom + GAP // 2
        if beside is not None:
            boxes.append(beside)
            arrows.append(Arrow(centre, beside.middle, SIDE_X, beside.middle))
        if number < len(steps) - 1:
            arrows.append(Arrow(centre, box.bottom, centre, end))
        y = end
    return Chart(max(box.bottom for box in boxes) + PAD, tuple(boxes), tuple(arrows))


def _box(x: int, y: int, width: int, lines: Sequence[Said]) -> Box:
    placed = tuple(
        (x + PAD + (14 if said.inner else 0), y + PAD + LINE * number + 13, said)
        for number, said in enumerate(lines)
    )
    return Box(x, y, width, LINE * len(lines) + 2 * PAD, placed)
