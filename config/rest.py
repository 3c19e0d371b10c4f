"""What the REST door is made of: who comes in, what it speaks, and how its schema is told."""

from typing import Any

from config.env import Environment


def rest_settings(env: Environment, *, proxies: int) -> dict[str, Any]:
    """REST_FRAMEWORK. `proxies`: how many stand in front, whose word for an address counts."""
    requests = env.whole_number("API_REQUESTS_A_MINUTE", 600, at_least=1)
    return {
        # The token first: its challenge is what makes "not signed in" a 401.
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "cases.api.authentication.TokenAuthentication",
            "rest_framework.authentication.SessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_FILTER_BACKENDS": [],
        "DEFAULT_METADATA_CLASS": None,
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_THROTTLE_RATES": {
            "user": f"{requests}/min",
            "failed_sign_in": "30/min",
        },
        "EXCEPTION_HANDLER": "cases.api.base.answer",
        "NUM_PROXIES": proxies,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
        "URL_FORMAT_OVERRIDE": None,
    }


def schema_settings() -> dict[str, Any]:
    """SPECTACULAR_SETTINGS."""
    return {
        "TITLE": "Apparatus",
        "DESCRIPTION": "Follow-up of returnees by municipal cells. Each answer is limited to what the caller may know.",
        "VERSION": "1",
        "SERVE_INCLUDE_SCHEMA": False,
        "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "COMPONENT_SPLIT_REQUEST": True,
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
        "REDOC_DIST": "SIDECAR",
        # One name a code list in the schema, whatever the fields that hold it are called.
        "ENUM_NAME_OVERRIDES": {
            name: f"{room}.rules.{name}"
            for room, names in {
                "cases.access": "Ground",
                "cases.assessments": "LifeDomain",
                "cases.casefiles": "LegalGround Stage",
                "cases.checkins": "AskedBy CheckInKind CheckInState Frequency MovePolicy MoveReason Outcome "
                "PauseReason",
                "cases.emergencies": "ReviewOutcome",
                "cases.people": "BirthPrecision NameKind RelationshipKind Sex",
                "cases.plans": "Consent GoalState PlanState",
                "cases.prosecution": "Answer Nature ReferralGround ReferralStage Urgency",
                "cases.travel": "Confidence Reliability Situation SourceKind TravelValue",
                "cities.agencies": "AgencyKind",
                "cities.places": "Region",
                "cities.roles": "Compartment Role",
                "cities.statistics": "Mark",
            }.items()
            for name in names.split()
        },
    }
