// The frame of every page: network notice, toasts, dialogs, keys. Forms are in forms.js.
(() => {
  "use strict";
  const words = () => document.getElementById("fc-words")?.dataset ?? {};

  function toast(text, tone = "info") {
    const corner = document.getElementById("fc-toasts");
    if (!corner || !text) return;
    const box = document.createElement("div");
    box.className = `fc-toast is-${tone}`;
    box.setAttribute("role", tone === "error" ? "alert" : "status");
    const span = document.createElement("span");
    span.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "fc-close";
    close.setAttribute("aria-label", words().close);
    close.textContent = "×";
    close.addEventListener("click", () => box.remove());
    box.append(span, close);
    corner.append(box);
    if (tone !== "error") setTimeout(() => box.remove(), 6000);
  }
  window.fucheng = Object.assign(window.fucheng ?? {}, { toast, words });

  // Network: shown at once, hidden when it is back.
  const showNetwork = () => {
    const notice = document.getElementById("fc-offline");
    if (notice) notice.hidden = navigator.onLine;
  };
  addEventListener("online", showNetwork);
  addEventListener("offline", showNetwork);
  showNetwork();

  // htmx: a refusal comes as a short text; anything else is told in our own words.
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr;
    const page = new DOMParser().parseFromString(xhr.responseText || "", "text/html");
    const message = page.querySelector("[data-refusal]")?.textContent.trim();
    toast(message || words().server, "error");
  });
  document.addEventListener("htmx:sendError", () => toast(words().failed, "error"));
  document.addEventListener("fc:toast", (event) => toast(event.detail.text, event.detail.tone));

  // Fields of a dialog inside a larger form count only while the dialog is open.
  function openDialog(dialog) {
    const fields = dialog?.querySelector("fieldset[data-dialog-fields]");
    if (fields) {
      fields.disabled = false;
      dialog.addEventListener("close", () => { fields.disabled = true; }, { once: true });
    }
    dialog?.showModal();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      event.preventDefault();
      openDialog(document.getElementById(opener.dataset.opens));
      return;
    }
    if (event.target.closest("[data-closes-dialog]")) event.target.closest("dialog")?.close();
    if (event.target.closest("[data-dismiss]")) event.target.closest(".fc-message")?.remove();
    document.querySelectorAll("details[data-closes][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-back]")) { if (history.length > 1) history.back(); else location.assign("/"); }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details[data-closes][open]").forEach((menu) => { menu.open = false; });
    // "/" goes to the search field of the page, unless one is typing or an input method is composing.
    if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("[data-search], .fc-filter input[type=search], .fc-filter input[type=text]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  // Widths that come from data, without style attributes.
  const applyWidths = (root) => root.querySelectorAll("[data-width]").forEach((el) => { el.style.inlineSize = `${Number(el.dataset.width)}%`; });
  applyWidths(document);
  document.addEventListener("htmx:load", (event) => applyWidths(event.detail.elt));

  // A table that needs no scrolling is no stop for the keyboard: a tall one would throw the page to its end.
  const regions = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }));
  const watchRegions = (root) => root.querySelectorAll(".table-responsive[tabindex]").forEach((el) => regions.observe(el));
  watchRegions(document);
  document.addEventListener("htmx:load", (event) => watchRegions(event.detail.elt));

  // A button that must wait some seconds: <button data-wait="42" disabled>.
  document.querySelectorAll("button[data-wait]").forEach((button) => {
    let left = Number(button.dataset.wait);
    const tick = () => {
      button.disabled = left > 0;
      const span = button.querySelector("[data-wait-words]");
      if (span) span.textContent = left > 0 ? ` (${left} s)` : "";
      if (left-- > 0) setTimeout(tick, 1000);
    };
    tick();
  });

  // A row of tabs that is wider than the phone begins at the open one.
  document.querySelectorAll(".fc-tabbar").forEach((bar) => {
    const open = bar.querySelector("[aria-current]");
    if (open) bar.scrollLeft = open.offsetLeft - bar.offsetLeft - (bar.clientWidth - open.offsetWidth) / 2;
  });

  // The error summary is where the reader must be.
  document.querySelector("[data-focus]")?.focus();
})();
