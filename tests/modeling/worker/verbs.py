"""What the tests of the real worker do to a platform, by a process of its own (see `Platform.do`).

Worker and test must see the same committed rows, so nothing here runs inside a test's transaction.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from edc.models import User
from imaging.models import ImagingStudy
from modeling.demo.images import seed_point
from modeling.models import Analysis, ModelVersion, Run, Score
from modeling.services.analysis import cancel_analysis, request_analysis
from modeling.services.runs import rescue_runs
from modeling.synthetic import TRAINING_SIZE, make_case
from modeling.tasks import segment_lesion
from tests.modeling.pipeline.made import PERSON, design_of_study, make_subject


def prepare(bundle: str, manifest: str) -> str:
    """Make the subject with its images and forms, and the registered model."""
    case = make_case(PERSON.seed, size=TRAINING_SIZE)
    trained = Path(bundle).read_bytes(), json.loads(Path(manifest).read_text())
    made = make_subject(design_of_study(), trained, case)
    return made.subject.subject_key


def request() -> int:
    """Request an analysis and return its number."""
    case = make_case(PERSON.seed, size=TRAINING_SIZE)
    return request_analysis(
        imaging_study=ImagingStudy.objects.get(), model_version=ModelVersion.objects.get(),
        seed=seed_point(case), actor=User.objects.get(username="scientist"),
    ).pk  # fmt: skip


def cancel() -> None:
    cancel_analysis(analysis=Analysis.objects.get(), actor=User.objects.get(username="scientist"))


def resend() -> None:
    """Send the message of the first step once more, as a broker that delivers twice would."""
    segment_lesion.delay(run_id=Run.objects.get(step="segment").pk)


def age() -> None:
    """Let five minutes pass for the runs that are queued, so that their messages count as lost."""
    Run.objects.filter(status="queued").update(queued_at=timezone.now() - timedelta(minutes=5))


def runs() -> list[dict[str, Any]]:
    return list(
        Run.objects.order_by("ordinal").values("step", "status", "attempts", "error_code", "provenance")
    )


def scores() -> list[dict[str, Any]]:
    return list(Score.objects.values("value", "abstained"))


def rescue() -> dict[str, int]:
    return rescue_runs()


VERBS = {each.__name__: each for each in (prepare, request, cancel, resend, age, runs, scores, rescue)}


def main() -> None:
    """Do the verbs of standard input, each a line with a JSON list of words; answer by a line of JSON."""
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(VERBS[verb](*arguments)) + "\n")
        sys.stdout.flush()
