"""The one guard of every write: nothing changes where a freeze or a lock is in force."""

from django.db.models import Q
from django.utils.translation import gettext as _

from edc.errors import NotNow
from edc.models import FormInstance, Hold, HoldKind, Level, Site, StudyEvent, Subject
from edc.selectors.holds import on_event, on_form, on_site, on_subject, strongest


def require_open(form: FormInstance, *, path: str = "", asking: bool = False) -> None:
    """Raise NotNow where the form, or the item at `path`, may not change.

    `asking`: for what a freeze leaves open and a lock does not, such as queries, verification, signatures.
    Every service that writes anything of a form calls this, whatever the channel.
    """
    if form.status == FormInstance.Status.LOCKED:
        raise NotNow(_("The form is locked. Ask a data manager to unlock it."))
    _refuse(on_form(form, path), asking)


def require_place_open(place: Site | Subject | StudyEvent) -> None:
    """Raise NotNow where the site, the subject or the visit is frozen or locked."""
    reach = on_site(place) if isinstance(place, Site) else None
    if isinstance(place, Subject):
        reach = on_subject(place)
    _refuse(reach if reach is not None else on_event(place), asking=False)  # type: ignore[arg-type]


def _refuse(reach: Q, asking: bool) -> None:
    hold = strongest(reach)
    if hold is None or (asking and hold.kind == HoldKind.FREEZE):
        return
    raise NotNow(words_of(hold))


def words_of(hold: Hold) -> str:
    """Return what is frozen or locked and what to do, in the reader's language."""
    frozen = hold.kind == HoldKind.FREEZE
    words = {
        Level.ITEM: (_("This item is frozen. Ask a data manager to lift the freeze."),
                     _("This item is locked. Ask a data manager to unlock it.")),
        Level.FORM: (_("The form is frozen. Ask a data manager to lift the freeze."),
                     _("The form is locked. Ask a data manager to unlock it.")),
        Level.VISIT: (_("The visit is frozen. Ask a data manager to lift the freeze."),
                      _("The visit is locked. Ask a data manager to unlock it.")),
        Level.SUBJECT: (_("The subject is frozen. Ask a data manager to lift the freeze."),
                        _("The subject is locked. Ask a data manager to unlock it.")),
        Level.SITE: (_("The site is frozen. Ask a data manager to lift the freeze."),
                     _("The site is locked. Two people can unlock it: ask a data manager.")),
        Level.STUDY: (_("The study is frozen. Ask a data manager to lift the freeze."),
                      _("The database is locked. Two people can unlock it: ask a data manager.")),
    }  # fmt: skip
    return words[Level(hold.level)][0 if frozen else 1]
