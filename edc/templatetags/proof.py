"""What a page that asks for a proof again needs to know about its reader."""

from django import template
from django.http import HttpRequest

from edc.selectors.statement import acceptance_of
from edc.web.proof import fresh_proof, proof_asked

register = template.Library()


@register.simple_tag
def proof_of(request: HttpRequest, *, signs: bool = True) -> str:
    """Return given, password, code or elsewhere: what the reader still has to give to sign.

    Before the first signature it is `statement`: what has to be accepted. Other acts ask for no statement.
    """
    if signs and acceptance_of(request.user) is None:
        return "statement"
    return "given" if fresh_proof(request) else proof_asked(request.user)
