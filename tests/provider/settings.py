"""A provider of identities: a small Django project of its own, with a process, a database and keys of its own.

It knows nothing of the house. What it is comes from the environment that `tests/provider/running.py` gives it.
"""

import os
from typing import Any

SECRET_KEY = "the provider's own"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.provider.urls"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PROVIDER_DATABASE"],
        "HOST": os.environ["PROVIDER_DATABASE_HOST"],
        "USER": os.environ["PROVIDER_DATABASE_USER"],
        "PASSWORD": os.environ["PROVIDER_DATABASE_PASSWORD"],
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_COOKIE_NAME = f"provider_{os.environ['PROVIDER_DATABASE']}"  # several on one address, as browsers see it
LOGIN_URL = "/login/"
OAUTH2_PROVIDER: dict[str, Any] = {
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": os.environ["PROVIDER_KEY"],
    "OAUTH2_VALIDATOR_CLASS": "tests.provider.says.Says",
    "PKCE_REQUIRED": True,
    "SCOPES": {"openid": "who", "profile": "name", "email": "address"},
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
}
