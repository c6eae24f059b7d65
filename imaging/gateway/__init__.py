"""A C-STORE receiver at the hospital that hands each instance to the STOW-RS endpoint over HTTP(S).

It keeps nothing and changes nothing: de-identification is the server's. It knows no Django, so that it can
run on any machine beside the PACS: `python -m imaging.gateway --url … --session …`, token in TANDEM_TOKEN.
"""
