from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "fucheng.flows"

    def ready(self) -> None:
        """Tells the job runner which flow does which kind of work."""
        from fucheng.flows import (
            bulk_assessment,
            bulk_decision,
            document_rendering,
            incident_import,
            list_export,
            open_data,
            print_run,
            registry_import,
            what_if,
        )
        from jobs import running

        for handler in (
            bulk_assessment.BulkAssessment(),
            bulk_decision.BulkDecision(),
            incident_import.IncidentImport(),
            document_rendering.DocumentRendering(),
            list_export.ListExport(),
            open_data.OpenData(),
            print_run.PrintRunWork(),
            registry_import.RegistryImport(),
            what_if.WhatIf(),
        ):
            running.register(handler.kind, handler)
