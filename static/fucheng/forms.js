// Forms: sent once, kept while being typed, rows ticked together. The server is idempotent without all this.
(() => {
  "use strict";
  const { words = () => ({}) } = window.fucheng ?? {};

  // ---- once: a second click on a button that is already sending does nothing -------------------------------
  let composing = false;
  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { setTimeout(() => { composing = false; }, 0); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (composing || event.isComposing) && event.target.matches("input")) event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.hasAttribute("hx-post") || form.method === "get" || form.method === "dialog") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    // After this event, so that the pressed button's own name and value are sent.
    setTimeout(() => form.querySelectorAll("button:not([type=button]), input[type=submit]").forEach((button) => {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
      if (button === event.submitter && words().sending && button.closest("[data-once], .fc-form-buttons")) {
        button.dataset.words = button.innerHTML;
        button.textContent = words().sending;
      }
    }), 0);
  });
  // Back button: the page comes from memory with its buttons still off.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sending]").forEach((form) => {
      delete form.dataset.sending;
      form.querySelectorAll("[aria-busy]").forEach((button) => {
        button.disabled = false;
        button.removeAttribute("aria-busy");
        if (button.dataset.words) button.innerHTML = button.dataset.words;
      });
    });
  });

  // ---- keep: what is typed into <form data-keep="key"> survives an expired session ---------------------------
  const PREFIX = `fc-keep:${document.body.dataset.user ?? ""}:`;  // nobody finds another's words
  const LIFE = 7 * 24 * 3600 * 1000;
  const NEVER = new Set(["csrfmiddlewaretoken", "password", "reason_code"]);

  function typed(form) {
    const values = [];
    for (const el of form.elements) {
      if (!el.name || el.disabled || NEVER.has(el.name) || ["hidden", "password", "file", "submit", "button"].includes(el.type)) continue;
      if (el.type === "checkbox" || el.type === "radio") values.push([el.name, el.value, el.checked]);
      else if (el.multiple) values.push([el.name, [...el.selectedOptions].map((o) => o.value), "many"]);
      else values.push([el.name, el.value, null]);
    }
    return values;
  }
  function fill(form, values) {
    const left = new Map();
    for (const [name, value, checked] of values) {
      const same = [...form.elements].filter((el) => el.name === name);
      if (checked === true || checked === false) {
        const box = same.find((el) => el.value === value);
        if (box) box.checked = checked;
      } else if (checked === "many") {
        for (const option of same[0]?.options ?? []) option.selected = value.includes(option.value);
      } else {
        const n = left.get(name) ?? 0;
        left.set(name, n + 1);
        if (same[n]) same[n].value = value;
      }
    }
    form.dispatchEvent(new CustomEvent("fc:restored", { bubbles: true, detail: { values } }));
  }
  const store = {
    read(key) {
      try {
        const kept = JSON.parse(localStorage.getItem(PREFIX + key));
        return kept && Date.now() - kept.at < LIFE ? kept : null;
      } catch { return null; }
    },
    write(key, kept) { try { localStorage.setItem(PREFIX + key, JSON.stringify(kept)); } catch { /* full or forbidden */ } },
    drop(key) { try { localStorage.removeItem(PREFIX + key); } catch { /* forbidden */ } },
    all() { try { return Object.keys(localStorage).filter((k) => k.startsWith(PREFIX)).map((k) => k.slice(PREFIX.length)); } catch { return []; } },
  };

  // A sent form is forgotten when the next page shows that it arrived: a success message, or simply a page
  // that is neither the sign-in, nor a refusal, nor the same form again.
  const onDoor = document.querySelector("[data-door], [data-refusal]") !== null;
  const arrived = document.querySelector(".fc-message.is-success") !== null;
  for (const key of store.all()) {
    const kept = store.read(key);
    const isHere = document.querySelector(`form[data-keep="${CSS.escape(key)}"]`) !== null;
    if (!kept || (kept.sent && !onDoor && (!isHere || arrived))) store.drop(key);
  }

  function keep(form) {
    const key = form.dataset.keep;
    const start = JSON.stringify(typed(form));
    const kept = store.read(key);
    const hasErrors = document.querySelector(".fc-errors, .has-error") !== null;
    if (kept && !hasErrors && JSON.stringify(kept.values) !== start) {
      const note = document.createElement("p");
      note.className = "fc-restored";
      note.setAttribute("role", "status");
      note.textContent = words().restored ?? "";
      const discard = document.createElement("button");
      discard.type = "button";
      discard.textContent = words().discard ?? "×";
      discard.addEventListener("click", () => { store.drop(key); form.reset(); fill(form, JSON.parse(start)); note.remove(); });
      note.append(" ", discard);
      form.prepend(note);
      fill(form, kept.values);
    }
    let timer;
    const save = () => store.write(key, { at: Date.now(), values: typed(form), sent: false });
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 300); });
    form.addEventListener("change", save);
    form.addEventListener("submit", () => { clearTimeout(timer); store.write(key, { at: Date.now(), values: typed(form), sent: true }); });
  }
  document.querySelectorAll("form[data-keep]").forEach(keep);
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("form[data-keep]").forEach(keep));
  window.fucheng = Object.assign(window.fucheng ?? {}, { forget: store.drop, keepForm: keep });
  document.querySelectorAll("form[data-sign-out]").forEach((form) => form.addEventListener("submit", () => store.all().forEach(store.drop)));

  // ---- rows ticked together -----------------------------------------------------------------------------------
  document.querySelectorAll("form[data-bulk]").forEach((form) => {
    const boxes = () => [...form.querySelectorAll("[data-tick]")];
    const all = form.querySelector("[data-tick-all]");
    const allOfFilter = form.querySelector("[data-bulk-all]");
    const field = form.querySelector("[data-bulk-all-field]");
    const total = Number(form.dataset.total);
    function show() {
      const ticked = boxes().filter((box) => box.checked).length;
      const isPage = ticked > 0 && ticked === boxes().length;
      if (!isPage) field.value = "";
      if (all) { all.checked = isPage; all.indeterminate = ticked > 0 && !isPage; }
      const count = field.value ? total : ticked;
      form.querySelectorAll("[data-bulk-count]").forEach((el) => { el.textContent = count.toLocaleString("en-US"); });
      form.querySelectorAll("[data-bulk-actions] button, [data-needs-ticks]").forEach((button) => { button.disabled = count === 0; });
      if (allOfFilter) allOfFilter.hidden = !isPage || total <= boxes().length || field.value !== "";
    }
    form.addEventListener("change", (event) => {
      if (event.target === all) boxes().forEach((box) => { box.checked = all.checked; });
      if (event.target === all || event.target.matches("[data-tick]")) { field.value = event.target === all ? "" : field.value; show(); }
    });
    allOfFilter?.addEventListener("click", () => { field.value = "1"; show(); });
    show();
  });
})();
