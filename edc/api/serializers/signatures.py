"""Shapes of electronic signatures."""

from rest_framework import serializers

from edc.models import Signature, SigningAct


class SignatureSerializer(serializers.ModelSerializer):
    signer = serializers.CharField(source="signer.username", read_only=True)

    class Meta:
        model = Signature
        fields = [
            "id", "form", "signer", "signer_name", "role", "meaning", "content_sha256", "signed_at", "act",
            "broken_at", "broken_reason",
        ]  # fmt: skip
        read_only_fields = fields


class FormSignaturesSerializer(serializers.Serializer):
    """A completed form's signatures; `content_sha256` goes back as what the signer has read."""

    form = serializers.IntegerField()
    status = serializers.CharField()
    content_sha256 = serializers.CharField()
    results = SignatureSerializer(many=True)


class SignRequest(serializers.Serializer):
    meaning = serializers.ChoiceField(choices=Signature.Meaning.choices)
    password = serializers.CharField(
        max_length=200,
        trim_whitespace=False,
        style={"input_type": "password"},
        help_text="The signer's own, typed for this signature; for an account without one, the code of the "
        "authenticator app. An account that has only a passkey or the directory signs at the page.",
    )
    content_sha256 = serializers.CharField(
        max_length=64, help_text="Of the content that was read; another one is refused with 409."
    )


class SignWholeRequest(SignRequest):
    event = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="A visit; null: the casebook."
    )


class SigningActSerializer(serializers.ModelSerializer):
    signer = serializers.CharField(source="signer.username", read_only=True)

    class Meta:
        model = SigningAct
        fields = ["id", "subject", "event", "scope", "signer", "meaning", "content_sha256", "signed_at"]
        read_only_fields = fields


class SigningHeldSerializer(serializers.Serializer):
    """An act of signing and whether it still holds: no form of it changed or came since."""

    act = SigningActSerializer()
    holds = serializers.BooleanField()
    broken = SignatureSerializer(many=True, help_text="Its signatures that a change broke.")


class VisitToSignSerializer(serializers.Serializer):
    event = serializers.IntegerField()
    content_sha256 = serializers.CharField()


class CasebookSerializer(serializers.Serializer):
    """What can be signed as a whole, each with the hash of its completed forms, and what was signed so."""

    content_sha256 = serializers.CharField()
    visits = VisitToSignSerializer(many=True)
    results = SigningHeldSerializer(many=True)
