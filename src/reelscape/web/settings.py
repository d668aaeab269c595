"""Django's settings, drawn from `ServiceConfig`. Importing them creates nothing."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from reelscape.errors import BadSetting
from reelscape.service_config import ServiceConfig
from reelscape.web.addresses import networks
from reelscape.web.mail import default_sender, mail_server

REELSCAPE = ServiceConfig.from_environ()
networks(REELSCAPE.trusted_proxies)  # a bad one is said now, not at the first request
_PUBLIC = urlsplit(REELSCAPE.public_url)
if _PUBLIC.scheme not in ("http", "https") or not _PUBLIC.hostname:
    raise BadSetting(f"REELSCAPE_PUBLIC_URL is {REELSCAPE.public_url!r}; it must be an http or https address.")
if REELSCAPE.public_url != f"{_PUBLIC.scheme}://{_PUBLIC.netloc}" or "@" in _PUBLIC.netloc:
    raise BadSetting(f"REELSCAPE_PUBLIC_URL is {REELSCAPE.public_url!r}; it must end with its host, or with its port.")
_HTTPS = _PUBLIC.scheme == "https"
_BAD_ORIGINS = [text for text in REELSCAPE.cors_origins if not re.fullmatch(r"\*|https?://[^/?#@\s]+", text)]
if _BAD_ORIGINS:
    raise BadSetting(f"REELSCAPE_CORS_ORIGINS names {_BAD_ORIGINS[0]!r}; an origin is like https://example.org.")

DEBUG = False
try:
    SECRET_KEY = REELSCAPE.secret_key_path.read_text(encoding="ascii").strip()
except FileNotFoundError:  # `serve` makes the file; whoever only reads the settings needs no lasting key
    SECRET_KEY = secrets.token_urlsafe(48)
_PUBLIC_HOST = f"[{_PUBLIC.hostname}]" if ":" in _PUBLIC.hostname else _PUBLIC.hostname
ALLOWED_HOSTS = [_PUBLIC_HOST, "127.0.0.1", "localhost", "[::1]", *REELSCAPE.allowed_hosts]

ROOT_URLCONF = "reelscape.web.urls"
WSGI_APPLICATION = "reelscape.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False  # every route stands with and without it: a redirect would lose a POST's body
INSTALLED_APPS = [
    "reelscape.jobs",
    "reelscape.web",  # before allauth and admin: its templates come before theirs
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
]
MIDDLEWARE = [
    "reelscape.web.middleware.only_trusted_forwarding",  # before all that reads what a proxy says
    "reelscape.web.middleware.content_policy",
    "django.middleware.security.SecurityMiddleware",
    "reelscape.web.static_gzip.static_gzip",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "reelscape.web.api_open.cors.open_to_pages",
    "reelscape.web.middleware.address_limit",  # below CORS: a page may read the 429
    "reelscape.web.bodies.small_bodies",  # before all that reads a body
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
                "reelscape.web.profile.facts",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses who is locked out
    "allauth.account.auth_backends.AuthenticationBackend",
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/accounts/profile/"
LOGOUT_REDIRECT_URL = LOGIN_URL

_MAIL = mail_server(REELSCAPE.mail_url, _PUBLIC.hostname)
ACCOUNT_ADAPTER = "reelscape.web.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "reelscape.web.forms.SignInForm",
    "signup": "reelscape.web.forms.SignUpForm",
    "add_email": "reelscape.web.forms.AddEmailForm",
    "change_password": "reelscape.web.forms.ChangePasswordForm",
    "reset_password": "reelscape.web.forms.ResetPasswordForm",
    "reset_password_from_key": "reelscape.web.forms.ResetPasswordKeyForm",
    "reauthenticate": "reelscape.web.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*" if _MAIL else "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional" if _MAIL else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USERNAME_BLACKLIST = ["guest"]  # the owner of what comes without a key
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # axes counts those

# Who types a wrong password too often waits; only from where it was typed, so that nobody can lock another one out.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "reelscape.web.addresses.limited_address"
AXES_USERNAME_CALLABLE = "reelscape.web.lockout.user_name"
AXES_LOCKOUT_CALLABLE = "reelscape.web.lockout.locked_out"

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL else 'console'}.EmailBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _MAIL.sender if _MAIL else default_sender(_PUBLIC.hostname)
if _MAIL:
    EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.tls, _MAIL.ssl

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 200_000}}}

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
WHITENOISE_USE_FINDERS = True  # served from where they are installed: nothing to collect
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/viewer/.+\.[0-9a-f]{12}\.\w+$"  # the name holds a hash of the content

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "reelscape": {"level": "INFO"},
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},  # what a client does wrong is told to the client
        "axes": {"level": "ERROR"},  # `lockout.tell` says it in a sentence
        "django.security": {"handlers": ["nowhere"], "propagate": False},  # anybody could fill a disk with it
    },
}

USE_TZ = True
TIME_ZONE = "UTC"
FILE_UPLOAD_HANDLERS: list[str] = []  # a form takes no files; the views of uploads bring a handler of their own
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # of a trusted proxy; the middleware drops any other
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

CORS_ALLOW_ALL_ORIGINS = "*" in REELSCAPE.cors_origins
CORS_ALLOWED_ORIGINS = [origin for origin in REELSCAPE.cors_origins if origin != "*"]
CORS_ALLOW_CREDENTIALS = False  # a foreign page brings an API key of its own, never the cookies of who looks at it
CORS_URLS_REGEX = r"^/(api/v1|blobs)/.*$"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "range",
    "x-http-method-override",
    "x-ms-blob-type",
    "tus-resumable",
    "upload-defer-length",
    "upload-length",
    "upload-metadata",
    "upload-offset",
]
CORS_EXPOSE_HEADERS = [
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Length",
    "Content-Range",
    "ETag",
    "Location",
    "Retry-After",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Defer-Length",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Offset",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["reelscape.web.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["reelscape.web.throttles.KeyThrottle"],
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

SPECTACULAR_SETTINGS = {
    "TITLE": "Reelscape",
    "DESCRIPTION": "Turns a phone video into a 3D scene. Every route stands with and without its trailing slash.",
    "VERSION": "1",
    "SERVERS": [{"url": REELSCAPE.public_url}],
    "SERVE_INCLUDE_SCHEMA": False,
}
