"""Django's settings, drawn from `ServiceConfig`. Importing them creates nothing."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from reelscape.errors import BadSetting
from reelscape.service_config import ServiceConfig

REELSCAPE = ServiceConfig.from_environ()
_PUBLIC = urlsplit(REELSCAPE.public_url)
if _PUBLIC.scheme not in ("http", "https") or not _PUBLIC.hostname:
    raise BadSetting(f"REELSCAPE_PUBLIC_URL is {REELSCAPE.public_url!r}; it must be an http or https address.")
_HTTPS = _PUBLIC.scheme == "https"

DEBUG = False
try:
    SECRET_KEY = REELSCAPE.secret_key_path.read_text(encoding="ascii").strip()
except FileNotFoundError:  # `serve` makes the file; whoever only reads the settings needs no lasting key
    SECRET_KEY = secrets.token_urlsafe(48)
ALLOWED_HOSTS = [_PUBLIC.hostname, "127.0.0.1", "localhost", "[::1]", *REELSCAPE.allowed_hosts]

ROOT_URLCONF = "reelscape.web.urls"
WSGI_APPLICATION = "reelscape.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False  # every route stands with and without it: a redirect would lose a POST's body
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "corsheaders",
    "allauth",
    "allauth.account",
    "axes",
    "reelscape.jobs",
    "reelscape.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses who is locked out
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

# IMMEDIATE, because a transaction that reads first and writes later would fail at once when another writes meanwhile.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": REELSCAPE.database_path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = REELSCAPE.data_dir / "static"
USE_TZ = True
TIME_ZONE = "UTC"
FILE_UPLOAD_TEMP_DIR = REELSCAPE.incoming_dir
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

CORS_ALLOWED_ORIGINS = list(REELSCAPE.cors_origins)
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/(api/v1|blobs)/.*$"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["reelscape.web.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["reelscape.web.throttles.AddressThrottle", "reelscape.web.throttles.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "reelscape.web.api_v1.answers.failure",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
