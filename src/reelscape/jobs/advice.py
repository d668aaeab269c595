"""What users of the service are told to do, where the command line's advice is no help to them."""

from __future__ import annotations

from reelscape.errors import ReelscapeError

_OPERATOR = "Tell the operator of this server, whose log says more."

SERVICE_ADVICE = {
    "bad_setting": _OPERATOR,
    "cancelled": "Retry it: what was done already is reused.",
    "disk_full": "Delete scenes that are not needed any more, or ask the operator for more room; then retry.",
    "input_not_found": "Upload the video again and submit a new job.",
    "input_unreadable": "Upload the video again and submit a new job.",
    "out_dir_busy": "Retry it in a minute.",
    "out_of_memory": "Use a shorter video or fewer gaussians, then retry.",
    "output_not_writable": _OPERATOR,
    "stage_crashed": f"Retry it once; if it fails again: {_OPERATOR[0].lower()}{_OPERATOR[1:]}",
    "time_limit": "Use a shorter video, or fewer training steps or gaussians, then retry.",
    "unexpected_error": f"Retry it once; if it fails again: {_OPERATOR[0].lower()}{_OPERATOR[1:]}",
    "unreadable_frame": "Submit the video again as a new job.",
    "unreadable_model": _OPERATOR,
    "unreadable_scene": _OPERATOR,
}


def advice(error: ReelscapeError) -> str:
    """The advice of an error to a user of the service."""
    return SERVICE_ADVICE.get(error.code, error.advice)
