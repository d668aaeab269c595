"""The administrator's pages. What they do to jobs and accounts goes through the verbs, so that no blob stays behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import rest_framework_api_key.admin  # noqa: F401 (registers the table that is unregistered below)
from allauth.account.decorators import secure_admin_login  # type: ignore[import-untyped]
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest
from django.utils import timezone
from rest_framework_api_key.models import APIKey as LibraryKey

from reelscape.errors import ReelscapeError
from reelscape.jobs import verbs
from reelscape.jobs.models import Asset, Delivery, Job
from reelscape.web import accounts
from reelscape.web.models import ApiKey

admin.site.site_header = admin.site.site_title = "Reelscape"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # one log-in page for all
admin.site.unregister(User)
admin.site.unregister(LibraryKey)  # the library's own table, which nothing here uses


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
    list_display = ("title", "owner", "status", "stage", "progress", "attempt", "created_at")
    list_filter = ("status", "stage", "error_code", "created_at")
    search_fields = ("id", "title", "owner__username")
    list_select_related = ("owner",)
    ordering = ("-created_at",)
    exclude = ("webhook_secret",)
    formfield_overrides: ClassVar = {URLField: {"assume_scheme": "https"}}
    actions = ("retry", "cancel", "make_private")

    @admin.display(description="progress", ordering="overall")
    def progress(self, job: Job) -> str:
        """How far the whole run is."""
        return f"{job.overall:.0%}"

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

    list_display = ("key", "owner", "kind", "name", "size_bytes", "job", "created_at")
    list_filter = ("kind", "name")
    search_fields = ("key", "owner__username")
    list_select_related = ("owner", "job")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A row alone would leave its blob behind."""
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("event", "job", "tries", "due_at", "delivered_at", "last_problem")
    list_filter = ("event", "delivered_at")
    list_select_related = ("job",)
    actions = ("send_again",)

    @admin.action(description="Send the selected ones again", permissions=["delete"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Owe them anew, with all their tries."""
        num_owed = queryset.update(due_at=timezone.now(), tries=0, delivered_at=None, last_problem="")
        messages.success(request, f"{num_owed} will be sent.")


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
