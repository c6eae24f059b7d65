"""The C-STORE service: every instance goes to the endpoint while its sender waits for the status."""

import logging

from pydicom.uid import (
    JPEG2000,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from pynetdicom import AE, StoragePresentationContexts, evt

from imaging.gateway.stow import StowClient

VERIFICATION = "1.2.840.10008.1.1"
logger = logging.getLogger(__name__)
SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEG2000Lossless,
    JPEG2000,
    HTJ2KLossless,
    RLELossless,
]


def receiver(*, title: str) -> AE:
    """Return the application entity; start its server with `handlers_of(client)`."""
    entity = AE(ae_title=title)
    for context in StoragePresentationContexts:
        entity.add_supported_context(str(context.abstract_syntax), SYNTAXES)
    entity.add_supported_context(VERIFICATION)
    return entity


def handlers_of(client: StowClient) -> list[tuple]:
    """Return the event handlers of the receiver."""
    return [(evt.EVT_C_STORE, on_store, [client])]


def on_store(event: evt.Event, client: StowClient) -> int:
    """Forward one instance and answer what became of it."""
    outcome = client.store(event.encoded_dataset())
    level = logging.INFO if outcome.status == 0 else logging.WARNING
    logger.log(level, "C-STORE %s from %s", outcome.said, event.assoc.requestor.ae_title)
    return outcome.status
