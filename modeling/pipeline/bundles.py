"""The bundle of a registered model version, verified against the register."""

from modeling.engines.errors import InvalidBundle
from modeling.engines.fusion import Bundle, read_bundle
from modeling.models import ModelVersion
from modeling.services.registry import bundle_path


def open_bundle(model: ModelVersion) -> Bundle:
    """Return the verified bundle; raises InvalidBundle where the file is absent, altered or another's."""
    try:
        content = bundle_path(model).read_bytes()
    except FileNotFoundError as error:
        raise InvalidBundle(
            zh="工作进程上找不到模型文件。核对 MODEL_DIR 后重新注册模型。",
            en="The model file is not on the worker. Check MODEL_DIR and register the model again.",
        ) from error
    bundle = read_bundle(content)
    if bundle.manifest["weights_sha256"] != model.weights_sha256:
        raise InvalidBundle(
            zh="模型文件与注册的权重不符。重新注册模型。",
            en="The model file is not the one registered. Register the model again.",
        )
    return bundle
