"""Names of other systems as this format's names: capitals, digits and underscores, each used once."""

import re

_NO_NAME = re.compile(r"[^A-Z0-9]+")


def plain_name(text: str, longest: int = 40) -> str:
    """Return a name of capitals, digits and underscores that begins with a letter; X for nothing."""
    name = _NO_NAME.sub("_", text.upper()).strip("_")[:longest].strip("_")
    return name if name[:1].isalpha() else f"X{name}"


def text_of(labels: dict[str, str], otherwise: str = "–") -> dict[str, str]:
    """Return zh and en of labels by language; where one language is missing the other stands for it."""
    zh = next((text for language, text in labels.items() if language.startswith("zh")), "")
    en = next((text for language, text in labels.items() if language.startswith("en")), "")
    any_text = en or labels.get("") or zh or next(iter(labels.values()), "") or otherwise
    return {"zh": zh or any_text, "en": en or any_text}


class Unused:
    """Gives each name once: a second one gets a number."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def name(self, text: str, longest: int = 40) -> str:
        wanted = plain_name(text, longest)
        found, number = wanted, 1
        while found in self.given:
            number += 1
            found = f"{wanted}_{number}"
        self.given.add(found)
        return found
