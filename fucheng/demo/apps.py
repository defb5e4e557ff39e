from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "fucheng.demo"

    def ready(self) -> None:
        from fucheng.demo import story
        from jobs import running

        running.register(story.Street.kind, story.Street())
        running.register(story.Houses.kind, story.Houses())
