"""Template tags and filters of all pages."""

from django import template

register = template.Library()
