"""What is wrong with a file from outside: where, and what to do, in Chinese and English."""

from edc.design.items import Text


class FileFault(Exception):
    """The file cannot be read; ``place`` says where in it, such as ``line 12``."""

    def __init__(self, zh: str, en: str, place: str = "") -> None:
        self.zh = f"{place}：{zh}" if place else zh
        self.en = f"{place}: {en}" if place else en
        super().__init__(self.en)

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)
