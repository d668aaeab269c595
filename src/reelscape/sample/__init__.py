"""The synthetic room: a handheld-like video with ground truth."""
