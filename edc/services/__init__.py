"""The writes of edc: one verb a function, keyword-only, transactional, permitted, audited."""
