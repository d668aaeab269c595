"""llms.txt: how a program, or whoever writes one, uses this server."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_GUIDE = """\
# Reelscape

> This server turns a phone video (or a zip of photos) into a 3D scene: Gaussian splats as PLY and SPZ, with a preview
> picture and a turntable video. Its HTTP API is that of vid2scene. Base address: {api}

Every request to the API carries `Authorization: Api-Key YOUR_API_KEY`. A person makes a key on the profile page of
this server ({url}/accounts/profile/), the operator with `reelscape apikey create NAME --user USER`.

## Make a scene

1. POST {api}/generate-upload-url/ with {{"file_extension": "mp4"}}
   answers {{"url": ..., "blob_name": ...}}.
2. PUT the file to that url: the raw bytes with a Content-Length, no key needed, at most {limit_mb:,} MB.
   Answers 201 when it is complete.
3. POST {api}/submit-job/ with {{"blob_name": ..., "title": "My scene"}}
   answers 201 with job_id and links. Optional: public, reconstruction_method (glomap or colmap),
   training_max_num_gaussians (10,000 to 2,000,000), training_num_steps (1,000 to 40,000), camera_type (orbital or
   drone), webhook_url and webhook_secret.
4. GET {api}/jobs/JOB_ID/ every 5 seconds or more until status is "Finished" or "Failed"; or wait for the webhook.
   `progress` is 0 to 100; after a failure `error_message` and `advice` say why and what to do.
5. GET {api}/jobs/JOB_ID/download/ply/ or .../download/spz/ and follow the redirect. Also there: transforms,
   turntable, preview.

## More

- GET {api}/jobs/ lists your jobs; ?status=, ?public=, ?limit=, ?offset=.
- GET {api}/jobs/JOB_ID/report/ holds figures about frames, cameras and training; .../viewer/ leads to the scene's page.
- POST {api}/jobs/JOB_ID/cancel/ stops a job; .../retry/ runs one again that ended, perhaps with other settings.
- PATCH {api}/jobs/JOB_ID/ changes title, public and camera_data; DELETE removes the job and all its files.
- Errors are JSON with error, code and advice. After a 429 wait as many seconds as Retry-After says.

## Without a key: the open surface

Where the operator allows it (by default only from the server's own machine); its addresses are capabilities: whoever
knows an id may read it.

- POST {url}/api/upload as a form with one `file` (.glb .ply .stl .bin .omxl, or a video: .mp4 .mov .avi .mkv .webm; at
  most {open_limit_mb:,} MB) answers id, filename, url, view, size, kind, delete_token; of a video also job_id.
- POST {url}/api/reconstruct with {{"video_url": "https://...", "filename": "walk.mp4"}} answers job_id and status.
- GET {url}/api/reconstruct/status/JOB_ID every few seconds until status is "complete" or "failed".
- GET {url}/api/files/ID.EXT is the file, {url}/api/preview/ID.EXT a PNG of it, {url}/view/ID.EXT a page for people.
- DELETE {url}/api/files/ID.EXT with the header X-Delete-Token removes an upload and all that came of it.

## Good input

Two to three minutes of video, walked slowly around the subject, in good light, without cuts.

## Reference

- [OpenAPI, JSON]({api}/openapi.json)
- [OpenAPI, YAML]({api}/openapi.yaml)
- [OpenAPI of the open surface]({url}/api/openapi.json)
"""


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The guide, with this server's own address."""
    url = settings.REELSCAPE.public_url
    config = settings.REELSCAPE
    limits = {"limit_mb": config.upload_limit_bytes, "open_limit_mb": config.open_upload_limit_bytes}
    in_mb = {name: size_bytes // 1_000_000 for name, size_bytes in limits.items()}
    text = _GUIDE.format(url=url, api=f"{url}/api/v1", **in_mb)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
