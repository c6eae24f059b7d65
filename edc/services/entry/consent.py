"""The consent gate (edit check EC001): without a consent type nothing but consent and enrolment is
entered.
"""

from django.utils import translation
from django.utils.translation import gettext as _

from edc.errors import NotNow
from edc.models import FormInstance, ItemValue, Observation, User

RULE = "EC001"
CONSENT_TYPE = "IT.IC.ICTYPE"
CONSENTED = frozenset({"SIGNED", "WAIVED", "BROAD"})


def require_consent(form: FormInstance, actor: User) -> None:
    """Raise NotNow while the subject has no consent type, where the design has EC001.

    The consent counts once it is final, and for a person already when their own pass of the consent form is
    sealed: so one person can enter a whole visit before the other begins, and neither learns of the
    other's pass.
    """
    design = form.design_version.design
    if not any(rule.oid == RULE for rule in design.rules):
        return
    consent_form = design.form_of_item(design.consent_item)
    before_consent = {consent_form.oid, design.form_of_item(design.index_item).oid}
    if form.form_oid in before_consent or _consented(form, consent_form.oid, actor):
        return
    name = consent_form.name.in_language(translation.get_language() or "")
    raise NotNow(_("Enter the form “%(form)s” first: nothing is entered without consent.") % {"form": name})


def _consented(form: FormInstance, consent_form: str, actor: User) -> bool:
    values = ItemValue.objects.filter(form__subject=form.subject_id, item_oid=CONSENT_TYPE)
    if values.exists():
        return values.filter(value__in=CONSENTED).exists()
    own = Observation.objects.filter(
        form__subject=form.subject_id, form__form_oid=consent_form, observer=actor
    )
    return any(
        observation.content.get("items", {}).get(CONSENT_TYPE, {}).get("raw") in CONSENTED
        for observation in own
    )
