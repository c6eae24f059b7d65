"""Reference ranges of laboratories: which one holds for a value, and which of them contradict each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ANY_SEX = ""


@dataclass(frozen=True)
class LabRange:
    """The range of one analyte at one laboratory, from a day on, for a sex and for ages from `age_from` to
    below `age_to` in years; an empty sex means both, None no limit. `pk` names the row that it came from.
    """

    laboratory: str
    analyte: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    valid_from: date
    sex: str = ANY_SEX
    age_from: int = 0
    age_to: int | None = None
    pk: int = 0

    @property
    def key(self) -> tuple[str, str, date]:
        return (self.laboratory, self.analyte, self.valid_from)

    def meets(self, other: "LabRange") -> bool:
        """Tell whether some person on some day has both ranges from the same day on."""
        if self.key != other.key or (self.sex and other.sex and self.sex != other.sex):
            return False
        ends = [each.age_to if each.age_to is not None else 1000 for each in (self, other)]
        return max(self.age_from, other.age_from) < min(ends)

    def covers(self, sex: str | None, age: int | None) -> bool:
        """Tell whether a person falls into it; what is not known falls into no range that asks for it."""
        if self.sex and self.sex != sex:
            return False
        if self.age_from == 0 and self.age_to is None:
            return True
        return age is not None and self.age_from <= age and (self.age_to is None or age < self.age_to)

    def flag(self, value: Decimal) -> str:
        """Return H above the range, L below it, else nothing; the limits belong to the range."""
        if self.low is not None and value < self.low:
            return "L"
        return "H" if self.high is not None and value > self.high else ""


def overlaps(ranges: Iterable[LabRange]) -> list[tuple[LabRange, LabRange]]:
    """Return each range with one before it that would hold for the same person and day."""
    seen: dict[tuple, list[LabRange]] = {}
    found = []
    for each in ranges:
        earlier = seen.setdefault(each.key, [])
        clash = next((other for other in earlier if each.meets(other)), None)
        if clash:
            found.append((each, clash))
        earlier.append(each)
    return found


def range_for(
    ranges: Sequence[LabRange], *, analyte: str, sex: str | None, age: int | None, on: date
) -> LabRange | None:
    """Return the range that holds for the person on the day: the latest that began; None where there is none.

    None too where two laboratories of the site have one: which of them measured is then not known.
    """
    own = [each for each in ranges if each.analyte == analyte and each.valid_from <= on]
    fit = [each for each in own if each.covers(sex, age)]
    if len({each.laboratory for each in fit}) != 1:
        return None
    return max(fit, key=lambda each: each.valid_from)
