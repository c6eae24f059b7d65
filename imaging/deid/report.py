"""What de-identification did to one instance, without any value of it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class DeidReport:
    """`actions` counts (tag, action letter); `options` are the CID 7050 codes that were applied."""

    options: tuple[str, ...]
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    removed_private: int = 0
    kept: int = 0

    def per_action(self) -> dict[str, int]:
        """Return how many attributes each action was applied to, nested ones included."""
        totals: Counter[str] = Counter()
        for (_, action), count in self.actions.items():
            totals[action] += count
        return dict(sorted(totals.items()))

    def as_dict(self) -> dict[str, object]:
        """Return a JSON-ready form; tags as eight hexadecimal digits."""
        by_tag: dict[str, dict[str, int]] = {}
        for (tag, action), count in sorted(self.actions.items()):
            by_tag.setdefault(tag, {})[action] = count
        return {
            "options": list(self.options),
            "actions": by_tag,
            "removed_private": self.removed_private,
            "kept": self.kept,
        }
