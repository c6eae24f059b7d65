"""The report of an acceptance run: every rule and case in the reader's language, as a page and as PDF."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from edc.design.items import Text
from edc.errors import Unavailable
from edc.models import UatRun
from edc.selectors.evaluation import in_language


@dataclass(frozen=True)
class CaseLine:
    """One case: the records made up for it, what the rule must say and what it said."""

    records: str
    says: str
    said: str
    passed: bool


@dataclass(frozen=True)
class RuleLine:
    """One rule with its cases and the faults that no case noticed."""

    oid: str
    kind: str
    text: str
    expression: str
    complete: bool
    boundary: int
    mutants: int
    survivors: list[str]
    note: str
    cases: list[CaseLine]

    @property
    def passed(self) -> int:
        return sum(case.passed for case in self.cases)

    @property
    def killed(self) -> int:
        return self.mutants - len(self.survivors)


def report_context(run: UatRun) -> dict[str, object]:
    """Return what the report's templates show."""
    rules = [_rule(each) for each in run.result["rules"]]
    return {
        "run": run,
        "rules": rules,
        "survivors": [each for each in rules if each.survivors],
        "incomplete": [each for each in rules if not each.complete],
        "platform": [(each["oid"], _told(each["text"]), each["by"]) for each in run.result["platform"]],
        "answered": [(each["oid"], _told(each["text"])) for each in run.result["answered"]],
        "score": 100 * run.killed / run.mutants if run.mutants else 100,
    }


def report_pdf(run: UatRun) -> bytes:
    """Return the report as PDF in the present language; raise Unavailable where nothing can print."""
    try:
        from edc.services.printing import pdf_of
    except (ImportError, OSError) as error:  # the library Pango is not on every machine
        raise Unavailable(
            _("Printing needs the library Pango. Ask the administrator to install it.")
        ) from error
    return pdf_of(render_to_string("edc/checks_uat_pdf.html", report_context(run)))


def _rule(found: Mapping) -> RuleLine:
    return RuleLine(
        found["oid"],
        found["kind"],
        _told(found["text"]),
        found["expression"],
        found["complete"],
        found["boundary"],
        found["mutants"],
        list(found["survivors"]),
        _told(found["note"]) if found["note"] else "",
        [_case(each) for each in found["cases"]],
    )


def _case(found: Mapping) -> CaseLine:
    records = [found["filled"]] if found["filled"] else []
    told = "; ".join(_record(each) for each in [*records, *found["others"]]) or _("no record")
    return CaseLine(told, _said(found["says"]), _said(found["said"]), found["says"] == found["said"])


def _record(record: Mapping) -> str:
    """Write a made-up record as ``FORM (event): ITEM=value, …``, its rows in brackets."""
    event = f" ({record['event'].removeprefix('SE.')})" if record.get("event") else ""
    parts = [_values(record.get("values", {}))]
    parts += [f"[{_values(row)}]" for row in record.get("rows", ())]
    return f"{record['form']}{event}: {' '.join(part for part in parts if part) or '–'}"


def _values(values: Mapping) -> str:
    shown = ((name, "+".join(held) if isinstance(held, list) else held) for name, held in values.items())
    return ", ".join(f"{name}={value}" for name, value in shown)


def _said(word: str) -> str:
    return {
        "holds": _("holds"),
        "flags": _("flags"),
        "not asked": _("not asked"),
        "not evaluable": _("not evaluable"),
        "true": _("met"),
        "false": _("not met"),
        "not applicable": _("not applicable"),
    }[word]


def _told(text: Mapping[str, str]) -> str:
    return in_language(Text(text["zh"], text["en"]))
