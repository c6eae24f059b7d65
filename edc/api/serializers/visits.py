"""Shapes of writes on visits."""

from rest_framework import serializers


class AddEventRequest(serializers.Serializer):
    event_oid = serializers.CharField(max_length=60)
    held_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="With a day it counts as held."
    )


class HeldRequest(serializers.Serializer):
    held_on = serializers.DateField()


class AddFormRequest(serializers.Serializer):
    form_oid = serializers.CharField(max_length=40, help_text="A repeating form of the visit.")
