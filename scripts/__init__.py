"""What `make run` and `make test` run; none of it is imported by the platform itself."""
