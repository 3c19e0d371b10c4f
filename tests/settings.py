"""The settings of the tests: those of the house, with a password hash that costs nothing."""

import os

os.environ.setdefault("STATIC_FROM_SOURCE", "1")

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
