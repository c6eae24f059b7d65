"""The demonstration's CT studies: written as DICOM, sent file by file through the imaging services."""

import tempfile
from pathlib import Path

import numpy as np
from scipy import ndimage

from edc.models import FormInstance, User
from imaging.models import ImagingStudy, UploadedInstance
from imaging.services.ingest import receive_instance
from imaging.services.sessions import open_session, submit_session
from modeling.demo.cohort import DemoSubject
from modeling.synthetic import SyntheticCase, write_dicom

VIABLE_PERCENTILE = 60


def send_images(*, form: FormInstance, person: DemoSubject, case: SyntheticCase, actor: User) -> ImagingStudy:
    """Send the case's phases for the form and return the bound study; what was sent before is not sent again.

    Raises RuntimeError when a file is refused.
    """
    bound = ImagingStudy.objects.filter(form=form, series__isnull=False).first()
    if bound is not None:
        return bound
    with tempfile.TemporaryDirectory() as folder:
        written = write_dicom(
            case, Path(folder), patient_name="Nobody^Synthetic", patient_id=f"SYN{case.seed:06d}",
            start_date=person.ct_on,
        )  # fmt: skip
        paths = [path for path in written if path.parent.name in person.phases]
        session = open_session(form=form, announced_count=len(paths), actor=actor)
        for number, path in enumerate(paths):
            row = receive_instance(session=session, content=path.read_bytes(), sent_index=number, actor=actor)
            if row.outcome not in (UploadedInstance.Outcome.STORED, UploadedInstance.Outcome.ALREADY):
                raise RuntimeError(f"demonstration image {number} was refused: {row.reason_en}")
    submit_session(session=session, actor=actor)
    return ImagingStudy.objects.get(form=form)


def seed_point(case: SyntheticCase) -> list[float]:
    """Return a point (x, y, z in LPS mm) in living tissue of the largest lesion, as a person would."""
    phase = case.phases["AP"]
    labels, _count = ndimage.label(case.lesion)
    largest = labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    smooth = ndimage.gaussian_filter(phase.volume.astype(float), [2 / step for step in phase.spacing])
    depth = ndimage.distance_transform_edt(largest, sampling=phase.spacing)
    typical = np.percentile(smooth[largest], VIABLE_PERCENTILE)
    fit = largest & (depth > 6) & (np.abs(smooth - typical) < 6)
    spots = np.argwhere(fit if fit.any() else largest)
    off = (spots - np.array(ndimage.center_of_mass(largest))) * phase.spacing
    z, y, x = spots[int(np.argmin((off**2).sum(1)))]
    place = np.array(phase.origin) + np.array([z, y, x]) * phase.spacing
    return [round(float(each), 2) for each in place[::-1]]
