"""Every setting, read from the environment; `.env.example` says what each variable means.

Nothing here imports the apps: they are named by string.
"""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.connections import cache_settings, database_settings, email_settings
from config.env import WrongSetting, env
from config.logging import logging_settings
from config.rest import rest_settings, schema_settings
from config.sign_in import origins, providers, sign_in_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Who we are, and to whom -----------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS")
BEHIND_TLS = env.flag("BEHIND_TLS", default=False)  # a reverse proxy in front speaks HTTPS to the world

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "cities.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "cities.apps.CitiesConfig",
    "cases.apps.CasesConfig",
    "config.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    # What a browser may do with an answer: outside whatever may answer by itself, static files and /health too.
    "config.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Who is known by a session: whether that still goes on, and whether it came in with all that it takes.
    "cities.web.entrance.middleware.EntranceMiddleware",
    # Right after the user is known: opens the outermost transaction and tells PostgreSQL for whom it answers.
    "cases.web.middleware.NeedToKnowMiddleware",
    "cities.web.middleware.LanguageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cases.web.middleware.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "cases.web.context.frame",
                "cities.web.entrance.context.entrance",
            ],
            "builtins": ["cities.web.words"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS += ["django.forms"]  # so that the house's templates can replace a widget's

# --- Servers ---------------------------------------------------------------------------------------------------------
DATABASES = database_settings(env)
CACHES = cache_settings(env)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

globals().update(email_settings(env))
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "Apparatus <apparatus@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMS_URL = env.url("SMS_URL", "log:", schemes=["log", "file"])  # cases/outbox/gateways.py has one function for each
SITE_URL = env.url("SITE_URL", "http://localhost:8000", schemes=["http", "https"])  # the address written into e-mails

# --- The ledger's checkpoints ----------------------------------------------------------------------------------------
LEDGER_KEY = env.key("LEDGER_KEY")  # signs; what it is held against: `manage.py ledger key`
LEDGER_FORMER_KEYS = env.list("LEDGER_FORMER_KEYS")  # verification keys of what was signed before the key was changed
LEDGER_CHECKPOINTS = env.places("LEDGER_CHECKPOINTS", schemes=["file", "mailto", "https", "http"])
if LEDGER_CHECKPOINTS and not LEDGER_KEY:
    raise WrongSetting("LEDGER_CHECKPOINTS is set, so LEDGER_KEY is needed too; make it with: openssl rand -base64 32")

# --- Language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch")), ("fr", _("French")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cities.web.formats"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Brussels"
USE_I18N = True
USE_TZ = True

# --- Files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
# In production `collectstatic` gathers the files under names with their fingerprint; the demo and the tests serve them
# from where they lie.
STATIC_FROM_SOURCE = env.flag("STATIC_FROM_SOURCE", default=DEBUG)
STATIC_ROOT = None if STATIC_FROM_SOURCE else env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
WHITENOISE_USE_FINDERS = STATIC_FROM_SOURCE
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_FROM_SOURCE
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Signing in ------------------------------------------------------------------------------------------------------
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SIGN_IN = sign_in_settings(env)
SECOND_FACTOR = SIGN_IN.second_factor
SESSION_IDLE, SESSION_LONGEST = SIGN_IN.idle, SIGN_IN.longest
STEP_UP_WITHIN = SIGN_IN.step_up_within
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
CSRF_FAILURE_VIEW = "cities.web.entrance.kept.wrong_token"
ACCOUNT_ADAPTER = "cities.web.entrance.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "reauthenticate": "cities.web.entrance.forms.PasswordAgainForm",
    "change_password": "cities.web.entrance.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]  # nobody signs up: the adapter
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator makes the accounts
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# Failed sign-ins are counted by the house (cities/web/entrance/throttle.py), so that a stranger locks nobody out.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": "120/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS else 0

MFA_ADAPTER = "cities.web.entrance.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Apparatus"
MFA_TOTP_TOLERANCE = 1  # half a minute of a slow clock; a code counts once all the same
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "cities.web.entrance.forms.CodeForm",
    "reauthenticate": "cities.web.entrance.forms.CodeAgainForm",
    "authenticate_webauthn": "cities.web.entrance.forms.PasskeyForm",
    "reauthenticate_webauthn": "cities.web.entrance.forms.PasskeyAgainForm",
    "activate_totp": "cities.web.entrance.forms.NewCodesForm",
    "add_webauthn": "cities.web.entrance.forms.NewPasskeyForm",
}

OPENID_PROVIDERS = providers(env)
SOCIALACCOUNT_ADAPTER = "cities.web.entrance.adapters.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": OPENID_PROVIDERS, "provider_class": "cities.web.entrance.openid.HouseOpenID"}
}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "openid"
SOCIALACCOUNT_STORE_TOKENS = False  # who she is is asked once; nothing is done there in her name
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # never by an e-mail address, verified or not
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = False

# A message may name a case: it waits on the server, never in the browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- What the browser may do -----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *origins(OPENID_PROVIDERS)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^health$"]  # asked on the machine itself, without the proxy
SECURE_HSTS_SECONDS = int(env.duration("HSTS_AGE", timedelta(days=365)).total_seconds()) if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # to be on the browsers' preload list is the site's own decision
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- The REST door ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = rest_settings(env, proxies=ALLAUTH_TRUSTED_PROXY_COUNT)
SPECTACULAR_SETTINGS = schema_settings()

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings(level=env.choice("LOG_LEVEL", "INFO", among=["DEBUG", "INFO", "WARNING", "ERROR"]))
