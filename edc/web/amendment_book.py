"""A rehearsal as an Excel workbook: what it is about, numbers by site, every effect, every design change."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _

from edc.design.diff_words import words_of
from edc.exchange.workbook import WorkbookFile
from edc.models import Rehearsal, User
from edc.selectors.amendments import lines_visible_to, sites_shown
from edc.selectors.evaluation import in_language
from edc.web.amendment_changes import changes_of
from edc.web.amendment_rows import effect_rows, kind_rows, subjects_at


def rehearsal_book(rehearsal: Rehearsal, actor: User) -> bytes:
    """Return the workbook of what the actor may see of the rehearsal, in the reader's language."""
    sites = sites_shown(actor, rehearsal.study)
    book = WorkbookFile()
    book.readme(_about(rehearsal))
    heads = [site.oid for site in sites]
    numbers = [[_("Subjects"), *subjects_at(rehearsal.counts, sites)]]
    numbers += [[row.label, *row.numbers, row.total] for row in kind_rows(rehearsal.counts, sites)]
    book.sheet(_("By site"), [_("Effect"), *heads, _("All")], numbers)
    rows = effect_rows(lines_visible_to(actor, rehearsal), rehearsal)
    head = [
        _("Subject"),
        _("Site"),
        _("Effect"),
        _("Place"),
        _("Item"),
        "OID",
        _("Check"),
        _("Before"),
        _("After"),
    ]
    book.sheet(
        _("Effects"), head,
        ([row.subject, row.site, row.label, row.where, row.item, row.oid, row.rule, row.before, row.after]
         for row in rows),
    )  # fmt: skip
    changes = [[old, in_language(words_of(each)), each.oid] for old, each in changes_of(rehearsal)]
    book.sheet(_("Design changes"), [_("From version"), _("Change"), "OID"], changes)
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        path = Path(folder) / "rehearsal.xlsx"
        book.save(path)
        return path.read_bytes()


def _about(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    version = rehearsal.design_version
    return [
        (_("Study"), rehearsal.study.oid),
        (_("Rehearsal"), str(rehearsal.pk)),
        (_("Design version"), f"{version.number} {version.sha256}"),
        (_("Made"), rehearsal.ended_at.isoformat() if rehearsal.ended_at else ""),
        (_("Asked for by"), str(rehearsal.requested_by)),
        (_("Hash of the designs"), rehearsal.pair_sha256),
        (_("Hash of the effects"), rehearsal.content_sha256),
    ]
