import io
import json
import pickle
import zipfile

import pytest
import torch

from modeling.engines.errors import InvalidBundle
from modeling.engines.fusion import read_bundle, write_bundle


@pytest.fixture
def bundle():
    return write_bundle({"name": "x", "seed": 3}, {"part.w": torch.arange(6.0).reshape(2, 3)})


def repacked(bundle, **changes):
    """The bundle with members replaced (or dropped where None)."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= changes
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return buffer.getvalue()


def test_a_bundle_gives_back_what_went_in(bundle):
    opened = read_bundle(bundle)
    assert opened.manifest["seed"] == 3
    assert torch.equal(opened.part("part")["w"], torch.arange(6.0).reshape(2, 3))


def test_the_same_model_is_the_same_bytes(bundle):
    again = write_bundle({"name": "x", "seed": 3}, {"part.w": torch.arange(6.0).reshape(2, 3)})
    assert again == bundle


class Payload:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize(
    "changes",
    [
        {"weights.safetensors": b"\0" * 64},
        {"weights.safetensors": None},
        {"../escape.py": b"x"},
        {"code.py": b"x"},
        {"model.json": b"{"},
        {"model.json": b"[]"},
        {"model.json": json.dumps({"format": "other"}).encode()},
        {"weights.safetensors": pickle.dumps(Payload())},
    ],
)
def test_anything_else_in_a_bundle_is_refused(bundle, changes, capsys):
    with pytest.raises(InvalidBundle) as refused:
        read_bundle(repacked(bundle, **changes))
    assert refused.value.message["zh"].startswith("模型包无效")
    assert "executed" not in capsys.readouterr().out


def test_noise_is_not_a_bundle():
    with pytest.raises(InvalidBundle):
        read_bundle(b"not a zip")
