"""What the person was told: the bell in the page header, and the page behind it."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from edc.models import Digest, Notification, Role
from edc.services.notifications import mark_read, set_digest
from edc.web.answers import go
from edc.web.request import Request

Kind = Notification.Kind
PAGE_SIZE = 50
MOST = 99
WORDS: dict[str, Promise] = {
    Kind.ACCOUNT_LOCKED: _("The account %(about)s was locked by failed log-ins."),
    Kind.ACCOUNT_CHANGED: _(
        "An administrator changed your account: %(about)s. If you did not ask, call them."
    ),
    Kind.ROLE_GRANTED: _("You have the role %(about)s now."),
    Kind.ROLE_ENDED: _("Your role %(about)s ended."),
    Kind.QUERY_ASSIGNED: _("Query %(about)s is yours to see to."),
    Kind.QUERY_ANSWERED: _("Query %(about)s was answered."),
    Kind.DESIGN_SUBMITTED: _("The design draft %(about)s waits for your review."),
    Kind.DESIGN_DECIDED: _("Your design draft %(about)s was reviewed."),
    Kind.SAE_OPENED: _("%(about)s must be reported within 24 hours of the site's awareness."),
    Kind.SAE_DUE: _("The next report of %(about)s falls due soon."),
    Kind.SAE_REPORTED: _("%(about)s has a new report, which waits for the committee."),
    Kind.SAE_DECIDED: _("The committee decided on %(about)s."),
    Kind.CONSENT_SUBMITTED: _("The consent form %(about)s waits for you to publish it."),
    Kind.CONSENT_DECIDED: _("Your consent form %(about)s was published."),
    Kind.RECONSENT_DUE: _("Subjects of your site are to consent again, to version %(about)s."),
    Kind.TRAINING_ASKED: _("A document of the study waits for you to read it."),
    Kind.TRAINING_REMINDED: _("You have still to read a document of the study: without it a role stops."),
    Kind.ROLE_WAITS: _("Your role %(about)s waits until you have read a document of the study."),
    Kind.STATEMENT_ASKED: _("Accept the statement on electronic signatures before you sign."),
    Kind.FOUNDING_SUBMITTED: _("The new study %(about)s waits for a second administrator: review it."),
    Kind.FOUNDING_DECIDED: _("Your new study %(about)s was reviewed."),
    Kind.BACKUP_FAILED: _("The backup of %(about)s failed or is late. Open the page of backups and see why."),
    Kind.LIST_SUBMITTED: _(
        "A list of allocations of %(about)s waits for you: compare its hash and put it in force."
    ),
    Kind.DRILL_FAILED: _(
        "The trial restore of %(about)s failed or is late. Open the page of backups and see why."
    ),
}
ABOUT: dict[str, Promise] = {
    "password": _("a new password"),
    "factors": _("its second factors were taken away"),
    "email": _("its e-mail"),
    **{str(role): role.label for role in Role},
}


def words_of(notification: Notification) -> str:
    """Return the sentence of a notification in the reader's language."""
    about = ABOUT.get(notification.about, notification.about)
    return str(WORDS[notification.kind]) % {"about": about}


@require_safe
@login_required
def notifications(request: Request) -> HttpResponse:
    """List what the person was told, the newest first; the unread alone, or one kind."""
    show, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    found = request.user.notifications.select_related("study", "site")
    unread = found.filter(read_at=None).count()
    if show == "unread":
        found = found.filter(read_at=None)
    if kind in Kind.values:
        found = found.filter(kind=kind)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [{"told": each, "words": words_of(each)} for each in page.object_list],
        "show": show,
        "kind": kind,
        "kinds": Kind.choices,
        "unread": unread,
        "periods": Digest.choices,
    }
    return render(request, "edc/notifications.html", context)


@require_safe
@login_required
def count(request: Request) -> HttpResponse:
    """Answer the bell: how many are unread."""
    number = request.user.notifications.filter(read_at=None).count()
    shown = f"{MOST}+" if number > MOST else str(number)
    return render(request, "edc/notification_count.html", {"number": number, "shown": shown})


@require_POST
@login_required
def read(request: Request, pk: int) -> HttpResponse:
    """Mark one as read and lead to what it is about."""
    told = get_object_or_404(request.user.notifications, pk=pk)
    mark_read(user=request.user, pk=told.pk)
    return go(request, told.url or reverse("notifications"))


@require_POST
@login_required
def read_all(request: Request) -> HttpResponse:
    mark_read(user=request.user)
    return go(request, reverse("notifications"))


@require_POST
@login_required
def digest(request: Request) -> HttpResponse:
    set_digest(user=request.user, period=request.POST.get("period", ""))
    return go(request, reverse("notifications"))
