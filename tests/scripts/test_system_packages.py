"""A fresh machine gets every Debian package that a test asks for."""

import re

from scripts.system_packages import PACKAGES
from tests.architecture.source_tree import ROOT

ASKED = re.compile(r"needs the Debian package ([a-z0-9.+-]+)\"")


def test_every_package_that_a_test_asks_for_is_installed_before_the_tests():
    asked = {name for path in (ROOT / "tests").rglob("*.py") for name in ASKED.findall(path.read_text())}

    assert asked
    assert asked <= set(PACKAGES)
