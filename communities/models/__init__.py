"""Tables of this room."""

from communities.models.places import Community, Estate, Grid, ResidentsCommittee, Street
from communities.models.posts import Post

__all__ = ["Community", "Estate", "Grid", "Post", "ResidentsCommittee", "Street"]
