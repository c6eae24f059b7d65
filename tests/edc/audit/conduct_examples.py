"""Examples of the services of how a study is conducted: departures, deviations and specimens."""

from datetime import date

from django.utils import timezone

from edc.services import departure, deviations, specimens
from edc.services.schedule import miss_event
from tests.factories.conduct import DeviationFactory, SpecimenFactory

LEAVING = departure.Leaving("own_wish", date(2026, 7, 1))


def left(w):
    return departure.end_participation(
        subject=w.subject, leaving=LEAVING, reason="Moved", actor=w.investigator
    ).subject


ACCOUNT = deviations.Account(date(2026, 7, 1), "procedure", "Phase left out", severity="minor")


def missed(w):
    return miss_event(event=w.event("SE.BASELINE"), reason="Ill", actor=w.ada)


def deviation(w, state="reported"):
    return DeviationFactory(subject=w.subject, state=state, severity="minor")


CONDUCT = {
    "deviations.note_deviation": (
        None,
        lambda w, _: deviations.note_deviation(subject=w.subject, event=None, account=ACCOUNT, actor=w.ada),
    ),
    "deviations.decide_finding": (
        missed,
        lambda w, event: deviations.decide_finding(
            subject=w.subject, key=f"missed-{event.pk}", verdict="confirmed", account=ACCOUNT,
            reason="Not allowed", actor=w.manager,
        ),
    ),
    "deviations.decide_deviation": (
        deviation,
        lambda w, row: deviations.decide_deviation(
            deviation=row, verdict="dismissed", severity="", reason="Allowed", actor=w.manager
        ),
    ),
    "deviations.describe_deviation": (
        deviation,
        lambda w, row: deviations.describe_deviation(
            deviation=row, account=ACCOUNT, reason="Clearer", actor=w.ada
        ),
    ),
    "deviations.settle_deviation": (
        lambda w: deviation(w, "confirmed"),
        lambda w, row: deviations.settle_deviation(deviation=row, correction="Trained", actor=w.manager),
    ),
    "specimens.collect_specimen": (
        None,
        lambda w, _: specimens.collect_specimen(
            subject=w.subject, event=None, actor=w.ada,
            collected=specimens.Collected("LB-1", "serum", timezone.now()),
        ),
    ),
    "specimens.move_specimen": (
        lambda w: SpecimenFactory(subject=w.subject),
        lambda w, specimen: specimens.move_specimen(
            specimen=specimen, step=specimens.Step("stored", timezone.now(), place="F1"), actor=w.ada
        ),
    ),
    "departure.end_participation": (
        None,
        lambda w, _: departure.end_participation(
            subject=w.subject, leaving=LEAVING, reason="Moved", actor=w.ada
        ),
    ),
    "departure.take_back_departure": (
        left,
        lambda w, subject: departure.take_back_departure(
            subject=subject, reason="Wrong subject", actor=w.ada
        ),
    ),
}  # fmt: skip
