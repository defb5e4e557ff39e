"""What waits for the street office, in few aggregates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from communities import access
from communities.models import Community, Post
from fucheng.flows import job_control
from grading.models import GradeChange, Standing
from grading.states import ChangeState
from jobs.models import Job
from rentals.models import ImportRun, Unit
from signage.models import PrintRun, Product, Sign
from signage.querysets import owing


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where changes wait, by community."""

    community: Community
    proposed: int
    with_panel: int


@dataclass(frozen=True, slots=True)
class Owed:
    product: str
    owed_label: str
    owed: int
    in_hand: int

    @property
    def note(self) -> str:
        return _("%(n)s printed, in hand") % {"n": f"{self.in_hand:,}"} if self.in_hand else ""

    @property
    def tone(self) -> str:
        return "warn" if self.owed else ""


@dataclass(frozen=True, slots=True)
class Accounts:
    active: int
    first_password: int
    without_post: int

    @property
    def note(self) -> str:
        return _("%(n)s without a post") % {"n": self.without_post}


@dataclass(frozen=True, slots=True)
class Overview:
    jobs: list[Job]
    imports: list[ImportRun]
    print_runs: list[PrintRun]
    owed: list[Owed]
    waiting: list[Waiting]
    accounts: Accounts | None
    homes: int
    not_graded: int


def overview(user: User, *, on: date) -> Overview:
    may_manage = access.can(user, Permission.PEOPLE_MANAGE) or access.can(user, Permission.AUDIT_READ)
    unfinished = job_control.visible_to(user).filter(state__in=Job.UNFINISHED)
    return Overview(
        jobs=list(unfinished.select_related("requested_by", "import_run", "print_run")[:8]),
        imports=list(ImportRun.objects.visible_to(user).select_related("by", "job")[:4]),
        print_runs=list(PrintRun.objects.visible_to(user).select_related("by", "job", "community")[:4]),
        owed=owed_signs(),
        waiting=waiting_by_community(on),
        accounts=accounts(on) if may_manage else None,
        homes=Unit.objects.in_register().count(),
        not_graded=Standing.objects.not_graded().filter(unit__left_on__isnull=True).count(),
    )


def owed_signs() -> list[Owed]:
    """Stickers and notices owed by comparing rows, and how many wait in somebody's hand."""
    in_hand = dict(Sign.objects.in_hand().order_by().values_list("product").annotate(n=Count("pk")))
    products = {
        Product.STICKER: _("Stickers owed"),
        Product.NO_RENTAL: _("No-rental notices owed"),
    }
    return [Owed(p.value, label, owing(p).count(), in_hand.get(p.value, 0)) for p, label in products.items()]


def waiting_by_community(on: date) -> list[Waiting]:
    sums: dict[int, Any] = {
        row["community"]: row
        for row in GradeChange.objects.open()
        .order_by()
        .values("community")
        .annotate(
            proposed=Count("pk", filter=Q(state=ChangeState.PROPOSED)),
            with_panel=Count("pk", filter=Q(state=ChangeState.WITH_PANEL)),
        )
    }
    return [
        Waiting(c, sums.get(c.pk, {}).get("proposed", 0), sums.get(c.pk, {}).get("with_panel", 0))
        for c in Community.objects.on_day(on)
    ]


def accounts(on: date) -> Accounts:
    staff = User.objects.filter(kind=User.Kind.STAFF, is_active=True)
    holders = Post.objects.held_on(on).values("user")
    found = staff.aggregate(
        active=Count("pk"),
        first_password=Count("pk", filter=Q(must_change_password=True)),
        without_post=Count("pk", filter=~Q(pk__in=holders) & Q(is_superuser=False)),
    )
    return Accounts(**found)
