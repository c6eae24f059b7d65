"""Synthetic instances in which identity is planted wherever the standard's table says it may be."""

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from imaging.deid import Pseudonymiser
from imaging.deid.table import rows_by_tag
from imaging.deid.values import dictionary_vr

SENTINEL = "SENTINELPHI"
BIRTH, STUDY_DAY, CLOCK = "19480229", "20240312", "133742.123456"
ROOT = "1.2.826.0.1.4711"
NUMBER = 4711
SECRET = bytes(range(32))
PSEUDONYMISER = Pseudonymiser(SECRET, "ChiCTR2600126480", "0101-0007")
TEXT = ("PN", "LO", "SH", "ST", "LT", "UT", "UC", "CS", "AE", "UR")
NUMBERS = ("US", "SS", "UL", "SL", "UV", "SV", "FD", "FL")
OCTETS = ("OB", "OW", "OF", "OD", "OL", "OV", "UN")


def value_for(tag: int, vr: str) -> object:
    """A value of this VR that names the patient, or a number, date or UID that would."""
    if vr == "SQ":
        return Sequence([planted_item()])
    fixed = {
        "DA": STUDY_DAY,
        "DT": f"{STUDY_DAY}{CLOCK}",
        "TM": CLOCK,
        "AS": "047Y",
        "DS": "47.11",
        "IS": "4711",
    }
    fixed |= {"UI": f"{ROOT}.{tag}", "AT": 0x00104711}
    fixed |= dict.fromkeys(TEXT, SENTINEL) | dict.fromkeys(NUMBERS, NUMBER)
    fixed |= dict.fromkeys(OCTETS, b"SENTINELPHI!SENT")
    return fixed[vr]


def planted_item() -> Dataset:
    """An item that tells the patient at two depths, in text, code, date, UID and private form."""
    inner, item = Dataset(), Dataset()
    for dataset in (inner, item):
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = f"{SENTINEL}^A", SENTINEL, BIRTH
        dataset.CodeMeaning, dataset.CodeValue, dataset.CodingSchemeDesignator = SENTINEL, SENTINEL, "99LOCAL"
        dataset.StudyDate, dataset.ReferencedSOPInstanceUID = STUDY_DAY, f"{ROOT}.5"
        dataset.private_block(0x0009, SENTINEL, create=True).add_new(1, "LO", SENTINEL)
    item.ReferencedImageSequence = Sequence([inner])
    return item


def minimal() -> Dataset:
    """A CT instance that holds nothing but what every CT must."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"{ROOT}.9"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}.7", f"{ROOT}.8"
    dataset.Modality, dataset.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = f"{SENTINEL}^A", SENTINEL, BIRTH
    dataset.StudyDate = STUDY_DAY
    dataset.Rows = dataset.Columns = 4
    dataset.SamplesPerPixel, dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 16, 16, 15
    dataset.PixelRepresentation, dataset.PhotometricInterpretation = 0, "MONOCHROME2"
    dataset.PixelData = bytes(range(32))
    return dataset


def tags_of_table() -> list[int]:
    """Tags of the table that a data set can hold: group 0002 belongs to the file, 0000 to messages."""
    return [tag for tag in rows_by_tag() if tag >> 16 >= 0x0008 and dictionary_vr(tag) != "UN"]


def everything() -> Dataset:
    """One instance with every attribute of the table, group ranges and private blocks planted."""
    dataset = Dataset()
    for tag in tags_of_table():
        vr = dictionary_vr(tag)
        dataset.add_new(tag, vr, value_for(tag, vr))
    base = minimal()
    dataset.update(base)
    dataset.file_meta = base.file_meta
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.add_new(0x50003000, "OW", b"SENTINELPHI!")
    dataset.add_new(0x60023000, "OW", b"SENTINELPHI!")
    dataset.add_new(0x60024000, "LT", SENTINEL)
    dataset.private_block(0x0029, SENTINEL, create=True).add_new(1, "SQ", Sequence([planted_item()]))
    # A sequence outside the table, so that nothing removes it and only recursion can clean it.
    dataset.SharedFunctionalGroupsSequence = Sequence([planted_item()])
    return dataset
