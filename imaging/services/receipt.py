"""What the sender is told: how much was announced, came, was refused and why, and what is missing."""

from collections import Counter
from collections.abc import Sequence

from imaging.models import Series, UploadedInstance, UploadSession


def count(session: UploadSession) -> dict[str, int]:
    """Return announced, received, stored, refused and missing counts of a session at any time."""
    outcomes = Counter(session.instances.values_list("outcome", flat=True))
    kinds = UploadedInstance.Outcome
    stored = outcomes[kinds.STORED] + outcomes[kinds.ALREADY]
    received = sum(outcomes.values())
    return {
        "announced": session.announced_count,
        "received": received,
        "stored": stored,
        "refused": outcomes[kinds.REFUSED] + outcomes[kinds.QUARANTINED],
        "missing": max(session.announced_count - received, 0),
    }


def write_receipt(*, session: UploadSession, series: Sequence[Series]) -> dict[str, object]:
    """Return the receipt; files are named by their place in the sender's list, never by name."""
    problems = session.instances.exclude(reason_code="").values(
        "sent_index", "outcome", "reason_code", "reason_zh", "reason_en"
    )
    return {
        "counts": count(session),
        "refused": [dict(row) for row in problems],
        "series": [
            {
                "series_instance_uid": each.series_instance_uid,
                "modality": each.modality,
                "phase": each.phase,
                "slice_count": each.slice_count,
                "slice_thickness_mm": each.slice_thickness_mm,
                "slice_spacing_mm": each.slice_spacing_mm,
                "verdict": each.verdict,
                "deviations": each.deviations,
            }
            for each in series
        ],
    }
