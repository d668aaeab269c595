"""Reading videos and photos, writing videos."""
