"""What the provider says of people; and, when a test tells it to in a file, what it should not say."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator


def told() -> dict[str, Any]:
    """Claims to add or to falsify, and `forged`: a signature of nobody."""
    found: dict[str, Any] = json.loads(Path(os.environ["PROVIDER_FAULTS"]).read_text())
    return found


class Says(OAuth2Validator):  # type: ignore[misc]  # not typed
    """Name and address of whoever signed in there."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        return {"preferred_username": request.user.username, "email": request.user.email, "email_verified": True}

    def get_id_token_dictionary(self, token: Any, token_handler: Any, request: Any) -> Any:
        claims, expires = super().get_id_token_dictionary(token, token_handler, request)
        return {**claims, **{name: value for name, value in told().items() if name != "forged"}}, expires

    def finalize_id_token(self, *args: Any, **kwargs: Any) -> str:
        made: str = super().finalize_id_token(*args, **kwargs)
        if not told().get("forged"):
            return made
        start, _dot, signature = made.rpartition(".")
        return f"{start}.{signature[-1]}{signature[:-1]}"
