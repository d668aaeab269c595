"""A typed client of the service: everything that its HTTP API offers, from Python.

    from reelscape.client import Client

    with Client("http://127.0.0.1:8000", api_key) as client:
        job = client.submit(client.upload("room.mp4"), title="My room")
        job = client.wait(job)
        client.download(job, "spz", "room.spz")

It imports nothing of the package but the error tree, and works with other servers of the same API too.
"""

from reelscape.client.client import Client
from reelscape.client.job import Job

__all__ = ["Client", "Job"]
