"""REST routes of the edc app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
