"""The design changes that a rehearsal is about: from each version that subjects have to the new one."""

from django.db.models import Q

from edc.design.diff import DesignChange, design_diff
from edc.models import DesignVersion, MigratedSubject, Rehearsal


def changes_of(rehearsal: Rehearsal) -> list[tuple[int, DesignChange]]:
    """Return each change with the number of the version it starts from, the newest of these first."""
    lines = rehearsal.lines.order_by()
    now = Q(pk__in=lines.values("subject__design_version"))
    before = Q(pk__in=MigratedSubject.objects.filter(migration__rehearsal=rehearsal).values("from_version"))
    versions = DesignVersion.objects.filter(now | before).exclude(pk=rehearsal.design_version_id)
    new = rehearsal.design_version.design
    return [
        (version.number, change)
        for version in versions.order_by("-number")
        for change in design_diff(version.design, new)
    ]
