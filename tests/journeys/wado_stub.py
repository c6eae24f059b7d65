"""A DICOMweb server of one folder of files, for seeing the viewer without the rest of the platform.

WADO-RS metadata and single frames only, each frame in its stored transfer syntax, as the viewer asks for it.
"""

import json
import re
from collections.abc import Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pydicom
from pydicom.encaps import generate_frames
from pydicom.uid import generate_uid

METADATA = re.compile(r"^/dicom-web/studies/[\d.]+/series/([\d.]+)/metadata$")
FRAME = re.compile(r"^/dicom-web/studies/[\d.]+/series/([\d.]+)/instances/([\d.]+)/frames/1$")
BOUNDARY = "tandem-frame"


class Archive:
    """The instances of some folders, by series and SOP Instance UID; missing UIDs are made up."""

    def __init__(self, *folders: Path) -> None:
        self.series: dict[str, dict[str, pydicom.Dataset]] = {}
        for folder in folders:
            self._read(folder)

    def _read(self, folder: Path) -> None:
        own = generate_uid()
        for path in sorted(folder.iterdir()):
            if path.suffix == ".txt":
                continue
            instance = pydicom.dcmread(path, force=True)
            if "PixelData" not in instance:
                continue
            instance.SeriesInstanceUID = instance.get("SeriesInstanceUID") or own
            instance.SOPInstanceUID = instance.get("SOPInstanceUID") or generate_uid()
            self.series.setdefault(instance.SeriesInstanceUID, {})[instance.SOPInstanceUID] = instance

    def metadata(self, series_uid: str) -> list[dict[str, Any]]:
        made = []
        for instance in self.series[series_uid].values():
            header = {
                each.tag: each for each in instance if each.keyword != "PixelData" and each.tag.group % 2 == 0
            }
            made.append(
                {
                    f"{tag:08X}": each.to_json_dict(None, 1024)
                    for tag, each in header.items()
                    if each.VR != "SQ"
                }
            )
        return made

    def frame(self, series_uid: str, sop_uid: str) -> tuple[bytes, str]:
        """Return the first frame's bytes and their transfer syntax."""
        instance = self.series[series_uid][sop_uid]
        syntax = instance.file_meta.TransferSyntaxUID
        if syntax.is_compressed:
            return next(generate_frames(instance.PixelData, number_of_frames=1)), syntax
        return instance.PixelData, syntax


class Handler(SimpleHTTPRequestHandler):
    """Pages from a mapping, static files from the tree, DICOMweb from the archive."""

    def __init__(self, *args: Any, archive: Archive | None, pages: Mapping[str, str], **options: Any) -> None:
        self.archive, self.pages = archive, pages
        super().__init__(*args, **options)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the test's own output is what counts."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path in self.pages:
            kind = "application/json" if path.endswith(".json") else "text/html; charset=utf-8"
            self._answer(self.pages[path].encode(), kind)
        elif found := METADATA.match(path):
            self._answer(json.dumps(self.archive.metadata(found[1])).encode(), "application/dicom+json")
        elif found := FRAME.match(path):
            self._frame(*self.archive.frame(found[1], found[2]))
        else:
            super().do_GET()

    def _frame(self, body: bytes, syntax: str) -> None:
        part = f"application/octet-stream; transfer-syntax={syntax}"
        head = f"--{BOUNDARY}\r\nContent-Type: {part}\r\n\r\n".encode()
        whole = head + body + f"\r\n--{BOUNDARY}--\r\n".encode()
        self._answer(whole, f'multipart/related; type="application/octet-stream"; boundary={BOUNDARY}')

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(root: Path, pages: Mapping[str, str], archive: Archive | None = None) -> ThreadingHTTPServer:
    """Serve on a free port of the loopback interface in a thread; the caller shuts it down."""
    handler = partial(Handler, directory=str(root), archive=archive, pages=pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
