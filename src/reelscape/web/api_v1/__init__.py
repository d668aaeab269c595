"""vid2scene's HTTP API under /api/v1/, with what we add to it."""
