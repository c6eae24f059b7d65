"""The rule language (CEL) and its evaluation:
skip logic, calculations, edit checks, eligibility. No Django.
"""
