"""Publishing a study design: an immutable numbered version, and the rows of study, institutions and sites."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from edc import access, audit
from edc.design.study import StudyDesign
from edc.models import DesignVersion, Institution, Membership, Site, Study, User
from edc.services.dictionaries import tie_declared_items
from edc.services.role_gate import hold, settle


@transaction.atomic
def publish_design(*, design: StudyDesign, actor: User, founds: bool = False) -> DesignVersion:
    """Publish the design; content that was published before returns that version and changes nothing else.

    A system user founds a study, or the second of two administrators, for whom `edc.services.founding` asks
    with `founds`; later versions need manage_design on it.
    """
    study = Study.objects.select_for_update(no_key=True).filter(oid=design.oid).first()
    if study is None and not (founds or (actor and actor.is_system)):
        raise PermissionDenied("manage_design")
    if study is not None:
        access.require(actor, "manage_design", study=study)
        published = study.design_versions.filter(sha256=design.sha256).first()
        if published:
            return published
    study = _update_study(study or Study(oid=design.oid), design)
    _update_sites(study, design, actor, founds)
    number = (study.design_versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = DesignVersion.objects.create(
        study=study,
        number=number,
        content=design.to_json(),
        sha256=design.sha256,
        published_by=actor,
    )
    after = {"number": number, "sha256": design.sha256}
    audit.record(actor=actor, action="design.published", target=version, after=after)
    tie_declared_items(study=study, items=_newly_coded(version), actor=actor)
    return version


def _newly_coded(version: DesignVersion) -> dict[str, str]:
    """Return the items that the version says are coded and the version before did not."""
    earlier = version.study.design_versions.filter(number__lt=version.number).order_by("-number").first()
    before = earlier.design.coded if earlier else {}
    coded = version.design.coded
    return {oid: kind for oid, kind in coded.items() if before.get(oid) != kind}


def _update_study(study: Study, design: StudyDesign) -> Study:
    study.title_zh, study.title_en = design.title.zh, design.title.en
    study.short_title_zh, study.short_title_en = design.short_title.zh, design.short_title.en
    study.save()
    return study


def _update_sites(study: Study, design: StudyDesign, actor: User, founds: bool) -> None:
    institutions = {each.key: each for each in design.institutions}
    new_site = False
    for number, planned in enumerate(design.sites, start=1):
        held = institutions[planned.institution]
        may_rename = actor.is_system or not (founds or _is_of_another(held.key, study))
        held_as = Institution.objects.update_or_create if may_rename else Institution.objects.get_or_create
        institution, _made = held_as(
            key=held.key,
            defaults={"name_zh": held.name.zh, "name_en": held.name.en, "aliases": list(held.aliases)},
        )
        _site, made = Site.objects.update_or_create(
            study=study,
            oid=planned.oid,
            defaults={
                "institution": institution,
                "name_zh": planned.name.zh,
                "name_en": planned.name.en,
                "active": planned.enrols,
            },
            create_defaults={
                "institution": institution,
                "number": site_number(planned.oid, number),
                "name_zh": planned.name.zh,
                "name_en": planned.name.en,
                "active": planned.enrols,
            },
        )
        new_site = new_site or made
    study.sites.exclude(oid__in=[each.oid for each in design.sites]).update(active=False)
    if new_site:
        _extend_study_wide_roles(study, actor)


def _is_of_another(key: str, study: Study) -> bool:
    """Tell whether another study works at the hospital: its row then stays as it is, and the new name is that
    of the study's own site and version alone."""
    return Site.objects.filter(institution__key=key).exclude(study=study).exists()


def site_number(oid: str, position: int) -> str:
    """Return the digits that begin the site's screening numbers: those of its OID (S01 gives 01)."""
    digits = "".join(each for each in oid.rpartition("-")[2] if each.isdecimal())
    return digits[-4:] or f"{position:02d}"


def _extend_study_wide_roles(study: Study, actor: User) -> None:
    members = Membership.objects.filter(study=study, site__isnull=True, active=True)
    for user in hold(User.objects.filter(pk__in=members.values("user"))):
        settle(user=user, actor=actor)
