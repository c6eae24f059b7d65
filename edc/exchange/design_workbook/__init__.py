"""A whole design as an Excel workbook, and back: the same OIDs, every fault at its cell."""

from edc.exchange.design_workbook.read import ReadWorkbook, read_workbook
from edc.exchange.design_workbook.write import write_workbook

__all__ = ["ReadWorkbook", "read_workbook", "write_workbook"]
