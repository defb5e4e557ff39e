from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and rights")

    def ready(self) -> None:
        """Django tells of sign-ins by signal only; they are the one thing audited that way."""
        from accounts import signin_audit

        signin_audit.connect()
