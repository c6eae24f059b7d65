"""The model bundle: a zip of `model.json` and `weights.safetensors`, nothing executable.

The manifest names the sha256 of the weights; reading refuses any other member, an unknown format, oversized
members and weights that are not those named.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from modeling.engines.errors import InvalidBundle

FORMAT = "tandem-fusion-bundle/1"
MANIFEST, WEIGHTS = "model.json", "weights.safetensors"
DEMO_NOTICE = {
    "zh": "演示模型，合成数据，不可用于临床",
    "en": "Demonstration model, synthetic data, not for clinical use",
}
_MAX_BYTES = {MANIFEST: 4 * 2**20, WEIGHTS: 512 * 2**20}
# A fixed date keeps the same model byte for byte the same bundle.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: the manifest as read and the tensors by name."""

    manifest: dict
    tensors: dict[str, Tensor] = field(repr=False)

    def part(self, prefix: str) -> dict[str, Tensor]:
        """Return the tensors below `prefix.` with the prefix removed."""
        start = f"{prefix}."
        return {name.removeprefix(start): t for name, t in self.tensors.items() if name.startswith(start)}


def write_bundle(manifest: Mapping[str, object], tensors: Mapping[str, Tensor]) -> bytes:
    """Return the bundle; `format` and `weights_sha256` are added to the manifest."""
    weights = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})
    digest = hashlib.sha256(weights).hexdigest()
    full = {**manifest, "format": FORMAT, "weights_sha256": digest}
    text = json.dumps(full, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in ((MANIFEST, text.encode()), (WEIGHTS, weights)):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content)
    return buffer.getvalue()


def read_bundle(data: bytes) -> Bundle:
    """Return the verified bundle.

    Raises InvalidBundle for anything but exactly the two known members of an allowed size, a manifest of
    another format, or weights whose sha256 differs from the manifest's.
    """
    members = _members(data)
    try:
        manifest = json.loads(members[MANIFEST])
    except ValueError as error:
        raise _invalid("model.json 不是有效的 JSON", "model.json is not valid JSON") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _invalid(f"格式不是 {FORMAT}", f"the format is not {FORMAT}")
    if hashlib.sha256(members[WEIGHTS]).hexdigest() != manifest.get("weights_sha256"):
        raise _invalid("权重与清单中的 sha256 不符", "the weights differ from the manifest's sha256")
    try:
        return Bundle(manifest, load(members[WEIGHTS]))
    except SafetensorError as error:
        raise _invalid("权重文件不是 safetensors", "the weights are not a safetensors file") from error


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sorted(entry.filename for entry in entries) != sorted(_MAX_BYTES):
                raise _invalid(
                    f"只允许 {MANIFEST} 和 {WEIGHTS}", f"only {MANIFEST} and {WEIGHTS} are allowed"
                )
            if any(entry.file_size > _MAX_BYTES[entry.filename] for entry in entries):
                raise _invalid("文件过大", "a member is too large")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _invalid("不是有效的 zip 文件", "it is not a valid zip file") from error


def _invalid(zh: str, en: str) -> InvalidBundle:
    return InvalidBundle(
        zh=f"模型包无效：{zh}。重新导出模型。", en=f"The model bundle is invalid: {en}. Export it again."
    )
