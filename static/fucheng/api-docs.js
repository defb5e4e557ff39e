// Starts Swagger UI on the page of the interface for machines; no address but our own.
"use strict";

const place = document.getElementById("swagger-ui");
const csrf = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor(request) {
    if (csrf && request.method && request.method !== "GET" && new URL(request.url, location).origin === location.origin) {
      request.headers["X-CSRFToken"] = csrf[1];
    }
    return request;
  },
});
