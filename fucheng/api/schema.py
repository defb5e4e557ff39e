"""The OpenAPI description: every operation names its refusals as problem+json."""

from typing import Any

from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.utils import OpenApiResponse

from fucheng.api.problems import CONTENT_TYPE, ProblemSerializer

WORDS = {
    400: "A field or a parameter cannot be used; `errors` names each.",
    401: "No token, or one that is not valid any more.",
    403: "The row is in your area, the action is not in your post.",
    404: "Not there, or not in your area.",
    406: "Only JSON is spoken here.",
    409: "Something was there first; nothing was changed.",
    415: "The body is of another type than documented.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
}
ALWAYS = (401, 406, 429)
WITH_BODY = (400, 403, 415)


class AutoSchema(SpectacularSchema):
    """`refusals` of a view names the statuses of its own, beside those that any request can meet."""

    def _get_response_bodies(self, direction: str = "response") -> Any:
        bodies = super()._get_response_bodies(direction)  # type: ignore[arg-type]
        for status in self._refusals():
            described = OpenApiResponse(ProblemSerializer, description=WORDS[status])
            bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                described, str(status), [CONTENT_TYPE]
            )
        return bodies

    def _refusals(self) -> list[int]:
        refusals = {*ALWAYS, *getattr(self.view, "refusals", ())}
        if self.method == "POST":
            refusals |= set(WITH_BODY)
        if self._is_list_view():
            refusals.add(400)
        if "{" in self.path:
            refusals.add(404)
        return sorted(refusals)
