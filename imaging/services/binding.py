"""What a delivery amounts to: series judged by geometry and protocol, with queries for deviations."""

import hashlib
from collections import defaultdict
from dataclasses import asdict, replace
from datetime import date

from django.db import transaction

from edc.design.protocol import ImagingProtocol
from edc.models import FormInstance, Query, User, design_of
from edc.services.query import raise_system_query, settle_system_query, settled_text
from edc.services.visit_plan import anchors_of
from imaging.intake.classes import IMAGE_SOP_CLASSES
from imaging.models import ImagingStudy, Instance, Series
from imaging.quality.facts import SeriesFacts
from imaging.quality.geometry import SeriesGeometry, judge_series
from imaging.quality.phases import DYNAMIC, recognise_phase, recognise_sequence
from imaging.quality.protocol import Deviation, SeriesSummary, judge_protocol, summarise
from imaging.services.headers import facts_of, planes_of

RULE_PREFIX = "imaging:"
# What a person said of a phase; a recognised one is never as sure.
CONFIRMED = 1.0


@transaction.atomic
def bind_series(*, form: FormInstance, actor: User) -> list[Series]:
    """Make or refresh the series of the form's images and settle or raise the protocol queries.

    Returns the series in the order of their UIDs; none when nothing was stored.
    """
    study = ImagingStudy.objects.select_for_update().filter(form=form).first()
    if study is None:
        return []
    groups: dict[str, list[Instance]] = defaultdict(list)
    for instance in study.instances.filter(sop_class_uid__in=IMAGE_SOP_CLASSES).order_by(
        "instance_number", "pk"
    ):
        groups[instance.series_instance_uid].append(instance)
    confirmed = dict(
        study.series.filter(phase_confidence=CONFIRMED).values_list("series_instance_uid", "phase")
    )
    summaries = {
        uid: _summary(instances, confirmed.get(uid, "")) for uid, instances in sorted(groups.items())
    }
    deviations = protocol_deviations(form=form, study=study, summaries=list(summaries.values()))
    series = [
        _save_series(
            study,
            groups[uid],
            summary,
            [each for each in deviations if each.series_instance_uid == uid],
            confirmed.get(uid, ""),
        )
        for uid, summary in summaries.items()
    ]
    _sync_queries(form, deviations)
    return series


def _summary(instances: list[Instance], confirmed: str) -> SeriesSummary:
    summary = summarise(facts_of(instances[0]), planes_of(instances))
    if not confirmed:
        return summary
    if summary.modality != "MR":
        return replace(summary, phase=confirmed)
    phases = {sequence: phase for phase, sequence in reversed(DYNAMIC.items())}
    return replace(summary, sequence=confirmed, phase=phases.get(confirmed))


def protocol_deviations(
    *, form: FormInstance, study: ImagingStudy, summaries: list[SeriesSummary]
) -> list[Deviation]:
    """Return every departure from the protocols of the visit; of alternatives the delivered one counts."""
    protocols = _protocols(form, {each.modality for each in summaries})
    return [
        deviation
        for protocol in protocols
        for deviation in judge_protocol(
            asdict(protocol), summaries, acquired_on=study.acquired_on, anchor=_anchor(form, protocol)
        )
    ]


def _protocols(form: FormInstance, modalities: set[str]) -> list[ImagingProtocol]:
    design = design_of(form.design_version)
    of_visit = [
        each for each in design.imaging if each.form == form.form_oid and each.event == form.event.event_oid
    ]
    delivered = [each for each in of_visit if each.modality in modalities]
    return delivered or [each for each in of_visit if each.required][:1]


def _anchor(form: FormInstance, protocol: ImagingProtocol) -> date | None:
    if protocol.window is None:
        return None
    events = form.subject.events.filter(held_on__isnull=False, repeat_key=1)
    held = {event.event_oid: event.held_on for event in events if event.held_on is not None}
    return anchors_of(form.subject).of(protocol.window.anchor, held)


def _save_series(
    study: ImagingStudy,
    instances: list[Instance],
    summary: SeriesSummary,
    deviations: list[Deviation],
    confirmed: str,
) -> Series:
    facts, geometry = facts_of(instances[0]), _geometry(summary)
    phase, confidence = (confirmed, CONFIRMED) if confirmed else _phase(facts, summary)
    content = "".join(sorted(f"{each.sop_instance_uid}:{each.sha256};" for each in instances))
    series, _new = Series.objects.update_or_create(
        series_instance_uid=summary.series_instance_uid,
        defaults={
            "imaging_study": study,
            "modality": summary.modality,
            "description": summary.description[:64],
            "phase": phase,
            "phase_confidence": confidence,
            "slice_count": geometry.n,
            "slice_thickness_mm": summary.slice_thickness_mm,
            "slice_spacing_mm": geometry.spacing_median,
            "pixel_spacing_mm": facts.pixel_spacing_mm,
            "geometry": asdict(geometry) | {"verdict": geometry.verdict},
            "facts": asdict(facts),
            "deviations": [{"code": each.code, **each.message} for each in deviations],
            "verdict": _verdict(summary, deviations),
            "content_sha256": hashlib.sha256(content.encode()).hexdigest(),
        },
    )
    Instance.objects.filter(pk__in=[each.pk for each in instances]).update(series=series)
    return series


def _phase(facts: SeriesFacts, summary: SeriesSummary) -> tuple[str, float]:
    guess = recognise_sequence(facts) if summary.modality == "MR" else recognise_phase(facts)
    return guess.code or "", guess.confidence


def _geometry(summary: SeriesSummary) -> SeriesGeometry:
    return summary.geometry or judge_series(())


def _verdict(summary: SeriesSummary, deviations: list[Deviation]) -> str:
    if _geometry(summary).faults:
        return Series.Verdict.UNUSABLE
    return Series.Verdict.DEVIATION if deviations else Series.Verdict.PASS


def _sync_queries(form: FormInstance, deviations: list[Deviation]) -> None:
    """Open a query for each deviation on the form, and close those that the new images settled."""
    found = {f"{RULE_PREFIX}{each.code}:{each.series_instance_uid}": each for each in deviations}
    earlier = form.queries.filter(origin=Query.Origin.IMAGING).values_list("rule_oid", flat=True)
    for rule_oid in sorted(set(earlier) - set(found)):
        settle_system_query(form=form, path="", rule_oid=rule_oid, text=settled_text())
    for rule_oid, each in sorted(found.items()):
        raise_system_query(
            form=form, path="", rule_oid=rule_oid, text_zh=each.message["zh"], text_en=each.message["en"],
            origin=Query.Origin.IMAGING,
        )  # fmt: skip
