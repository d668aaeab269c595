"""The administrator's pages. What they do to jobs and accounts goes through the verbs, so that no blob stays behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import rest_framework_api_key.admin  # noqa: F401 (registers the table that is unregistered below)
from allauth.account.decorators import secure_admin_login  # type: ignore[import-untyped]
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery, Sum, URLField
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html
from rest_framework_api_key.models import APIKey as LibraryKey

from reelscape.errors import ReelscapeError
from reelscape.jobs import verbs
from reelscape.jobs.models import Asset, Delivery, Job, Worker
from reelscape.web import accounts
from reelscape.web.durations import duration
from reelscape.web.models import ApiKey
from reelscape.web.overview import age, is_alive, overview

admin.site.site_header = admin.site.site_title = "Reelscape"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # one log-in page for all
admin.site.enable_nav_sidebar = False  # the lists need the room
admin.site.index_template = "admin/overview.html"
admin.site.unregister(User)
admin.site.unregister(LibraryKey)  # the library's own table, which nothing here uses


def _index_with_overview(show: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return show(request, {"overview": overview()} | (extra_context or {}))

    return index


admin.site.index = _index_with_overview(admin.site.index)  # type: ignore[method-assign,assignment]


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that are looked at: other parts of the program write them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits one here."""
        return False


class RemovedByVerbs(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows with files: one is removed, or many, by the function that removes the files too."""

    def remove(self, row: Any) -> None:
        """Remove a row with all that belongs to it."""
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Of the page of one row."""
        self.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Of the action on many rows."""
        for row in queryset:
            self.remove(row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[Any], dict[str, int], set[str], Any]:
        """What goes with them needs no permission of its own."""
        shown, counts, _, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected


@admin.register(User)
class AccountAdmin(RemovedByVerbs, UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "storage", "num_scenes", "is_staff", "is_active", "last_login", "email")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With what each account has, without a query for each."""
        scenes = Job.objects.filter(owner=OuterRef("pk")).order_by().values("owner").annotate(number=Count("pk"))
        files = Asset.objects.filter(owner=OuterRef("pk")).order_by().values("owner").annotate(size=Sum("size_bytes"))
        counted = {
            "num_jobs": Coalesce(Subquery(scenes.values("number")), 0),
            "used_bytes": Coalesce(Subquery(files.values("size")), 0),
        }
        users: QuerySet[User] = super().get_queryset(request).annotate(**counted)
        return users

    @admin.display(description="scenes", ordering="num_jobs")
    def num_scenes(self, user: Any) -> int:
        """All jobs, whatever became of them."""
        return int(user.num_jobs)

    @admin.display(description="storage used", ordering="used_bytes")
    def storage(self, user: Any) -> str:
        """Uploads and products together."""
        return filesizeformat(user.used_bytes)

    def remove(self, row: User) -> None:
        """Jobs, files and keys go too."""
        accounts.remove(row)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    """Keys are made on the profile page of their owner, where they are shown once."""

    list_display = ("prefix", "name", "user", "created", "last_used_at", "expiry_date", "revoked")
    list_filter = ("revoked",)
    list_display_links = None
    search_fields = ("prefix", "name", "user__username")
    list_select_related = ("user",)
    exclude = ("id", "hashed_key")
    actions = ("revoke",)

    @admin.action(description="Revoke the selected keys", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End them for good."""
        num_revoked = queryset.filter(revoked=False).update(revoked=True)
        messages.success(request, f"{num_revoked} revoked.")


@admin.register(Job)
class JobAdmin(RemovedByVerbs, ReadOnly):
    list_display = (
        "title", "owner", "status", "stage", "progress", "age", "error_code", "public", "scene", "attempt", "worker",
    )  # fmt: skip
    list_filter = ("status", "stage", "error_code", "public", "is_open", "worker", "created_at")
    search_fields = ("id", "title", "owner__username", "worker", "error_message", "video__file_name")
    search_help_text = "Id, title, owner, worker, error or the name of the video"
    list_select_related = ("owner",)
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    exclude = ("webhook_secret",)
    formfield_overrides: ClassVar = {URLField: {"assume_scheme": "https"}}
    actions = ("retry", "cancel", "make_private")

    @admin.display(description="progress", ordering="overall")
    def progress(self, job: Job) -> str:
        """How far the whole run is."""
        return f"{job.overall:.0%}"

    @admin.display(description="age", ordering="created_at")
    def age(self, job: Job) -> str:
        """Since it was submitted."""
        return duration((timezone.now() - job.created_at).total_seconds())

    @admin.display(description="page")
    def scene(self, job: Job) -> str:
        """Its page, if the administrator may see it: that of a public scene, or one of the own."""
        return format_html('<a href="/scenes/{}/">open</a>', job.id) if job.public else "-"

    def remove(self, row: Job) -> None:
        """Products, run folder and upload go too."""
        verbs.delete(row)

    @admin.action(description="Run the selected jobs again", permissions=["delete"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Queue those that are over."""
        _each(request, queryset, verbs.retry, "queued again")

    @admin.action(description="Cancel the selected jobs", permissions=["delete"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Stop those that wait or run."""
        _each(request, queryset, verbs.cancel, "cancelled")

    @admin.action(description="Make the selected jobs private", permissions=["delete"])
    def make_private(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Show them to their owners alone, from this moment."""
        num_hidden = queryset.filter(public=True).update(public=False)
        messages.success(request, f"{num_hidden} made private.")


@admin.register(Asset)
class AssetAdmin(ReadOnly):
    """Files go with their job, or by themselves when their time is over."""

    list_display = ("key", "owner", "kind", "name", "size", "job", "file_name", "created_at")
    list_filter = ("kind", "name", "extension", "is_open", ("stored_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("key", "owner__username", "file_name", "job__title")
    search_help_text = "Key, owner, name of the file or title of the scene"
    list_select_related = ("owner", "job")
    ordering = ("-created_at",)
    exclude = ("delete_token_hash",)

    @admin.display(description="size", ordering="size_bytes")
    def size(self, asset: Asset) -> str:
        """For people; nothing until the file is complete."""
        return "-" if asset.size_bytes is None else filesizeformat(asset.size_bytes)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A row alone would leave its blob behind."""
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("event", "job", "tries", "due_at", "delivered_at", "last_problem")
    list_filter = ("event", ("due_at", admin.EmptyFieldListFilter), ("delivered_at", admin.EmptyFieldListFilter))
    search_fields = ("job__id", "job__title", "job__owner__username", "last_problem")
    ordering = ("-due_at",)
    list_select_related = ("job",)
    actions = ("send_again",)

    @admin.action(description="Send the selected ones again", permissions=["delete"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Owe them anew, with all their tries."""
        num_owed = queryset.update(due_at=timezone.now(), tries=0, delivered_at=None, last_problem="")
        messages.success(request, f"{num_owed} will be sent.")


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    """Who makes scenes; a worker signs in by itself, and is forgotten when it was not seen for a week."""

    list_display = ("name", "alive", "last_seen", "seen", "works_on")
    list_display_links = None
    search_fields = ("name",)
    ordering = ("-last_seen",)

    @admin.display(boolean=True)
    def alive(self, worker: Worker) -> bool:
        """Whether it was seen just now."""
        return is_alive(worker)

    @admin.display(description="seen", ordering="last_seen")
    def seen(self, worker: Worker) -> str:
        """How long ago."""
        return age(worker)

    @admin.display(description="works on")
    def works_on(self, worker: Worker) -> str:
        """The job that it holds."""
        job = Job.objects.filter(worker=worker.name, status=Job.Status.RUNNING).first()
        return format_html('<a href="/admin/jobs/job/{}/change/">{}</a>', job.id, job.title) if job else "-"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One that lives would be back in seconds."""
        return False


def _each(request: HttpRequest, jobs: QuerySet[Job], verb: Callable[[Job], None], done: str) -> None:
    """Do it to each, and say for which it could not be done."""
    num_done = 0
    for job in jobs:
        try:
            verb(job)
            num_done += 1
        except ReelscapeError as error:
            messages.error(request, f"{job.title}: {error.message}")
    if num_done:
        messages.success(request, f"{num_done} {done}.")
