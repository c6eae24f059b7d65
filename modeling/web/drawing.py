"""A score's plots as SVG for print, from the same data as the page's plots."""

from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

BANDS = {1: "#4f9172", 2: "#b08326", 3: "#c4594c"}
TEXT, MUTED, LINE = "#171b22", "#5b6573", "#c2c9d3"
FONT = 'font-family="Tandem Sans SC" font-size="9"'
LABEL_WIDTH = 190
BAR_ROW = 15


def _svg(width: int, height: int, parts: list[str]) -> SafeString:
    body = "".join(parts)
    # Every text in it went through `_text`, which escapes; the rest are numbers.
    return mark_safe(  # noqa: S308
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{body}</svg>'
    )


def _text(
    x: float, y: float, words: str, anchor: str = "start", *, fill: str = TEXT, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" {FONT}{weight}>'
        f"{escape(words)}</text>"
    )


def _line(points: list[tuple[float, float]], colour: str, width: float = 1, dash: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def band_drawing(chart: dict[str, Any], width: int = 340) -> SafeString:
    """Draw the score with its interval over the bands."""
    scale = width / (chart["max"] - chart["min"])
    parts, start = [], 0.0
    for number, band in enumerate(chart["bands"], start=1):
        end = band["to"] * scale
        parts += [_box(start, 16, end - start - 1, 10, BANDS[number])]
        parts += [_text((start + end) / 2, 38, band["name"], "middle")]
        if number < len(chart["bands"]):
            parts.append(_text(end, 38, f"{band['to']:g}", "middle", fill=MUTED))
        start = end
    low, high, at = (chart[name] * scale for name in ("low", "high", "score"))
    parts.append(_line([(low, 6), (low, 12), (low, 9), (high, 9), (high, 6), (high, 12)], TEXT, 1.2))
    parts.append(f'<path d="M{at:.1f} 2l5 7-5 7-5-7z" fill="{TEXT}"/>')
    return _svg(width, 44, parts)


def contribution_drawing(chart: dict[str, Any], width: int = 340) -> SafeString:
    """Draw what raised and what lowered the score, largest first."""
    items = chart["items"]
    far = max((abs(item["value"]) for item in items), default=1) or 1
    lowest = max((-item["value"] for item in items), default=0)
    room = width - LABEL_WIDTH - 36
    highest = max(max((item["value"] for item in items), default=0), 0)
    scale = room / max(highest + max(lowest, 0) + 0.3 * far, 1e-9)
    zero = LABEL_WIDTH + (max(lowest, 0) + 0.15 * far) * scale
    parts = [_line([(zero, 0), (zero, len(items) * BAR_ROW)], LINE)]
    for row, item in enumerate(items):
        y, long = row * BAR_ROW, abs(item["value"]) * scale
        up = item["value"] >= 0
        parts.append(_text(0, y + 10.5, item["label"]))
        parts.append(_box(zero if up else zero - long, y + 3, long, 9, BANDS[3] if up else BANDS[1]))
        words = f"{item['value']:+.1f}".replace("-", "−")
        parts.append(_text(zero + long + 3 if up else zero + 3, y + 10.5, words, bold=True))
    return _svg(width, len(items) * BAR_ROW + 2, parts)


@dataclass(frozen=True)
class _Frame:
    """The plot's rectangle: months to the right, shares upwards."""

    months: float
    left: float = 34
    right: float = 446
    top: float = 8
    bottom: float = 132

    def at(self, month: float, share: float) -> tuple[float, float]:
        x = self.left + (self.right - self.left) * month / self.months
        return x, self.bottom - (self.bottom - self.top) * share


def survival_drawing(chart: dict[str, Any]) -> SafeString:
    """Draw the strata's curves as steps, this case marked, months below."""
    frame, current = _Frame(chart["max"]), chart["current"]
    parts = _axes(frame, chart)
    for curve in chart["curves"]:
        own = current is not None and current["band"] == curve["band"]
        points = [frame.at(month, share) for month, share in _steps(curve["times"], curve["survival"])]
        dash = "5 3" if curve["band"] == 2 else ""
        parts.append(_line(points, BANDS[curve["band"]], 2 if own else 1.2, dash))
        parts.append(_text(points[-1][0] + 4, points[-1][1] + 3, curve["name"], bold=own))
    if current is not None:
        x, y = frame.at(current["time"], current["value"])
        ring = f'r="4" fill="#fff" stroke="{TEXT}" stroke-width="2"'
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" {ring}/>')
        parts.append(_text(x - 7, y + 12, current["label"], "end", bold=True))
    return _svg(480, 150, parts)


def _axes(frame: _Frame, chart: dict[str, Any]) -> list[str]:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        left, right = frame.at(0, share), frame.at(chart["max"], share)
        parts.append(_line([left, right], "#e1e5ea"))
        parts.append(_text(left[0] - 4, left[1] + 3, f"{100 * share:.0f}%", "end", fill=MUTED))
    for tick in range(0, int(chart["max"]) + 1, int(chart["step"])):
        words = f"{tick} {chart['time_unit']}" if tick == chart["max"] else str(tick)
        parts.append(_text(frame.at(tick, 0)[0], 146, words, "middle", fill=MUTED))
    return parts


def _steps(times: list[float], shares: list[float]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for time, share in zip(times, shares, strict=True):
        if points:
            points.append((time, points[-1][1]))
        points.append((time, share))
    return points
