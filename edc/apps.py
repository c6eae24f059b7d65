"""The lowest app: people, designs, subjects, forms, observations, audit."""

from django.apps import AppConfig


class EdcConfig(AppConfig):
    name = "edc"
    verbose_name = "Electronic data capture"

    def ready(self) -> None:
        from edc import randomisation
        from edc.selectors import coding_checks
        from edc.services.randomisation import ListRandomisation

        coding_checks.register()
        randomisation.register(ListRandomisation())
