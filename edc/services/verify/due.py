"""What a form owes of verification, counted anew after whatever touches it."""

from edc.models import FormInstance, FormVerificationDue, Subject, VerificationDraw, VerificationPlan
from edc.selectors.verification import draw_number, ordinal_of, plan_for, verifiable_items

Why = VerificationDraw.Why


def draw_of(plan: VerificationPlan | None, subject: Subject) -> VerificationDraw | None:
    """Return the subject's draw under the plan, made and recorded now where there is none yet."""
    if plan is None:
        return None
    held = VerificationDraw.objects.filter(plan=plan, subject=subject).first()
    if held:
        return held
    ordinal, number = ordinal_of(subject), draw_number(plan.seed, subject.subject_key)
    drawn = Why.DRAWN if number < plan.percent * 100 else Why.LEFT_OUT
    why = Why.FIRST if ordinal <= plan.first_n else drawn
    return VerificationDraw.objects.get_or_create(
        plan=plan, subject=subject, defaults={"ordinal": ordinal, "number": number, "why": why}
    )[0]


def refresh_due(form: FormInstance) -> FormVerificationDue:
    """Count what the form owes under its plan; called in the transaction that changed it."""
    plan = plan_for(form)
    items = verifiable_items(form, draw_of(plan, form.subject))
    left = [each for each in items if each.left]
    counts = {
        "plan": plan,
        "required": sum(each.required for each in items),
        "verified": sum(each.required and each.mark is not None for each in items),
        "left": len(left),
        "critical_left": sum(each.item.critical for each in left),
        "transferred": sum(each.transferred for each in items),
        "broken": sum(each.broken is not None for each in left),
    }
    return FormVerificationDue.objects.update_or_create(form=form, defaults=counts)[0]
