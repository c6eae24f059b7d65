"""Template filters of the score pages."""

from collections.abc import Mapping

from django import template

from modeling.models import Band

register = template.Library()


@register.filter
def band_name(band: str) -> str:
    """Return the band's name; another code as it is."""
    return str(Band(band).label) if band in Band.values else band


@register.filter
def get(mapping: Mapping[str, object], key: str) -> object:
    """Return the entry of a mapping under a key that the template holds in a variable."""
    return mapping.get(key, "")
