"""One instance to the STOW-RS endpoint, and its outcome as a C-STORE status (PS3.4 table B.2-1)."""

import uuid
from dataclasses import dataclass

import httpx

SUCCESS = 0x0000
NOT_AUTHORISED = 0x0124
PROCESSING_FAILURE = 0x0110
OUT_OF_RESOURCES = 0xA700
CANNOT_UNDERSTAND = 0xC000
REASON = "00081197"
FAILED = "00081198"
HTTP_STATUSES = {401: NOT_AUTHORISED, 403: NOT_AUTHORISED, 404: NOT_AUTHORISED}


@dataclass(frozen=True)
class Outcome:
    """The C-STORE status to answer, and one line for the log that names no person."""

    status: int
    said: str


class StowClient:
    """The endpoint with a token and an upload session; a connection is kept and used by all threads."""

    def __init__(self, *, url: str, token: str, session: str, timeout: float = 120.0) -> None:
        headers = {"Authorization": f"Bearer {token}", "X-Upload-Session": session}
        self.url = f"{url.rstrip('/')}/studies"
        self._http = httpx.Client(headers=headers, timeout=timeout)

    def store(self, content: bytes) -> Outcome:
        """Send one Part 10 file; trouble on the way is 'out of resources', so that the sender tries again."""
        boundary = uuid.uuid4().hex
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        body = head + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
        try:
            answer = self._http.post(self.url, content=body, headers={"Content-Type": kind})
        except httpx.TransportError as error:
            return Outcome(OUT_OF_RESOURCES, f"no answer ({type(error).__name__})")
        return outcome_of(answer)

    def close(self) -> None:
        self._http.close()


def outcome_of(answer: httpx.Response) -> Outcome:
    """Return the status that says to a DICOM sender what the server said."""
    if answer.status_code == 200:
        return Outcome(SUCCESS, "stored")
    failed = _failed(answer)
    if failed is not None:
        reason = failed.get(REASON, {}).get("Value", [PROCESSING_FAILURE])[0]
        return Outcome(int(reason), f"refused ({reason:#06x})")
    said = f"HTTP {answer.status_code}"
    if answer.status_code >= 500 or answer.status_code == 429:
        return Outcome(OUT_OF_RESOURCES, said)
    return Outcome(HTTP_STATUSES.get(answer.status_code, CANNOT_UNDERSTAND), said)


def _failed(answer: httpx.Response) -> dict | None:
    """Return the first entry of the Failed SOP Sequence, where the answer has one."""
    if not answer.headers.get("Content-Type", "").startswith("application/dicom+json"):
        return None
    return next(iter(answer.json().get(FAILED, {}).get("Value", [])), None)
