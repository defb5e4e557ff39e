"""Which visits, hazards and grades a person may see, and the words lists are asked in."""

from datetime import date
from typing import Self

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.models import User
from accounts.roles import Permission, Role
from communities import access
from core.querysets import Row, ScopedQuerySet
from grading.states import (
    OPEN_CHANGE_STATES,
    OPEN_OBJECTION_STATES,
    OPEN_RULE_SET_STATES,
    ChangeState,
    HazardState,
    StarState,
    UrgentState,
    VacancyState,
)


def _is_landlord(user: User) -> bool:
    return Role.LANDLORD in access.roles_of(user)


class RuleSetQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Published and retired versions for who reads rules; drafts for who writes or audits them."""
        if not access.can(user, Permission.RULES_READ):
            return self.none()
        sees_drafts = any(access.can(user, p) for p in (Permission.RULES_EDIT, Permission.AUDIT_READ))
        return self if sees_drafts else self.binding()

    def binding(self) -> Self:
        """Versions that homes are or were judged by, or will be from their day on."""
        return self.exclude(state__in=OPEN_RULE_SET_STATES)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_RULE_SET_STATES)


class OfBuildingQuerySet(ScopedQuerySet[Row]):
    """Rows with a `building`."""

    def visible_to(self, user: User) -> Self:
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(building__community__in=scope.community_ids)


class StarProposalQuerySet(OfBuildingQuerySet[Row]):
    def awaiting_panel(self) -> Self:
        return self.filter(state=StarState.PROPOSED)


class StarAwardQuerySet(OfBuildingQuerySet[Row]):
    def in_force_on(self, day: date) -> Self:
        """Stars that a building has on this day; at most one row a building when `day` is today."""
        return self.filter(ended_at__isnull=True, valid_until__gte=day)

    def expired_on(self, day: date) -> Self:
        """Over by time alone, and not ended yet."""
        return self.filter(ended_at__isnull=True, valid_until__lt=day)


class OfUnitQuerySet(ScopedQuerySet[Row]):
    """Rows with a `unit`: of the person's communities, or of the landlord's own homes."""

    def visible_to(self, user: User) -> Self:
        if _is_landlord(user):
            return self.filter(
                unit__landlord__phone_index=user.phone_index, unit__landlord__phone_index__isnull=False
            )
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(unit__building__community__in=scope.community_ids)


class HazardQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """A landlord sees the hazards of own homes and of the common parts of their buildings."""
        if _is_landlord(user):
            from rentals.models import Unit

            own = Unit.objects.visible_to(user)
            in_own_building = own.filter(building=OuterRef("building"))
            return self.filter(Q(unit__in=own) | Q(unit__isnull=True) & Exists(in_own_building))
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(building__community__in=scope.community_ids)

    def open(self) -> Self:
        return self.exclude(state=HazardState.CLOSED)

    def overdue_on(self, day: date) -> Self:
        return self.open().filter(due_on__lt=day)

    def counting_for(self, unit_id: int, building_id: int) -> Self:
        """Open hazards of the home itself and of the common parts of its building."""
        return self.open().filter(Q(unit=unit_id) | Q(unit__isnull=True, building=building_id))


class OfHazardQuerySet(ScopedQuerySet[Row]):
    """Rows with a `hazard`."""

    def visible_to(self, user: User) -> Self:
        from grading.models import Hazard

        return self.filter(hazard__in=Hazard.objects.visible_to(user))


class PhotoQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Photos of findings, proofs and reports the person may see. Never the public."""
        if _is_landlord(user):
            from grading.models import Hazard
            from rentals.models import Unit

            own, homes = Hazard.objects.visible_to(user), Unit.objects.visible_to(user)
            return self.filter(
                Q(finding__hazard__in=own)
                | Q(proof__hazard__in=own)
                | Q(urgent_red__unit__in=homes)
                | Q(objection__unit__in=homes)
            )
        scope = access.scope_of(user)
        if scope.whole_street:
            return self
        return self.filter(
            Q(finding__visit__building__community__in=scope.community_ids)
            | Q(proof__hazard__building__community__in=scope.community_ids)
            | Q(report__unit__building__community__in=scope.community_ids)
            | Q(urgent_red__unit__building__community__in=scope.community_ids)
            | Q(objection__unit__building__community__in=scope.community_ids)
        )

    def of_common_parts(self) -> Self:
        """Photos of faults that were found in the common parts of a building."""
        return self.filter(
            finding__hazard__isnull=False, finding__hazard__unit__isnull=True, finding__seen="fault"
        )

    def of_open_faults(self) -> Self:
        """Taken since the hazard was opened, or opened again, and not mended yet."""
        return self.exclude(finding__hazard__state=HazardState.CLOSED).filter(
            finding__visit__submitted_at__gte=F("finding__hazard__opened_at")
        )

    def cleared(self) -> Self:
        """Photos of which the newest look says that they show nobody."""
        from grading.models import PhotoClearance

        looks = PhotoClearance.objects.filter(photo=OuterRef("pk")).order_by("-pk")
        return self.alias(look=Subquery(looks.values("shows_nobody")[:1])).filter(look=True)


class IncidentQuerySet(ScopedQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        """Staff see what belongs, or may belong, to their communities. Never a protected one, and no landlord."""
        if _is_landlord(user):
            return self.none()
        rows = self.filter(is_protected=False)
        scope = access.scope_of(user)
        if scope.whole_street:
            return rows
        own = list(scope.community_ids)
        return rows.filter(Q(building__community__in=own) | Q(communities__overlap=own))

    def doubtful(self) -> Self:
        return self.filter(state="doubtful")


class GradeChangeQuerySet(OfUnitQuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        if _is_landlord(user):
            return super().visible_to(user)
        scope = access.scope_of(user)
        return self if scope.whole_street else self.filter(community__in=scope.community_ids)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_CHANGE_STATES)

    def awaiting_community(self) -> Self:
        return self.filter(state=ChangeState.PROPOSED)

    def awaiting_panel(self) -> Self:
        return self.filter(state=ChangeState.WITH_PANEL)

    def not_inspected_by(self, user: User) -> Self:
        """Without those behind which a visit of this person stands."""
        return self.exclude(inspected_by=user).exclude(earlier_inspectors__contains=[user.pk])

    def touching_red(self) -> Self:
        return self.filter(Q(from_grade="red") | Q(to_grade="red"))

    def not_touching_red(self) -> Self:
        return self.exclude(to_grade="red").filter(Q(from_grade__isnull=True) | ~Q(from_grade="red"))


class UrgentRedQuerySet(OfUnitQuerySet[Row]):
    def unconfirmed(self) -> Self:
        return self.filter(state=UrgentState.UNCONFIRMED)


class VacancyCheckQuerySet(OfUnitQuerySet[Row]):
    def due(self) -> Self:
        return self.filter(state=VacancyState.DUE)


class ObjectionQuerySet(OfUnitQuerySet[Row]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_OBJECTION_STATES)


class StandingQuerySet(OfUnitQuerySet[Row]):
    def stale_on(self, day: date) -> Self:
        """Homes whose last visit is older than the interval of their grade."""
        return self.filter(next_visit_on__lt=day)

    def ended_on(self, day: date) -> Self:
        """Homes whose sum time alone has changed: a deduction has decayed, a watch is over."""
        return self.filter(reassess_on__lte=day, unit__left_on__isnull=True)

    def not_graded(self) -> Self:
        return self.filter(grade__isnull=True)
