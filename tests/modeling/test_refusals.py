"""What is refused keeps its code and its words on the way out of a worker process."""

import pickle

import pytest
from celery.utils.serialization import get_pickleable_exception

from imaging.seg.refusal import SegmentationRefused
from modeling.engines.errors import EmptyMask, EngineError
from modeling.tasks import cause_of

REFUSALS = [
    (SegmentationRefused("NO_EDGE", "没有边界", "No edge"), ("no_edge", "没有边界", "No edge")),
    (EmptyMask(zh="空", en="Empty"), ("empty_mask", "空", "Empty")),
    (EngineError(zh="不行", en="No"), ("engine_error", "不行", "No")),
]


@pytest.mark.parametrize(("error", "cause"), REFUSALS, ids=lambda value: str(value))
def test_a_refusal_crosses_processes_whole(error, cause):
    assert cause_of(get_pickleable_exception(error)) == cause
    assert cause_of(pickle.loads(pickle.dumps(error))) == cause
