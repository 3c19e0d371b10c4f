"""The pages of sign-in: allauth's, as far as the house opens them, and its own. Accounts are made elsewhere."""

from collections.abc import Callable
from typing import Any

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.http import HttpResponse
from django.urls import path, re_path

from cities.web.entrance import openid, pages
from cities.web.entrance import views as own
from cities.web.entrance.step_up import step_up
from cities.web.requests import signed_in


def grave(view: Any) -> Callable[..., HttpResponse]:
    """A page of allauth for who has signed in, and showed recently who she is."""
    return signed_in(step_up(view.as_view()))


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # says that it is closed
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", grave(views.PasswordSetView), name="account_set_password"),  # who came in by a provider only
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    # Showing once more who one is.
    path("reauthenticate/", own.Again.as_view(), name="account_reauthenticate"),
    path("reauthenticate/code/", own.AgainByCode.as_view(), name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", own.AgainByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("reauthenticate/provider/", pages.again, name="entrance_again"),
    # The second factor.
    path("second-factor/", signed_in(own.Factors.as_view()), name="mfa_index"),
    path("second-factor/sign-in/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/app/new/", grave(own.NewCodes), name="mfa_activate_totp"),
    path("second-factor/app/remove/", grave(own.NoCodes), name="mfa_deactivate_totp"),
    path("second-factor/passkeys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("second-factor/passkeys/new/", grave(own.NewPasskey), name="mfa_add_webauthn"),
    path("second-factor/passkeys/<int:pk>/remove/", grave(own.NoPasskey), name="mfa_remove_webauthn"),
    path("second-factor/passkeys/<int:pk>/rename/", grave(own.RenamePasskey), name="mfa_edit_webauthn"),
    path("second-factor/recovery/", grave(own.RecoveryCodes), name="mfa_view_recovery_codes"),
    path("second-factor/recovery/new/", grave(own.NewRecoveryCodes), name="mfa_generate_recovery_codes"),
    # Devices and sessions.
    path("sessions/", pages.sessions, name="usersessions_list"),
    path("sessions/elsewhere/end/", pages.end_elsewhere, name="usersessions_end_elsewhere"),
    path("sessions/<int:pk>/end/", pages.end_there, name="usersessions_end"),
    path("here/", pages.here, name="entrance_here"),
    path("of/<int:pk>/", pages.account_of, name="entrance_account"),
    path("of/<int:user>/tokens/<int:pk>/revoke/", pages.revoke_token_of, name="entrance_token_revoke"),
    path("of/<int:user>/feeds/<int:pk>/revoke/", pages.revoke_feed_of, name="entrance_feed_revoke"),
    # Providers.
    path("identities/", pages.connections, name="socialaccount_connections"),
    path("openid/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("openid/failed/", social.login_error, name="socialaccount_login_error"),
    path("openid/<slug:provider_id>/", openid.login, name="openid_connect_login"),
    path("openid/<slug:provider_id>/callback/", openid.callback, name="openid_connect_callback"),
]
