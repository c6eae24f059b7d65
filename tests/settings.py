"""The settings of the tests: the real ones, on a data folder of their own and with a fast password hash."""

import atexit
import os
import shutil
import tempfile

if "TANDEM_VAR" not in os.environ:
    os.environ["TANDEM_VAR"] = tempfile.mkdtemp(prefix="tandem-tests-")
    # By the process that made the folder only: the workers and servers of the tests inherit the variable.
    atexit.register(shutil.rmtree, os.environ["TANDEM_VAR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # Waiting for the disk buys nothing for a database that is thrown away.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"  # noqa: F405
    # A file, because threads of a test cannot wait for each other on a database in memory.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["TANDEM_VAR"], "test.sqlite3")}  # noqa: F405
