"""The settings of the tests: those of the house, with a password hash that costs nothing."""

import os

os.environ.setdefault("STATIC_FROM_SOURCE", "1")

from config.settings import *  # noqa: F403

# Files are looked for when they are asked for: else each new client of a test looks for all of them.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A fuzzer asks more often than anybody may; the tests of the limit set their own.
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"user": None, "failed_sign_in": None}  # noqa: F405
# Most tests come in by `client.force_login`, and stories with a password alone. Whoever needs a second factor is the
# matter of tests/cities/entrance, which set this back.
SECOND_FACTOR = "optional"
