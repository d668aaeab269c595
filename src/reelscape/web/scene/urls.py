"""The routes of a scene's page, below /scenes/."""

from __future__ import annotations

from reelscape.web.routes import exact_route, route
from reelscape.web.scene import actions, files, pages

urlpatterns = [
    route("{job_id}", pages.page),
    exact_route("{job_id}/live", pages.live),
    exact_route("{job_id}/live/{snapshot}", files.snapshot),
    exact_route("{job_id}/view", actions.save_view),
    route("{job_id}/change", actions.change),
    route("{job_id}/cancel", actions.cancel),
    route("{job_id}/retry", actions.retry),
    route("{job_id}/delete", actions.delete),
    exact_route("{job_id}/{file}", files.product),
]
