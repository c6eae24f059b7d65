"""Settings: everything deployable comes from the environment; derived limits are computed, not repeated."""

from datetime import timedelta
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from config.openapi import SPECTACULAR_SETTINGS  # noqa: F401 - a setting

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

TANDEM_ENV = env.str("TANDEM_ENV", default="development")
PRODUCTION = TANDEM_ENV == "production"
# The shared forms, codelists and edit checks that drafts take from.
LIBRARY_DIR = BASE_DIR / "studies" / "library"
VAR_DIR = Path(env.str("TANDEM_VAR", default=str(BASE_DIR / "var"))).resolve()
SOFTWARE_VERSION = env.str("TANDEM_VERSION", default="0.1.0")


def _secret(name: str, file_name: str) -> str:
    """Return a secret from the environment; in development one is made once under var/ with mode 0600."""
    value = env.str(name, default="")
    if value:
        return value
    if PRODUCTION:
        raise environ.ImproperlyConfigured(f"{name} must be set in production.")
    from config.local_secrets import read_or_make

    return read_or_make(VAR_DIR / "secrets" / file_name)


SECRET_KEY = _secret("SECRET_KEY", "secret_key")
# Former keys: what they signed or closed still opens.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys the UID and date mapping of every subject: losing it breaks the link between uploads.
PSEUDONYM_SECRET = _secret("PSEUDONYM_SECRET", "pseudonym_secret")

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "edc.apps.EdcConfig",
    "imaging.apps.ImagingConfig",
    "modeling.apps.ModelingConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.headers.AnswerHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "edc.web.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edc.audit.AuditContextMiddleware",
    "edc.row_security.RowScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.duties.DutiesMiddleware",
    "config.errors.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "edc.web.context.shell",
            ],
        },
    },
]

# Data ----------------------------------------------------------------------------------------------
# Whose rows a connection shows before anybody is known (edc/row_security.py): in a web process nobody's.
ROW_SCOPE = env.str("TANDEM_ROW_SCOPE", default="all")
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'tandem.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers take the lock at BEGIN, so that a read-then-write transaction never fails half way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # The planner takes the policies of rows for dear: compiling a page's statement costs more than running.
    told = f"-c tandem.sites={ROW_SCOPE} -c jit=off"
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = told
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ARCHIVE_URL = env.str("ARCHIVE_URL", default=f"folder://{VAR_DIR / 'archive'}")
UPLOAD_DIR = Path(env.str("UPLOAD_DIR", default=str(VAR_DIR / "uploads")))
# Refused files identify patients: they are removed after this many days.
QUARANTINE_DAYS = env.int("QUARANTINE_DAYS", default=30)
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(VAR_DIR / "exports")))
# A package can be made again from its snapshot: the file is removed after this many days.
EXPORT_DAYS = env.int("EXPORT_DAYS", default=30)
MODEL_DIR = Path(env.str("MODEL_DIR", default=str(VAR_DIR / "models")))
ARTIFACT_DIR = Path(env.str("ARTIFACT_DIR", default=str(VAR_DIR / "artifacts")))
# Backups lie elsewhere than the data; without a folder the platform makes none. See docs/operators/backup.md.
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_KEY = env.str("BACKUP_KEY", default="")
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
BACKUP_EVERY_HOURS = env.int("BACKUP_EVERY_HOURS", default=24)
RESTORE_DRILL_EVERY_DAYS = env.int("RESTORE_DRILL_EVERY_DAYS", default=7)
PG_TOOLS = env.str("PG_TOOLS", default="")

# Codes that were used and attempts that were made, seen by every web process of the machine.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# People --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "edc.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": env.int("PASSWORD_MIN_LENGTH", default=12)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "edc.services.password_rules.NotTheOwnName"},
    {
        "NAME": "edc.services.password_rules.NotRecent",
        "OPTIONS": {"last": env.int("PASSWORD_HISTORY", default=5)},
    },
]
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=0)  # 0: a password does not grow old
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "edc.web.accounts.ClosedSignupAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "edc.web.accounts.client_ip"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": False}  # axes counts failures, in one place
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "edc.web.second_factors.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "edc.web.second_factors.CodeForm",
    "reauthenticate": "edc.web.second_factors.CodeAgainForm",
}
MFA_TOTP_ISSUER = "Tandem"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_REQUIRED_ROLES = env.list("MFA_REQUIRED_ROLES", default=[])
# The hospital's directory (OpenID Connect), if there is one; it finds accounts and makes none.
OIDC_ID = "directory"
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_MATCH = env.list("OIDC_MATCH", default=["email"])
SOCIALACCOUNT_ADAPTER = "edc.web.directory.DirectoryAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": OIDC_ID,
                "name": env.str("OIDC_NAME", default="SSO"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}
if PRODUCTION and OIDC_SERVER_URL and not OIDC_SERVER_URL.startswith("https://"):
    raise environ.ImproperlyConfigured("OIDC_SERVER_URL must begin with https:// in production.")
IDLE_TIMEOUT_SECONDS = env.int("IDLE_TIMEOUT_SECONDS", default=30 * 60)
SESSION_COOKIE_AGE = IDLE_TIMEOUT_SECONDS
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Language ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Mail ----------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="tandem@localhost")
# What links in a mail begin with: a mail has no request to take it from.
PUBLIC_URL = env.str("PUBLIC_URL", default=next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000"))

# Files ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 2000
# Beyond this size a file is spooled to disk, so that a folder of slices never fills the memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# REST ----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "edc.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "edc.api.permissions.RolesInForce",
        "edc.api.permissions.TokenMayWrite",
    ],
    "DEFAULT_PARSER_CLASSES": ["edc.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "edc.api.pagination.Cursor",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "edc.api.openapi.ProblemSchema",
    "EXCEPTION_HANDLER": "config.errors.problem_json",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
}

# Work ----------------------------------------------------------------------------------------------
BROKER_URL = env.str("BROKER_URL", default="filesystem://")
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_HARD_LIMIT = env.int("TASK_TIME_LIMIT", default=3600)
CELERY_TASK_TIME_LIMIT = CELERY_TASK_HARD_LIMIT
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_HARD_LIMIT - 60
if BROKER_URL.startswith("filesystem"):
    _BROKER_DIR = VAR_DIR / "broker"
    for _name in ("messages", "processed", "control"):
        (_BROKER_DIR / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_DIR / "messages"),
        "data_folder_out": str(_BROKER_DIR / "messages"),
        "processed_folder": str(_BROKER_DIR / "processed"),
        "control_folder": str(_BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
else:
    # A late-acknowledged message is redelivered after this; it must outlast the longest task.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": CELERY_TASK_HARD_LIMIT * 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {
    "modeling.tasks.embed_volume": {"queue": "gpu"},
    "modeling.tasks.score_subject": {"queue": "gpu"},
    "modeling.tasks.train_demo_model": {"queue": "gpu"},
}
CELERY_BEAT_SCHEDULE = {
    "remind-of-safety": {"task": "edc.tasks.remind_of_safety", "schedule": 600.0},
    "send-digests": {"task": "edc.tasks.send_digests", "schedule": 3600.0},
    "tend-exports": {"task": "edc.tasks.tend_exports", "schedule": 60.0},
    "tend-amendments": {"task": "edc.tasks.tend_amendments", "schedule": 60.0},
    "tend-roles": {"task": "edc.tasks.tend_roles", "schedule": 300.0},
    "tend-backups": {"task": "edc.tasks.tend_backups", "schedule": 900.0},
    "fail-overdue-runs": {"task": "modeling.tasks.fail_overdue_runs", "schedule": 60.0},
    "expire-upload-sessions": {"task": "imaging.tasks.expire_upload_sessions", "schedule": 3600.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# Transport security --------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
