"""The statement of responsibility that a person accepts once, before the first electronic signature."""

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import DutyFirst, NotNow
from edc.models import Notification, StatementAcceptance, Study, User
from edc.selectors.statement import TEXTS, VERSION, acceptance_of, language_read, signers, text_sha256
from edc.services.notifications import notify
from edc.services.proof import Proof, prove
from edc.services.role_gate import require_keeper


def require_statement(actor: User) -> None:
    """Raise DutyFirst unless the actor accepted the present statement on electronic signatures."""
    if acceptance_of(actor) is None:
        message = _(
            "Accept the statement on electronic signatures first, once: it stands in the account menu."
        )
        raise DutyFirst(message, code="statement_required")


def accept_statement(*, actor: User, proof: Proof) -> StatementAcceptance:
    """Keep that the actor accepts the present text as it stands in their language, after a proof given again.

    Raises NotNow where it is accepted already.
    """
    prove(actor=actor, proof=proof, target=actor, failed=_("The statement was not accepted."))
    language = language_read()
    try:
        with transaction.atomic():
            made = StatementAcceptance.objects.create(
                user=actor, version=VERSION, language=language, text=TEXTS[language],
                text_sha256=text_sha256(language),
            )  # fmt: skip
            after = {"version": VERSION, "language": language, "sha256": made.text_sha256}
            audit.record(actor=actor, action="statement.accepted", target=actor, after=after)
    except IntegrityError:
        raise NotNow(_("You have accepted this statement already.")) from None
    return made


@transaction.atomic
def ask_for_statement(*, study: Study, actor: User) -> int:
    """Remind those of the study who sign and have not accepted the statement; return how many."""
    require_keeper(actor, study)
    asked = [user for user in signers(study) if acceptance_of(user) is None]
    notify(users=asked, kind=Notification.Kind.STATEMENT_ASKED, url=reverse("statement"), study=study)
    names = [user.username for user in asked]
    audit.record(actor=actor, action="statement.asked", target=study, after={"people": names})
    return len(asked)
