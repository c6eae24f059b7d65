"""Acceptance of a design version's rules: every case run, every small fault tried, kept as a record."""

from django.conf import settings
from django.db import transaction

from edc import access, audit
from edc.design.codec import encode
from edc.models import DesignVersion, UatRun, User
from edc.rules.uat import RuleResult, accept


def run_uat(*, version: DesignVersion, actor: User) -> UatRun:
    """Run every case of every rule of the design version and keep the result, which never changes.

    A few seconds of work, done before the transaction that stores it.
    """
    access.require(actor, "manage_design", study=version.study)
    result = _result(version)
    cases = [case for rule in result["rules"] for case in rule["cases"]]
    passed = sum(case["says"] == case["said"] for case in cases)
    mutants = sum(rule["mutants"] for rule in result["rules"])
    survivors = sum(len(rule["survivors"]) for rule in result["rules"])
    with transaction.atomic():
        run = UatRun.objects.create(
            study=version.study,
            design_version=version,
            run_by=actor,
            software_version=settings.SOFTWARE_VERSION,
            passed=passed,
            failed=len(cases) - passed,
            mutants=mutants,
            killed=mutants - survivors,
            result=result,
            result_sha256=audit.digest(result),
        )
        numbers = {"passed": run.passed, "failed": run.failed, "mutants": mutants, "killed": run.killed}
        after = {"design": version.number, "sha256": run.result_sha256, **numbers}
        audit.record(actor=actor, action="uat.run", target=run, after=after)
    return run


def _result(version: DesignVersion) -> dict:
    design = version.design
    held = [rule for rule in design.rules if rule.platform]
    answered = [each for each in design.eligibility if not each.rule]
    return {
        "rules": [_rule(each) for each in accept(design)],
        "platform": [{"oid": rule.oid, "text": rule.message.as_dict(), "by": rule.platform} for rule in held],
        "answered": [{"oid": each.oid, "text": each.text.as_dict()} for each in answered],
    }


def _rule(found: RuleResult) -> dict:
    return {
        "oid": found.oid,
        "kind": found.kind,
        "text": found.text.as_dict(),
        "expression": found.expression,
        "complete": found.complete,
        "boundary": found.boundary,
        "mutants": found.mutants,
        "survivors": list(found.survivors),
        "note": found.note.as_dict() if found.note else None,
        "cases": [
            {
                "says": each.case.says,
                "said": each.said,
                "filled": encode(each.case.filled),
                "others": encode(each.case.others),
                "today": each.case.today,
            }
            for each in found.cases
        ],
    }
