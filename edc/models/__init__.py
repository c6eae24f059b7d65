"""The models of the edc app, by concept."""

from edc.models.amendment import (
    DesignMigration,
    MigratedSubject,
    Rehearsal,
    RehearsalLine,
    SiteActivation,
)
from edc.models.archive_receipt import ArchiveReceipt
from edc.models.audit import AuditEvent, AuditHead
from edc.models.audit_review import AuditCriteria, AuditReview
from edc.models.backup import Backup, RestoreDrill
from edc.models.check import CheckFiring, CheckReason, FormulaAdoption, UatRun
from edc.models.coding import CodedItem, Coding, Dictionary, DictionaryTerm
from edc.models.consent import Consent, ConsentScan, ConsentStart, ConsentVersion, ConsentWithdrawal
from edc.models.departure import Departure
from edc.models.design import DesignVersion, design_of
from edc.models.design_draft import DesignDraft, DesignDraftStep
from edc.models.deviation import Deviation
from edc.models.double_entry import Decision, EntryCount
from edc.models.entry_plan import EntryDraw, EntryRate, EntrySeed, EntryTerms
from edc.models.evidence import Evidence
from edc.models.form import FormInstance
from edc.models.hold import Hold, HoldKind, HoldRequest, Level
from edc.models.import_batch import ImportBatch, ImportCell, ImportedForm, ImportedSubject, ImportMapping
from edc.models.laboratory import ReferenceRange
from edc.models.notification import Digest, Notification
from edc.models.observation import (
    INDEPENDENT,
    Disagreement,
    Draft,
    DraftItem,
    ItemValue,
    Observation,
    Resolution,
    Stream,
)
from edc.models.password import PasswordRecord
from edc.models.permission_matrix import PermissionMatrix
from edc.models.person import ApiToken, IdempotencyRecord, Membership, Role, User
from edc.models.query import Query, QueryMessage, StandardText
from edc.models.randomisation import Allocation, AllocationList, AllocationRow
from edc.models.recheck import Recheck
from edc.models.redaction import RedactedCell, Redaction
from edc.models.review import FormReview, ReviewType
from edc.models.safety_case import REPORT_WITHIN, SafetyCase, SafetyDecision, SafetyReport
from edc.models.schedule import StudyEvent
from edc.models.signature import Signature, SigningAct
from edc.models.snapshot import Export, Snapshot, SnapshotPart, SnapshotRequest
from edc.models.specimen import Specimen, SpecimenStep
from edc.models.study import (
    Institution,
    Site,
    SiteUserObjectPermission,
    Study,
    StudyUserObjectPermission,
)
from edc.models.study_founding import StudyFounding
from edc.models.subject import EligibilityAssessment, Subject
from edc.models.subject_counts import SubjectCounts
from edc.models.subject_findings import SubjectFindings
from edc.models.subject_standing import SubjectStanding
from edc.models.synonym import Synonym, SynonymFile
from edc.models.training import (
    READING_ROLES,
    DocumentWithdrawal,
    StatementAcceptance,
    StudyDocument,
    TrainingRecord,
)
from edc.models.verification import (
    FormVerificationDue,
    ItemVerification,
    Verification,
    VerificationDraw,
    VerificationPlan,
)

__all__ = [
    "INDEPENDENT",
    "Allocation",
    "AllocationList",
    "AllocationRow",
    "ApiToken",
    "AuditCriteria",
    "ArchiveReceipt",
    "AuditEvent",
    "AuditHead",
    "AuditReview",
    "Backup",
    "CheckFiring",
    "CheckReason",
    "CodedItem",
    "Coding",
    "Consent",
    "ConsentScan",
    "ConsentStart",
    "ConsentVersion",
    "ConsentWithdrawal",
    "Decision",
    "Departure",
    "DesignMigration",
    "DesignDraft",
    "DesignDraftStep",
    "DesignVersion",
    "Deviation",
    "Dictionary",
    "DictionaryTerm",
    "Digest",
    "DocumentWithdrawal",
    "Disagreement",
    "Draft",
    "DraftItem",
    "EligibilityAssessment",
    "EntryCount",
    "EntryDraw",
    "EntryRate",
    "EntrySeed",
    "EntryTerms",
    "Evidence",
    "Export",
    "FormInstance",
    "FormReview",
    "FormVerificationDue",
    "Hold",
    "HoldKind",
    "HoldRequest",
    "FormulaAdoption",
    "IdempotencyRecord",
    "ImportBatch",
    "ImportCell",
    "ImportMapping",
    "ImportedForm",
    "ImportedSubject",
    "Institution",
    "ItemValue",
    "ItemVerification",
    "Level",
    "Membership",
    "MigratedSubject",
    "Notification",
    "Observation",
    "PasswordRecord",
    "PermissionMatrix",
    "Query",
    "QueryMessage",
    "RedactedCell",
    "ReferenceRange",
    "Recheck",
    "Redaction",
    "Rehearsal",
    "RehearsalLine",
    "Resolution",
    "RestoreDrill",
    "ReviewType",
    "Role",
    "Signature",
    "SigningAct",
    "Site",
    "SiteActivation",
    "SiteUserObjectPermission",
    "Specimen",
    "SpecimenStep",
    "StandardText",
    "StatementAcceptance",
    "StudyDocument",
    "Synonym",
    "SynonymFile",
    "TrainingRecord",
    "READING_ROLES",
    "REPORT_WITHIN",
    "SafetyCase",
    "SafetyDecision",
    "SafetyReport",
    "Snapshot",
    "SnapshotPart",
    "SnapshotRequest",
    "Stream",
    "Study",
    "StudyEvent",
    "StudyFounding",
    "StudyUserObjectPermission",
    "Subject",
    "SubjectCounts",
    "SubjectFindings",
    "SubjectStanding",
    "UatRun",
    "User",
    "Verification",
    "VerificationDraw",
    "VerificationPlan",
    "design_of",
]
