"""The settings of the tests: those of the house, with a password hash that costs nothing."""

import os

os.environ.setdefault("STATIC_FROM_SOURCE", "1")

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A fuzzer asks more often than anybody may; the tests of the limit set their own.
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"user": None, "failed_sign_in": None}  # noqa: F405
