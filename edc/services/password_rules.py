"""What a password may not be, beyond length and Django's list of common ones: the own name, a recent one."""

from itertools import product

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edc.models import User

SHORTEST_NAME = 4


def spellings(name: str) -> set[str]:
    """Return the name and its words in small letters; a Chinese name in pinyin, in both orders of its parts.

    Each reading of a character counts; the first four characters are read.
    """
    words = name.casefold().split()
    found = {"".join(words), *words}
    if not name.isascii():
        from pypinyin import Style, pinyin  # its tables take most of a second, which few processes need

        readings = pinyin("".join(words)[:4], style=Style.NORMAL, heteronym=True)
        for family, *given in product(*readings):
            found |= {family + "".join(given), "".join(given) + family}
    return {each for each in found if len(each) >= SHORTEST_NAME}


class NotTheOwnName:
    """Refuse a password that holds the user name or the person's name, also in pinyin."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        typed = "".join(letter for letter in password.casefold() if letter.isalnum())
        names = spellings(user.display_name)
        if len(user.username) >= SHORTEST_NAME:
            names.add(user.username.casefold())
        if any(name in typed for name in names):
            raise ValidationError(self.get_help_text(), code="password_holds_name")

    def get_help_text(self) -> str:
        return _("Choose a password without the user name and without the name, also in pinyin.")


class NotRecent:
    """Refuse the present password and those before it, `last` in all."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        records = user.password_records.values_list("password", flat=True)[: self.last]
        if any(check_password(password, each) for each in {user.password, *records}):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return ngettext(
            "Choose a password that differs from the last one.",
            "Choose a password that differs from the last %(last)d.",
            self.last,
        ) % {"last": self.last}
