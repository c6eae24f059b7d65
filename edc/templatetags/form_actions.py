"""What the reader of a page may do to a form as a whole, for the include `edc/form_actions.html`."""

from django import template

from edc.models import FormInstance, User
from edc.web import sign

register = template.Library()


@register.simple_tag
def actions_on(form: FormInstance, actor: User) -> dict[str, object]:
    """Return which of verify, sign, lock and unlock are open to the actor now."""
    return sign.form_actions(form, actor)
