"""Why an uploaded instance is not taken in, told in both languages without any content of the file."""

from typing import NamedTuple


class Reason(NamedTuple):
    """The two texts of one refusal; `{detail}` is filled with a technical detail that is never identity."""

    zh: str
    en: str


REASONS: dict[str, Reason] = {
    "not_dicom": Reason(
        "不是 DICOM 第 10 部分文件({detail})。从 PACS 以 DICOM 格式重新导出后上传。",
        "Not a DICOM Part 10 file ({detail}). Export it again from the PACS as DICOM and upload that.",
    ),
    "too_large": Reason(
        "文件超过大小上限({detail})。拆分后上传或联系管理员。",
        "The file exceeds the size limit ({detail}). Split it, or ask the administrator.",
    ),
    "too_deep": Reason(
        "序列嵌套过深({detail})，文件已损坏或恶意构造。从 PACS 重新导出。",
        "Sequences are nested too deeply ({detail}); the file is damaged or hostile. Export it again from "
        "the PACS.",
    ),
    "too_many_elements": Reason(
        "数据元素数量超过上限({detail})。从 PACS 重新导出。",
        "The file has more data elements than allowed ({detail}). Export it again from the PACS.",
    ),
    "truncated": Reason(
        "文件不完整({detail})。重新导出并重新上传。",
        "The file is incomplete ({detail}). Export and upload it again.",
    ),
    "malformed": Reason(
        "文件结构不符合 DICOM 编码规则({detail})。从 PACS 重新导出。",
        "The file breaks the DICOM encoding rules ({detail}). Export it again from the PACS.",
    ),
    "missing_uid": Reason(
        "必需的 UID 为空：{detail}。从 PACS 导出原始图像，不要使用已被清空 UID 的副本。",
        "Required UIDs are empty: {detail}. Export the original images; do not use a copy with emptied UIDs.",
    ),
    "unsupported_sop_class": Reason(
        "不接收此类对象({detail})。只上传方案要求的 CT 或 MR 图像、SEG、SR 或 RTSTRUCT。",
        "Objects of this class are not accepted ({detail}). Upload only the CT or MR images, SEG, SR or "
        "RTSTRUCT that the protocol asks for.",
    ),
    "unsupported_transfer_syntax": Reason(
        "不支持此传输语法({detail})。以未压缩或 JPEG/JPEG-LS/JPEG 2000/RLE 格式重新导出。",
        "This transfer syntax is not supported ({detail}). Export again uncompressed or as JPEG, JPEG-LS, "
        "JPEG 2000 or RLE.",
    ),
    "bad_pixel_data": Reason(
        "像素数据与图像描述不一致({detail})。从 PACS 重新导出。",
        "The pixel data disagree with the image description ({detail}). Export it again from the PACS.",
    ),
    "wrong_modality": Reason(
        "检查类型(Modality)与对象类别不符({detail})。核对后重新导出。",
        "Modality does not fit the object class ({detail}). Check the series and export it again.",
    ),
    "burned_in_risk": Reason(
        "图像像素中可能含有患者身份文字({detail})。先由影像人员核查并遮盖，再重新上传。",
        "The pixels may show the patient's identity ({detail}). Have the images checked and masked, then "
        "upload again.",
    ),
}


class RefusedInstance(Exception):
    """The instance is refused; `code` is stable, `zh` and `en` say what to do, `detail` holds no identity."""

    def __init__(self, code: str, detail: str) -> None:
        reason = REASONS[code]
        self.code = code
        self.detail = detail
        self.zh = reason.zh.format(detail=detail)
        self.en = reason.en.format(detail=detail)
        super().__init__(f"{code}: {detail}")
