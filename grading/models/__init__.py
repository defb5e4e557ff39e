"""Tables of this room."""

from grading.models.changes import Assessment, GradeChange, GradePeriod, Standing
from grading.models.clearances import PhotoClearance
from grading.models.delisting import DelistingRequest, ExitItem, Watch
from grading.models.handling import HandOver, SamplingShare, SpotCheck
from grading.models.hazards import Hazard, HazardEvent, HazardReport, Proof
from grading.models.incidents import Incident, IncidentCategory
from grading.models.objections import Objection, Reply, VisitRequest
from grading.models.rule_sets import RuleItem, RuleSet
from grading.models.second_visits import PhotoPrint, SecondVisit, SecondVisitDraw
from grading.models.self_inspections import SelfInspection, SelfReportedFault
from grading.models.simulations import Simulation, SimulationCell
from grading.models.stars import StarAward, StarProposal
from grading.models.urgent import UrgentRed
from grading.models.vacancy import VacancyCheck
from grading.models.visits import Finding, Merit, Photo, Visit, VisitException

__all__ = [
    "Assessment",
    "DelistingRequest",
    "ExitItem",
    "Finding",
    "GradeChange",
    "GradePeriod",
    "HandOver",
    "Hazard",
    "HazardEvent",
    "HazardReport",
    "Incident",
    "IncidentCategory",
    "Merit",
    "Objection",
    "Photo",
    "PhotoClearance",
    "PhotoPrint",
    "Proof",
    "Reply",
    "RuleItem",
    "RuleSet",
    "SamplingShare",
    "SecondVisit",
    "SecondVisitDraw",
    "SelfInspection",
    "SelfReportedFault",
    "Simulation",
    "SimulationCell",
    "SpotCheck",
    "Standing",
    "StarAward",
    "StarProposal",
    "UrgentRed",
    "VacancyCheck",
    "Visit",
    "VisitException",
    "VisitRequest",
    "Watch",
]
