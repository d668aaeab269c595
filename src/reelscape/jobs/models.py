"""The rows: a job points at a run, an asset at a blob, a delivery at a webhook call that is owed; workers sign in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Asset(models.Model):
    """A file of a user: an upload, or a product of a job. Its blob lies in the store under `key`."""

    class Kind(models.TextChoices):
        UPLOAD = "upload"
        PRODUCT = "product"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assets")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.UPLOAD)
    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=32, help_text="Of a product: ply, spz, preview, ...; of an upload: upload.")
    extension = models.CharField(max_length=8)
    content_type = models.CharField(max_length=64, default="application/octet-stream")
    size_bytes = models.BigIntegerField(null=True, help_text="Null until the file is complete.")
    file_name = models.CharField(max_length=255, blank=True, help_text="As whoever uploaded it calls it.")
    is_open = models.BooleanField(default=False, help_text="Whoever knows the id may read it, without a key.")
    delete_token_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the token that deletes it.")
    job = models.ForeignKey("Job", null=True, on_delete=models.CASCADE, related_name="products")
    created_at = models.DateTimeField(default=timezone.now)
    stored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner", "kind"]),)
        constraints = (models.UniqueConstraint(fields=["job", "name"], name="one_product_of_a_name"),)

    def __str__(self) -> str:
        return self.key

    @property
    def is_stored(self) -> bool:
        """Whether the file is complete."""
        return self.size_bytes is not None


class Job(models.Model):
    """One scene to make. `attempt` fences: who works on the job may change the row only under its own number."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    video = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL, related_name="jobs")
    video_url = models.CharField(max_length=2000, blank=True, help_text="Where the worker fetches the video first.")
    is_open = models.BooleanField(default=False, help_text="Whoever knows the id may read it, without a key.")
    title = models.CharField(max_length=255)
    public = models.BooleanField(default=False)
    method = models.CharField(max_length=16, default="glomap")
    max_gaussians = models.PositiveIntegerField()
    num_steps = models.PositiveIntegerField()
    camera_data = models.JSONField(null=True)
    camera_is_set = models.BooleanField(default=False, help_text="By the owner: no run changes camera_data.")

    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    stage = models.CharField(max_length=16, blank=True, help_text="The stage that runs or ran last.")
    overall = models.FloatField(default=0.0, help_text="How far the whole run is, 0..1.")
    overall_at_start = models.FloatField(default=0.0, help_text="How far it was when this attempt began to work.")
    percent_complete = models.FloatField(null=True, help_text="Over training and what follows; null before.")
    num_frames = models.PositiveIntegerField(null=True, help_text="Frames that the run uses; null before it knows.")
    message = models.CharField(max_length=200, blank=True)
    history = models.JSONField(default=list, help_text="What happened since it was queued: lines of jobs/history.py.")
    error_code = models.CharField(max_length=32, blank=True)
    error_message = models.CharField(max_length=500, blank=True)
    advice = models.CharField(max_length=500, blank=True)
    report = models.JSONField(null=True, help_text="Of the run that made the products; without them, of the last.")

    attempt = models.PositiveIntegerField(default=0, help_text="How often it was claimed: the fencing token.")
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Deaths of its process or worker in crash_stage.")
    crash_stage = models.CharField(max_length=16, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    webhook_url = models.URLField(max_length=500, blank=True)
    webhook_secret = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (models.Index(fields=["status", "queued_at"]), models.Index(fields=["owner", "-created_at"]))

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    @property
    def is_over(self) -> bool:
        """Whether nothing happens to it any more, unless it is retried."""
        return self.status not in self.ACTIVE


class Delivery(models.Model):
    """A webhook call that is owed (or was made): kept until the receiver has answered well or all tries are used up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=32)
    body = models.JSONField()
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, null=True, help_text="Null when it is done or given up.")
    delivered_at = models.DateTimeField(null=True)
    last_problem = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (models.Index(fields=["due_at"]),)

    def __str__(self) -> str:
        return f"{self.event} of {self.job_id}"


class Worker(models.Model):
    """Whoever makes scenes, and when it last said that it lives."""

    name = models.CharField(primary_key=True, max_length=100)
    last_seen = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["last_seen"]),)

    def __str__(self) -> str:
        return self.name
