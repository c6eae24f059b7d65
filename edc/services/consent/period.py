"""Visits on days for which the subject did not consent: marked, and asked about while that is so.

Nothing is refused: what the source says must be kept, and a data manager decides whether it is a deviation.
"""

from datetime import date

from django.db import transaction

from edc import jobs
from edc.models import Consent, FormInstance, Query, Site, StudyEvent, Subject
from edc.selectors.consents import (
    Period,
    days_of,
    label_in_effect,
    periods_of,
    signed_since,
    standing_of,
)
from edc.services.query.system import OPEN_STATES, raise_system_query, settle_system_query, settled_text

PERIOD_RULE = "CONSENT.PERIOD"
VERSION_RULE = "CONSENT.VERSION"
# So many subjects are asked about while a person waits; of more the worker takes care.
MOST_AT_ONCE = 50
Breach = StudyEvent.ConsentBreach
# No text holds a date, so an export may carry it whatever it does to the dates.
QUESTIONS = {
    Breach.BEFORE.value: (
        "访视日期早于受试者签署知情同意的日期。日期有误时改正；无误时回复原因。",
        "The visit was held before the subject signed the consent. "
        "Correct the day that is wrong; if both are right, answer why.",
    ),
    Breach.AFTER.value: (
        "访视日期晚于受试者撤回后续数据采集同意的日期。日期有误时改正；无误时回复原因。",
        "The visit was held after the subject withdrew the consent to further data. "
        "Correct the day that is wrong; if both are right, answer why.",
    ),
}
VERSION_QUESTION = (
    "签署的知情同意书版本不是签署当日本中心生效的版本。核对版本和签署日期；无误时回复原因。",
    "The version that was signed is not the one in effect at the site on that day. "
    "Check the version and the day; if both are right, answer why.",
)


def ask_about_consent(*, subject: Subject) -> None:
    """Bring marks and queries up to what is known of the subject's consent."""
    period = periods_of([subject.pk]).get(subject.pk, Period())
    events = list(subject.events.all())
    for event in events:
        held = event.held_on if event.status == StudyEvent.Status.HELD else None
        breach = period.breach(held)
        if breach != event.consent_breach:
            event.consent_breach = breach
            event.save(update_fields=["consent_breach"])
    _ask_visits(subject, events)
    _ask_versions(subject)


def ask_site_again(*, site: Site, since: date, at_once: bool = False) -> None:
    """Bring the queries of a site's subjects who signed on the day or later up to its versions' days.

    At a large site the worker does it, unless `at_once`.
    """
    signed = signed_since(site, since)
    if len(signed) > MOST_AT_ONCE and not at_once:
        jobs.enqueue("edc.tasks.ask_about_consents", site_id=site.pk, since=since.isoformat())
        return
    for pk in signed:
        with transaction.atomic():
            held = Subject.objects.select_for_update(of=("self",), no_key=True)
            subject = held.select_related("site__study", "design_version").get(pk=pk)
            ask_about_consent(subject=subject)


def _ask_visits(subject: Subject, events: list[StudyEvent]) -> None:
    asked = {query.form.event_id: query for query in _open(subject, PERIOD_RULE)}
    for event in events:
        query, question = asked.get(event.pk), QUESTIONS.get(event.consent_breach)
        if query and (question is None or query.text_en != question[1]):
            _settle(query)
        if question and not (query and query.text_en == question[1]):
            form = event.forms.order_by("-mandatory", "ordinal", "repeat_key", "pk").first()
            if form is not None:
                _raise(form, PERIOD_RULE, question)


def _ask_versions(subject: Subject) -> None:
    """Ask on a consent's form, or the first consent form where it has none of its own."""
    standing = list(standing_of(subject))
    asked = {query.form_id: query for query in _open(subject, VERSION_RULE)}
    if not standing and not asked:
        return
    wanted = {form.pk: form for form in _of_another_version(subject, standing)}
    for pk, query in asked.items():
        if pk not in wanted:
            _settle(query)
    for pk, form in wanted.items():
        if pk not in asked:
            _raise(form, VERSION_RULE, VERSION_QUESTION)


def _of_another_version(subject: Subject, standing: list[Consent]) -> list[FormInstance]:
    design, days = subject.design_version.design, days_of(standing)
    oid = design.form_of_item(design.consent_item).oid
    first = subject.forms.filter(form_oid=oid).order_by("event__ordinal", "repeat_key").first()
    wrong = [
        each.form or first
        for each in standing
        if each.pk in days and label_in_effect(subject.site, days[each.pk]) != each.version.label
    ]
    return [form for form in wrong if form is not None]


def _open(subject: Subject, rule: str) -> list[Query]:
    found = Query.objects.filter(form__subject=subject, rule_oid=rule, state__in=OPEN_STATES)
    return list(found.select_related("form"))


def _raise(form: FormInstance, rule: str, question: tuple[str, str]) -> None:
    raise_system_query(
        form=form, path="", rule_oid=rule, text_zh=question[0], text_en=question[1],
        origin=Query.Origin.CONSENT,
    )  # fmt: skip


def _settle(query: Query) -> None:
    settle_system_query(form=query.form, path="", rule_oid=query.rule_oid, text=settled_text())
