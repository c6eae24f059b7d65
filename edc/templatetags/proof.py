"""What a page that asks for a proof again needs to know about its reader."""

from django import template
from django.http import HttpRequest

from edc.web.proof import fresh_proof, proof_asked

register = template.Library()


@register.simple_tag
def proof_of(request: HttpRequest) -> str:
    """Return given, password, code or elsewhere: what the reader still has to give to sign."""
    return "given" if fresh_proof(request) else proof_asked(request.user)
