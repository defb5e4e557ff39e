from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Django tells of sign-ins by signal only; they are the one thing audited that way."""
        from accounts import signin_audit

        signin_audit.connect()
