"""The Orthanc archive, on the REST subset that Debian's 1.10.1 has: nothing else may speak HTTP to Orthanc.

1.10.1 silently ignores Labels, OrderBy, ResponseContent and RequestedTags in `/tools/find`; none is used,
and what a find answers is compared with what was asked. Orthanc must run with `OverwriteInstances: false`,
on loopback.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
from pyorthanc import Orthanc

from imaging.archive import content as dicom
from imaging.archive.protocol import (
    UID,
    ArchiveHealth,
    ArchiveUnavailable,
    InstanceAddress,
    InstanceConflict,
    InstanceNotFound,
    InstanceRefused,
    StoredInstance,
)

# A user-defined attachment of the series: Orthanc reserves the numbers below 1024.
METADATA_ATTACHMENT = "1024"
FILES_AT_ONCE = 4
IDENTIFIERS_KEPT = 50_000
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
LEVEL_KEYWORDS = {"Study": "StudyInstanceUID", "Series": "SeriesInstanceUID", "Instance": "SOPInstanceUID"}


class OrthancArchive:
    """An `Archive` kept by an Orthanc server; safe to share between threads."""

    def __init__(self, *, url: str, username: str, password: str) -> None:
        self._url = url
        self._client = Orthanc(url, username, password, return_raw_response=True, timeout=TIMEOUT)
        self._series_bound: set[tuple[str, str]] = set()
        # Orthanc derives its identifier from the UIDs, so that a known one can be absent but never wrong.
        self._identifiers: dict[tuple[str, str, str], str] = {}

    def store(self, content: bytes) -> StoredInstance:
        address = dicom.address_of(content)
        self._refuse_foreign_series(address)
        already = self._kept(address, content)
        if not already:
            already = self._post(address, content)
        return StoredInstance(address, hashlib.sha256(content).hexdigest(), len(content), already)

    def find(self, sop_instance_uid: str) -> InstanceAddress | None:
        ids = self._find("Instance", SOPInstanceUID=sop_instance_uid)
        if not ids:
            return None
        parents = [
            self._json(f"/instances/{ids[0]}/{level}")["MainDicomTags"][keyword]
            for level, keyword in (("study", "StudyInstanceUID"), ("series", "SeriesInstanceUID"))
        ]
        return InstanceAddress(parents[0], parents[1], sop_instance_uid)

    def study(self, study_instance_uid: str) -> list[str]:
        return sorted(self._find_uids("Series", StudyInstanceUID=study_instance_uid))

    def series(self, series_instance_uid: str) -> list[str]:
        return sorted(self._find_uids("Instance", SeriesInstanceUID=series_instance_uid))

    def metadata(self, series_instance_uid: str) -> list[dict[str, Any]]:
        found = self._find("Series", SeriesInstanceUID=series_instance_uid)
        if not found:
            raise InstanceNotFound("the series is not in the archive")
        identifiers = self._json(f"/series/{found[0]}")["Instances"]
        attachment = f"/series/{found[0]}/attachments/{METADATA_ATTACHMENT}"
        known = self._known_items(attachment)
        if set(known) != set(identifiers):
            known = self._items(identifiers, known)
            self._send("PUT", attachment, content=json.dumps(known).encode())
        return sorted(known.values(), key=dicom.sort_key)

    def instance(self, study_uid: str, series_uid: str, sop_uid: str) -> bytes:
        asked = (study_uid, series_uid, sop_uid)
        identifier = self._identifiers.get(asked)
        response = self._send("GET", f"/instances/{identifier}/file", absent_ok=True) if identifier else None
        if response is None or response.status_code == 404:
            response = self._send("GET", f"/instances/{self._look_up(*asked)}/file")
        if dicom.address_of(response.content) != InstanceAddress(*asked):
            raise InstanceNotFound("Orthanc answered with another instance than the one asked for")
        return response.content

    def frames(
        self, study_uid: str, series_uid: str, sop_uid: str, numbers: list[int]
    ) -> tuple[list[bytes], str]:
        return dicom.frames_of(self.instance(study_uid, series_uid, sop_uid), numbers)

    def delete_series(self, series_instance_uid: str) -> int:
        count = len(self._find("Instance", SeriesInstanceUID=series_instance_uid))
        for series_id in self._find("Series", SeriesInstanceUID=series_instance_uid):
            self._send("DELETE", f"/series/{series_id}", absent_ok=True)
        self._series_bound = {pair for pair in self._series_bound if pair[1] != series_instance_uid}
        return count

    def health(self) -> ArchiveHealth:
        system = self._json("/system")
        statistics = self._json("/statistics")
        return ArchiveHealth("orthanc", system["Version"], int(statistics["CountInstances"]))

    def _look_up(self, study_uid: str, series_uid: str, sop_uid: str) -> str:
        ids = self._find(
            "Instance", StudyInstanceUID=study_uid, SeriesInstanceUID=series_uid, SOPInstanceUID=sop_uid
        )
        if not ids:
            raise InstanceNotFound("the instance is not in the archive")
        if len(self._identifiers) >= IDENTIFIERS_KEPT:
            self._identifiers.clear()
        self._identifiers[study_uid, series_uid, sop_uid] = ids[0]
        return ids[0]

    def _post(self, address: InstanceAddress, content: bytes) -> bool:
        answer = self._send("POST", "/instances", content=content).json()
        if answer["Status"] == "AlreadyStored":
            return self._kept(address, content)
        if answer["Status"] != "Success":
            raise InstanceRefused(f"Orthanc answered {answer['Status']}")
        # Two writers of one UID under different studies can both pass the look-up; each then sees the
        # other here and takes its own back, so that nothing acknowledged is ever removed.
        try:
            self._refuse_foreign_series(address)
            if set(self._find("Instance", SOPInstanceUID=address.sop_instance_uid)) - {answer["ID"]}:
                raise InstanceConflict("the SOP Instance UID is taken by other content")
        except InstanceConflict:
            self._send("DELETE", f"/instances/{answer['ID']}", absent_ok=True)
            raise
        return False

    def _kept(self, address: InstanceAddress, content: bytes) -> bool:
        """Tell whether these very bytes are kept; raises `InstanceConflict` where others are."""
        ids = self._find("Instance", SOPInstanceUID=address.sop_instance_uid)
        if any(self._file(identifier) != content for identifier in ids):
            raise InstanceConflict("the SOP Instance UID is taken by other content")
        return bool(ids)

    def _refuse_foreign_series(self, address: InstanceAddress) -> None:
        pair = (address.study_instance_uid, address.series_instance_uid)
        if pair in self._series_bound:
            return
        # In this order a series that another writer begins meanwhile is in the second answer too.
        anywhere = self._find("Series", SeriesInstanceUID=pair[1])
        here = self._find("Series", StudyInstanceUID=pair[0], SeriesInstanceUID=pair[1])
        if set(anywhere) - set(here):
            raise InstanceConflict("the series UID belongs to another study")
        if here:
            if len(self._series_bound) >= IDENTIFIERS_KEPT:
                self._series_bound.clear()
            self._series_bound.add(pair)

    def _items(self, identifiers: list[str], known: dict[str, Any]) -> dict[str, Any]:
        """Complete the DICOM JSON by Orthanc identifier; what is no longer there is left out."""
        missing = [identifier for identifier in identifiers if identifier not in known]
        with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            made = list(pool.map(lambda identifier: dicom.dicom_json(self._file(identifier)), missing))
        kept = {identifier: known[identifier] for identifier in identifiers if identifier in known}
        return kept | dict(zip(missing, made, strict=True))

    def _known_items(self, attachment: str) -> dict[str, Any]:
        answer = self._send("GET", f"{attachment}/data", absent_ok=True)
        return answer.json() if answer.status_code == 200 else {}

    def _find(self, level: str, **uids: str) -> list[str]:
        return sorted(identifier for _, identifier in self._matches(level, **uids))

    def _find_uids(self, level: str, **uids: str) -> dict[str, str]:
        return dict(self._matches(level, **uids))

    def _matches(self, level: str, **uids: str) -> list[tuple[str, str]]:
        """Pair the UID of each resource that matches with Orthanc's identifier; never a wildcard search."""
        if not all(UID.match(uid) for uid in uids.values()):
            return []
        query = {"Level": level, "Query": uids, "Expand": True, "CaseSensitive": True}
        found: list[dict[str, Any]] = self._send("POST", "/tools/find", json=query).json()
        keyword = LEVEL_KEYWORDS[level]
        pairs = [(item["MainDicomTags"][keyword], item["ID"]) for item in found]
        return [pair for pair in pairs if uids.get(keyword, pair[0]) == pair[0]]

    def _file(self, identifier: str) -> bytes:
        return self._send("GET", f"/instances/{identifier}/file").content

    def _json(self, path: str) -> dict[str, Any]:
        return self._send("GET", path).json()

    def _send(self, method: str, path: str, *, absent_ok: bool = False, **body: Any) -> httpx.Response:
        response = self._answer(method, path, **body)
        if response.status_code in (401, 403):
            raise ArchiveUnavailable("Orthanc refuses the name or password in ARCHIVE_URL")
        if response.status_code >= 500:
            raise ArchiveUnavailable(f"Orthanc failed with HTTP {response.status_code}")
        if response.status_code == 404 and method != "POST":
            if absent_ok:
                return response
            raise InstanceNotFound("Orthanc no longer has it")
        if response.status_code >= 400:
            raise InstanceRefused(f"Orthanc answered HTTP {response.status_code}")
        return response

    def _answer(self, method: str, path: str, **body: Any) -> httpx.Response:
        request = partial(self._client.request, method, self._url + path, **body)
        try:
            return request()
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # A kept-alive connection that a restart closed; every request made here may be repeated.
            pass
        except httpx.TransportError as error:
            raise ArchiveUnavailable(f"Orthanc does not answer ({type(error).__name__})") from error
        try:
            return request()
        except httpx.TransportError as error:
            raise ArchiveUnavailable(f"Orthanc does not answer ({type(error).__name__})") from error
