"""The products of a good run: into the store, then, with the job's end, into the database."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from reelscape.errors import BadRequest
from reelscape.jobs import engine, verbs
from reelscape.jobs.camera import opening_camera
from reelscape.jobs.engine import Claim
from reelscape.jobs.files import product_prefix, remove_blobs, run_dir, store
from reelscape.jobs.models import Asset, Job

PRODUCTS = {
    "ply": ("scene.ply", "application/octet-stream"),
    "spz": ("scene.spz", "application/octet-stream"),
    "glb": ("mesh.glb", "model/gltf-binary"),
    "obj": ("mesh.obj", "model/obj"),
    "mesh": ("mesh.ply", "application/octet-stream"),
    "transforms": ("transforms.json", "application/json"),
    "preview": ("preview.jpg", "image/jpeg"),
    "turntable": ("turntable.mp4", "video/mp4"),
}
"""Products by their name: the file in the run folder, if the run made one, and its type."""
_SCENES = ("ply", "spz")


def attempt_prefix(claim: Claim) -> str:
    """What the keys of the products of this attempt start with."""
    return f"{product_prefix(claim.job_id)}{claim.attempt}/"


def publish(claim: Claim, job: Job, report: dict[str, Any]) -> bool:
    """Store what the run of `report` made, and end the job; False, and nothing is left, when the claim is lost.

    Blobs of this attempt lie in a folder of their own, so a worker that was taken for dead overwrites nothing. Raises
    OSError when they cannot be stored.
    """
    prefix = attempt_prefix(claim)
    is_published = False
    try:
        assets = _put(job, prefix)
        is_published = _end(claim, report, assets)
    finally:
        if not is_published:
            remove_blobs(prefix)
    if is_published:  # what an earlier attempt left
        remove_blobs(product_prefix(job.id), kept={asset.key for asset in assets})
    return is_published


def publish_sent(claim: Claim, job: Job, report: dict[str, Any]) -> bool:
    """As `publish`, with what an external worker has sent for this attempt. Raises BadRequest when that is no scene."""
    rows = Asset.objects.filter(key__startswith=attempt_prefix(claim))
    sent = [asset for asset in rows if verbs.is_complete(asset)]
    if not any(asset.name in _SCENES for asset in sent):
        raise BadRequest(f"Nothing of {', '.join(_SCENES)} was sent for this attempt.")
    for asset in sent:
        asset.kind, asset.job_id = Asset.Kind.PRODUCT, job.id
    if not _end(claim, report, sent):
        return False
    remove_blobs(product_prefix(job.id), kept={asset.key for asset in sent})
    return True


def _end(claim: Claim, report: dict[str, Any], assets: list[Asset]) -> bool:
    """Swap the rows of the products and finish the job, all or nothing."""
    with transaction.atomic():
        job = claim.row.first()
        if job is None or not engine.finish(claim, report, opening_camera(job, report)):
            return False
        Asset.objects.filter(key__startswith=product_prefix(job.id)).delete()
        Asset.objects.bulk_create(assets)
    return True


def _put(job: Job, prefix: str) -> list[Asset]:
    """Put the files that are there into the store; returns their rows, not saved yet."""
    folder = run_dir(job.id)
    there = [name for name, (file, _) in PRODUCTS.items() if (folder / file).exists()]
    return [_asset(job, name, prefix + PRODUCTS[name][0]) for name in there]


def _asset(job: Job, name: str, key: str) -> Asset:
    file, content_type = PRODUCTS[name]
    return Asset(
        id=uuid.uuid4(),
        owner_id=job.owner_id,
        kind=Asset.Kind.PRODUCT,
        key=key,
        name=name,
        extension=file.rpartition(".")[2],
        content_type=content_type,
        size_bytes=store().put(key, run_dir(job.id) / file),
        stored_at=timezone.now(),
        job_id=job.id,
    )
