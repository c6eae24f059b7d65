"""REST routes of the imaging app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
