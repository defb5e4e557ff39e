// Ready words for a reason: a click fills the field beside them. Without this, people type.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const preset = event.target.closest("[data-fills]");
    if (!preset) return;
    const field = document.getElementById(preset.dataset.fills);
    if (!field) return;
    field.value = preset.textContent.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  // A select that decides which other fields there are asks the server again.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-asks-again]");
    if (form && event.target.matches("select[name=community], input[name=product]")) form.requestSubmit();
  });
})();
