"""Which jobs a person sees, and stopping one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import NotAllowed, OutOfScope
from jobs import services as jobs
from jobs.models import Job

# Who else than the person that asked may stop a job of this kind.
STOPPED_BY = {
    "rentals.registry_import": Permission.REGISTER_IMPORT,
    "grading.bulk_assessment": Permission.GRADE_BULK_ASSESS,
    "grading.what_if": Permission.RULES_EDIT,
    "signage.print_run": Permission.SIGN_PRINT,
}


def visible_to(user: User) -> QuerySet[Job]:
    """All jobs for the street's own people; else the own ones and the print runs of the own community."""
    scope = access.scope_of(user)
    if scope.whole_street and access.can(user, Permission.JOBS_READ):
        return Job.objects.all()
    own = Q(requested_by=user)
    if access.can(user, Permission.JOBS_READ):
        own |= Q(print_run__community__in=scope.community_ids)
    return Job.objects.filter(own)


def may_cancel(user: User, job: Job) -> bool:
    permission = STOPPED_BY.get(job.kind)
    if job.requested_by_id == user.pk:
        return True
    return permission is not None and access.scope_of(user).whole_street and access.can(user, permission)


@transaction.atomic(durable=True)
def cancel(*, job_id: int, by: User, at: datetime) -> Job:
    """Stops a job between two parts; what is finished stays."""
    job = visible_to(by).filter(pk=job_id).first()
    if job is None:
        raise OutOfScope
    if not may_cancel(by, job):
        raise NotAllowed
    return jobs.cancel(job_id=job_id, by=by, at=at)
