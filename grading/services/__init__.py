"""Verbs and readings of this room, by noun. A verb is `@transaction.atomic`, takes ids, the person and the moment by
keyword, and raises `core.errors`: Invalid (400), NotAllowed (403), OutOfScope (404), Conflict (409).
"""
