from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "fucheng.flows"
