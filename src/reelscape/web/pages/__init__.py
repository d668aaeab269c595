"""The pages for people: home with the gallery, upload, the own scenes, the guide to the API."""
