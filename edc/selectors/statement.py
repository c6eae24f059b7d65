"""The statement of responsibility for electronic signatures: its text, who accepted it, who signs without."""

import hashlib

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from edc import access
from edc.models import Membership, StatementAcceptance, Study, User
from edc.selectors.training import READS

VERSION = "1"
# A changed text takes a new version, which asks everybody anew.
TEXTS = {
    "zh": (
        "我声明：我在本平台上的电子签名与我的手写签名具有同等的法律效力，所签内容由我本人负责。"
        "我不让任何人使用我的账号、密码、验证码或通行密钥，也不代他人签名；"
        "一旦发现可能被他人使用，我立即报告管理员。"
    ),
    "en": (
        "I declare that my electronic signatures on this platform are the legally binding equivalent of my "
        "handwritten signature, and that I answer for what is signed with them. I let nobody use my account, "
        "password, codes or passkeys, and I sign for nobody else; where another person may have used them, "
        "I tell the administrator at once."
    ),
}


def language_read() -> str:
    """Return which text the reader's language shows: zh or en."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


def text_sha256(language: str) -> str:
    """Return the SHA-256 of the present text in one language, in UTF-8."""
    return hashlib.sha256(TEXTS[language].encode()).hexdigest()


def acceptance_of(user: User) -> StatementAcceptance | None:
    """Return the person's acceptance of the present version."""
    return StatementAcceptance.objects.filter(user=user, version=VERSION).first()


def acceptances_visible_to(actor: User) -> QuerySet[StatementAcceptance]:
    """Return the acceptances of the people of the studies whose register of training the person reads."""
    studies = access.studies_for(actor, *READS)
    people = Membership.objects.filter(study__in=studies).values("user")
    return StatementAcceptance.objects.filter(user__in=people).select_related("user")


def signs(role: str) -> bool:
    """Tell whether the role signs: forms, or reviews of the audit trail."""
    return "sign_form" in access.SITE_GRANTS[role] or "view_audit" in access.STUDY_GRANTS[role]


def signers(study: Study) -> QuerySet[User]:
    """Return the people whose roles in the study sign, those without the present statement first."""
    signing = [role for role in access.SITE_GRANTS if signs(role)]
    held = Membership.objects.filter(study=study, active=True, role__in=signing)
    accepted = StatementAcceptance.objects.filter(user=OuterRef("pk"), version=VERSION)
    people = User.objects.filter(is_active=True, is_system=False, pk__in=held.values("user"))
    return people.annotate(has_accepted=Exists(accepted)).order_by("has_accepted", "username")
