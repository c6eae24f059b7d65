"""Why a volume or a mask is not taken, in a form that can be shown to whoever sent it."""

from functools import partial
from typing import Any


class SegmentationRefused(ValueError):
    """`code` is stable; `message` says in Chinese and English what is wrong and what to do."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.message = {"zh": zh, "en": en}

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker hands the error on between processes; without this it would arrive as a plain ValueError.
        return partial(type(self), self.code, self.message["zh"], self.message["en"]), ()
