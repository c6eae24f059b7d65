"""Numbers and dates as people write them in Chinese hospitals, brought to one canonical form.

Full-width characters, blanks, thousands separators, Unicode minus signs and the usual date shapes are
understood; what can be meant in two ways is refused with `TwoMeanings`, which names them, all else with
ValueError.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

CHINA_TIME = timezone(timedelta(hours=8))
_MINUS = dict.fromkeys(map(ord, "−–—‐‑‒﹣-"), "-")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?(?P<whole>[1-9]\d{0,2}(?:(?P<mark>[, ])\d{3})(?:(?P=mark)\d{3})*|\d+)?"
    r"(?P<rest>(?:\.\d*)?(?:[eE][+-]?\d{1,2})?)"
)
_DECIMAL_COMMA = re.compile(r"([+-]?)(\d{1,3}(?:\.\d{3})+|\d+),(\d+)")
_MAX_DIGITS = 30
_DAY = re.compile(
    r"(?P<year>\d{4})(?:"
    r"(?P<sep>[-/.])(?P<month>\d{1,2}|UN?K|XX)(?:(?P=sep)(?P<day>\d{1,2}|UN?K|XX))?"
    r"|年(?:(?P<month_zh>\d{1,2}|UK)月?(?:(?P<day_zh>\d{1,2}|UK)[日号]?)?)?"
    r"|(?P<month_plain>\d{2})(?P<day_plain>\d{2})?"
    r")?"
)
_UNKNOWN = re.compile(r"不详|未知|[?]{1,2}")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMED = (
    r"(?P<name>JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?"
    r"|SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)"
)
_NAMED_MONTH = (
    re.compile(rf"(?:(?P<day>\d{{1,2}}|UN?K|XX)[-/.]?)?{_NAMED}[-/.,]?(?P<year>\d{{4}})"),
    re.compile(rf"{_NAMED}\.?(?P<day>\d{{1,2}}),?(?P<year>\d{{4}})"),
)
_YEAR_LAST = re.compile(
    r"(?:(?P<one>\d{1,2})(?P<sep>[-/.]))?(?P<two>\d{1,2})(?(sep)(?P=sep)|[-/])(?P<year>\d{4})"
)
_TIME = re.compile(
    r"(?P<h>\d{1,2})[:时](?P<m>\d{1,2})(?:[:分](?P<s>\d{1,2})?秒?(?:\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_YEARS = range(1800, 2201)


class TwoMeanings(ValueError):
    """What was written may mean each of ``meanings``; the person who wrote it must say which."""

    def __init__(self, text: str, meanings: tuple[str, ...]) -> None:
        self.meanings = meanings
        super().__init__(text)


def narrowed(text: str) -> str:
    """Return the text with full-width characters made ordinary, one kind of minus and single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MINUS).split())


def number(text: str) -> Decimal:
    """Read a number exactly; raise TwoMeanings for ``1,5`` and ValueError for all else."""
    plain = _unraised(text).replace("。", ".")
    match = _NUMBER.fullmatch(plain)
    if match is None or not any(each.isdigit() for each in re.split("[eE]", plain)[0]):
        raise _two_numbers(plain) or ValueError(text)
    try:
        found = Decimal(match["sign"] + re.sub("[, ]", "", match["whole"] or "") + match["rest"])
    except InvalidOperation:
        raise ValueError(text) from None
    if len(found.as_tuple().digits) > _MAX_DIGITS or abs(found.adjusted()) > _MAX_DIGITS:
        raise ValueError(text)
    return found


def _two_numbers(plain: str) -> "TwoMeanings | None":
    """Return what a comma that separates no thousands may mean: a decimal point, or nothing."""
    match = _DECIMAL_COMMA.fullmatch(plain)
    if match is None:
        return None
    sign, whole, part = match[1], match[2].replace(".", ""), match[3]
    only_comma = "." not in match[2] and not whole.startswith("0")
    return TwoMeanings(plain, (f"{sign}{whole}.{part}", *([f"{sign}{whole}{part}"] if only_comma else [])))


def _unraised(text: str) -> str:
    """Return the text narrowed; raise ValueError for raised and lowered digits: 10⁹ is not 109."""
    if any(unicodedata.decomposition(each).startswith(("<super>", "<sub>")) for each in text):
        raise ValueError(text)
    return narrowed(text)


def decimal_text(value: Decimal) -> str:
    """Return the one way to write a number: no exponent, no needless zero."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def partial_day(text: str) -> str:
    """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` in any usual shape, the month also by its English name.

    Raise TwoMeanings where day and month may be exchanged, ValueError where no such day exists.
    """
    plain = _UNKNOWN.sub("UK", _unraised(text)).replace(" ", "").upper()
    match = _DAY.fullmatch(plain)
    if match:
        month = match["month"] or match["month_zh"] or match["month_plain"]
        return _iso(match["year"], _known(month), match["day"] or match["day_zh"] or match["day_plain"])
    named = next(filter(None, (shape.fullmatch(plain) for shape in _NAMED_MONTH)), None)
    if named:
        return _iso(named["year"], _MONTHS.index(named["name"][:3]) + 1, named["day"])
    return _year_last(plain)


def _iso(year: str, month: int | None, day_text: str | None) -> str:
    known_day = _known(day_text)
    if int(year) not in _YEARS or (month is None and known_day is not None):
        raise ValueError(year)
    if month is None:
        return f"{int(year):04}"
    found = date(int(year), month, known_day or 1).isoformat()
    return found if known_day else found[:7]


def _year_last(plain: str) -> str:
    """Read ``05/03/2024`` where only one of day and month can be meant, and ``03/2024``."""
    match = _YEAR_LAST.fullmatch(plain)
    if match is None:
        raise ValueError(plain)
    one, two = match["one"], match["two"]
    if one is None:
        return _iso(match["year"], int(two), None)
    found = []
    for month, day_text in ((two, one), (one, two)):
        with suppress(ValueError):
            found.append(_iso(match["year"], int(month), day_text))
    meant = tuple(dict.fromkeys(each for each in found if len(each) == 10))
    if len(meant) == 1:
        return meant[0]
    raise TwoMeanings(plain, meant) if meant else ValueError(plain)


def _known(part: str | None) -> int | None:
    return int(part) if part and part.isdigit() else None


def day(text: str) -> str:
    """Read a whole day as ``YYYY-MM-DD``; raise ValueError for a partial one."""
    found = partial_day(text)
    if len(found) != 10:
        raise ValueError(text)
    return found


def moment(text: str) -> str:
    """Read day and time as ISO 8601 with seconds and offset; China Standard Time unless another is given."""
    plain = _unraised(text)
    match = re.fullmatch(r"(.+?(?:\d|日|号))(?:T|\s+|(?<=[日号]))\s*(\d{1,2}[:时].*)", plain)
    clock = _TIME.fullmatch(match[2].replace(" ", "")) if match else None
    if match is None or clock is None:
        raise ValueError(text)
    zone = clock["zone"] or "+08:00"
    try:
        on = day(match[1])
    except TwoMeanings as doubt:
        raise TwoMeanings(plain, tuple(f"{each} {match[2]}" for each in doubt.meanings)) from None
    when = f"{on}T{int(clock['h']):02}:{int(clock['m']):02}:{int(clock['s'] or 0):02}"
    return datetime.fromisoformat(f"{when}{zone}").isoformat(timespec="seconds")


def first_and_last_day(partial: str) -> tuple[date, date]:
    """Return the first and last day that a canonical partial date may mean."""
    if len(partial) == 10:
        return date.fromisoformat(partial), date.fromisoformat(partial)
    if len(partial) == 7:
        start = date.fromisoformat(f"{partial}-01")
        following = (start + timedelta(days=31)).replace(day=1)
        return start, following - timedelta(days=1)
    return date(int(partial), 1, 1), date(int(partial), 12, 31)
