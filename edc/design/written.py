"""Numbers and dates as people write them in Chinese hospitals, brought to one canonical form.

Full-width characters, blanks, thousands separators, Unicode minus signs and the usual date shapes are
understood; what can be meant in two ways is refused with ValueError.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

CHINA_TIME = timezone(timedelta(hours=8))
_MINUS = dict.fromkeys(map(ord, "−–—‐‑‒﹣-"), "-")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,2})?")
_MAX_DIGITS = 30
_DAY = re.compile(
    r"(?P<year>\d{4})(?:"
    r"(?P<sep>[-/.])(?P<month>\d{1,2}|UN?K|XX)(?:(?P=sep)(?P<day>\d{1,2}|UN?K|XX))?"
    r"|年(?:(?P<month_zh>\d{1,2})月(?:(?P<day_zh>\d{1,2})[日号]?)?)?"
    r"|(?P<month_plain>\d{2})(?P<day_plain>\d{2})?"
    r")?"
)
_TIME = re.compile(
    r"(?P<h>\d{1,2})[:时](?P<m>\d{1,2})(?:[:分](?P<s>\d{1,2})?秒?(?:\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_YEARS = range(1800, 2201)


def narrowed(text: str) -> str:
    """Return the text with full-width characters made ordinary, one kind of minus and single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MINUS).split())


def number(text: str) -> Decimal:
    """Read a number exactly; raise ValueError for all else, also ``1,5``, which may mean two things."""
    plain = narrowed(text).replace(" ", "").replace("。", ".")
    if not _NUMBER.fullmatch(plain) or not any(each.isdigit() for each in plain.split("e")[0].split("E")[0]):
        raise ValueError(text)
    try:
        found = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if len(found.as_tuple().digits) > _MAX_DIGITS or abs(found.adjusted()) > _MAX_DIGITS:
        raise ValueError(text)
    return found


def decimal_text(value: Decimal) -> str:
    """Return the one way to write a number: no exponent, no needless zero."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def partial_day(text: str) -> str:
    """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` in any usual shape.

    Raise ValueError where no such day exists.
    """
    match = _DAY.fullmatch(narrowed(text).replace(" ", "").upper())
    if match is None or int(match["year"]) not in _YEARS:
        raise ValueError(text)
    month = _known(match["month"] or match["month_zh"] or match["month_plain"])
    day = _known(match["day"] or match["day_zh"] or match["day_plain"])
    if month is None:
        if day is not None:
            raise ValueError(text)
        return match["year"]
    found = date(int(match["year"]), month, day or 1).isoformat()
    return found if day else found[:7]


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
    plain = narrowed(text)
    match = re.fullmatch(r"(.+?(?:\d|日|号))(?:T|\s+|(?<=[日号]))\s*(\d{1,2}[:时].*)", plain)
    clock = _TIME.fullmatch(match[2].replace(" ", "")) if match else None
    if match is None or clock is None:
        raise ValueError(text)
    zone = clock["zone"] or "+08:00"
    when = f"{day(match[1])}T{int(clock['h']):02}:{int(clock['m']):02}:{int(clock['s'] or 0):02}"
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
