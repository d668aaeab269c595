"""Tests of the service: Django is set up before their modules name its models."""

import django

django.setup()
