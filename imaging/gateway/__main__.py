"""`python -m imaging.gateway`: receive C-STORE on this machine, hand each instance to Tandem."""

import argparse
import logging
import os
import sys

from imaging.gateway.receiver import handlers_of, receiver
from imaging.gateway.stow import StowClient

MISSING_TOKEN = "Give the token in the environment variable TANDEM_TOKEN, or with --token."  # noqa: S105


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is ended; listens on loopback unless told otherwise."""
    told = _parser().parse_args(arguments)
    token = told.token or os.environ.get("TANDEM_TOKEN", "")
    if not token:
        sys.exit(MISSING_TOKEN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # One line for each request would carry the endpoint's address a thousand times.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    client = StowClient(url=told.url, token=token, session=told.session)
    entity = receiver(title=told.title)
    logging.getLogger(__name__).info("listening on %s:%d as %s", told.host, told.port, told.title)
    try:
        entity.start_server((told.host, told.port), block=True, evt_handlers=handlers_of(client))
    except KeyboardInterrupt:
        pass
    finally:
        client.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m imaging.gateway", description=__doc__)
    parser.add_argument("--url", required=True, help="DICOMweb root, such as https://host/api/v1/dicom-web")
    parser.add_argument("--session", required=True, help="upload session, opened at /api/v1/uploads/")
    parser.add_argument("--token", default="", help="bearer token; better in TANDEM_TOKEN")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=11112)
    parser.add_argument("--title", default="TANDEM", help="application entity title")
    return parser


if __name__ == "__main__":
    main()
