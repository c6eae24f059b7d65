"""Time and memory of radiomics on one synthetic liver lesion, whole volume against exact crop.

python -m benchmarks.radiomics [--size 40 256 256] [--seed 1]
"""

import argparse
import resource
import time

import radiomics
import SimpleITK as sitk
from radiomics import featureextractor

from modeling.engines.radiomics import RadiomicsSettings, extract
from modeling.synthetic import make_case
from modeling.synthetic.case import DEMO_SIZE

PROFILES = {
    "original": RadiomicsSettings(),
    "LoG 1,2,3 mm": RadiomicsSettings(log_sigma=(1.0, 2.0, 3.0)),
    "LoG + wavelet": RadiomicsSettings(log_sigma=(1.0, 2.0, 3.0), wavelet=True),
}


def main() -> None:
    """Print one row per profile."""
    options = _options()
    case = make_case(options.seed, size=tuple(options.size))
    phase = case.phases["AP"]
    voxels = int(case.lesion.sum())
    print(f"pyradiomics {radiomics.__version__}, volume {phase.volume.shape}, ROI {voxels} voxels")
    head = f"{'profile':<16}{'features':>9}{'pad':>5}{'crop s':>9}{'whole s':>9}"
    print(f"{head}{'max rel diff':>14}{'peak MB':>9}")
    for name, settings in PROFILES.items():
        cropped = extract(phase.volume, case.lesion, phase.spacing, settings=settings)
        started = time.perf_counter()
        whole = _whole_volume(phase, case.lesion, settings)
        seconds = time.perf_counter() - started
        worst = max(abs(v - whole[k]) / max(abs(whole[k]), 1e-9) for k, v in cropped.values.items())
        row = f"{name:<16}{len(cropped.values):>9}{cropped.crop_pad:>5}{cropped.seconds:>9.2f}{seconds:>9.2f}"
        print(f"{row}{worst:>14.1e}{_peak_megabytes():>9.0f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, nargs=3, default=DEMO_SIZE, metavar=("Z", "Y", "X"))
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _whole_volume(phase, lesion, settings: RadiomicsSettings) -> dict[str, float]:
    """Extract as published signatures do: no crop, with the library's diagnostics."""
    options = {**settings.library_settings(phase.spacing), "preCrop": False, "additionalInfo": True}
    extractor = featureextractor.RadiomicsFeatureExtractor(**options)
    extractor.enabledImagetypes = settings.image_types()
    image, mask = (sitk.GetImageFromArray(array) for array in (phase.volume, lesion.astype("uint8")))
    for item in (image, mask):
        item.SetSpacing([float(step) for step in reversed(phase.spacing)])
    return {k: float(v) for k, v in extractor.execute(image, mask).items() if "diagnostics" not in k}


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
