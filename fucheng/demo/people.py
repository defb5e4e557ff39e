"""The people and posts of the demonstration: sign-ins that are told to everyone, and quiet colleagues."""

from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.roles import Role
from accounts.services.phone_signin import phone_key
from communities.models import Community, Grid, Post
from rentals.models import Landlord

DEMO_PHONE = "10012340000"  # 100 is no mobile prefix: nobody can have this number
SIGN_INS: tuple[tuple[str, str, Role, str | None], ...] = (
    ("grid", "陈建国", Role.GRID_WORKER, "福民"),
    ("grid2", "李秀英", Role.GRID_WORKER, "茜坑"),
    ("reviewer", "黄晓燕", Role.REVIEWER, "福民"),
    ("reviewer2", "周志强", Role.REVIEWER, "茜坑"),
    ("panel", "林国栋", Role.PANEL, None),
    ("panel2", "苏文静", Role.PANEL, None),
    ("office", "何静", Role.OFFICE, None),
    ("office2", "吴海燕", Role.OFFICE, None),
    ("leader", "罗卫东", Role.LEADER, None),
    ("auditor", "邓洁", Role.AUDITOR, None),
)
SINCE = date(2019, 1, 1)


def create_sign_ins() -> None:
    """The told sign-ins with DEMO_PASSWORD; only where settings say that this is a demonstration."""
    if not settings.DEMO:
        raise RuntimeError("demonstration sign-ins are never made in production")
    password = make_password(settings.DEMO_PASSWORD)
    for name, display_name, role, community in SIGN_INS:
        user, _ = User.objects.update_or_create(
            name=name, defaults={"display_name": display_name, "password": password}
        )
        place = Community.objects.get(name=community) if community else None
        Post.objects.get_or_create(user=user, role=role, community=place, defaults={"starts_on": SINCE})
    User.objects.update_or_create(
        name="landlord",
        defaults={
            "display_name": "演示业主",
            "kind": User.Kind.LANDLORD,
            "phone_index": phone_key(DEMO_PHONE),
            "password": password,
        },
    )


def colleague(role: Role, community: Community, grid: Grid | None = None) -> User:
    """A quiet colleague of a community or grid, who cannot sign in; made on first use."""
    name = f"{role.value}-{grid.pk if grid else f'c{community.pk}'}"
    label = f"{grid or community.name}{'网格员' if role is Role.GRID_WORKER else '社区审核员'}"
    user, is_new = User.objects.get_or_create(name=name, defaults={"display_name": label[:64]})
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Post.objects.create(user=user, role=role, community=community, grid=grid, starts_on=SINCE)
    return user


def account_of(landlord: Landlord) -> User:
    """The account of a landlord of the register, as made at the first sign-in by phone."""
    user, _ = User.objects.get_or_create(
        phone_index=landlord.phone_index,
        defaults={
            "name": f"landlord-{landlord.pk}",
            "display_name": landlord.masked_phone,
            "kind": User.Kind.LANDLORD,
        },
    )
    return user


def give_homes_to_the_demo_landlord(landlord: Landlord) -> None:
    """The told landlord becomes the owner behind this register entry: the entry gets the told phone."""
    landlord.phone = DEMO_PHONE
    landlord.save(update_fields=["phone_sealed", "phone_index"])
