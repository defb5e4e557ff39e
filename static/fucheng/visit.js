// The visit form made handy: faults added one by one, items picked from a sheet, everything kept while it is typed.
(() => {
  "use strict";
  const form = document.getElementById("visit-form");
  if (!form) return;
  const { drafts, photoRestore, photoKeep, photoStart, words = () => ({}) } = window.fucheng;
  const rows = form.querySelector("[data-faults]");
  const template = form.querySelector("[data-fault-template]");
  const total = form.elements["faults-TOTAL_FORMS"];
  const sheet = document.getElementById("fault-sheet");
  const one = (root, what) => root.querySelector(what);

  // ---- rows of faults ------------------------------------------------------------------------------------------
  const select = (row) => one(row, "[data-item] select");
  const shown = () => [...rows.querySelectorAll("[data-fault]:not([hidden])")];
  const isEmpty = (row) => !select(row).value && !one(row, "[data-place] select").value && !row.matches("[data-bad]")
    && !one(row, "input[name$=-note]").value && !one(row, ".ph-kept") && ![...row.querySelectorAll("input[type=file]")].some((f) => f.files.length);

  function number() {
    shown().forEach((row, n) => { one(row, "[data-fault-number]").textContent = n + 1; });
    one(form, "[data-no-faults]").hidden = shown().length > 0;
  }
  function dress(row) {
    one(row, "[data-remove]").hidden = false;
    one(row, "[data-pick]").hidden = false;
    tell(row);
  }
  function tell(row) {
    const option = select(row).selectedOptions[0];
    const pick = one(row, "[data-pick]");
    pick.classList.toggle("is-chosen", Boolean(option?.value));
    one(row, "[data-pick-words]").textContent = option?.textContent ?? "";
    const isFixed = one(row, "input[name$=-fixed]").checked;
    one(row, "[data-needs-photo]").hidden = isFixed || !option?.dataset.photo;
    const place = one(row, "[data-place] select");
    for (const choice of place.options) {
      const isCommon = choice.value === "common";
      choice.disabled = Boolean(choice.value && option?.value)
        && ((isCommon && option.dataset.scope === "unit") || (!isCommon && option.dataset.scope === "building"));
    }
    if (place.selectedOptions[0]?.disabled) place.value = "";
    if (option?.dataset.scope === "building") place.value = "common";
  }
  function add() {
    const n = Number(total.value);
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", n);
    const row = holder.firstElementChild;
    rows.append(row);
    total.value = n + 1;
    dress(row);
    photoStart(row);
    number();
    return row;
  }
  function remove(row) {
    row.querySelectorAll("input, select").forEach((el) => {
      if (el.type === "checkbox") el.checked = false;
      else el.value = "";
    });
    row.querySelectorAll(".ph-kept").forEach((el) => el.remove());
    row.hidden = true;
    row.disabled = true;
    number();
    save();
  }
  for (const row of rows.querySelectorAll("[data-fault]")) {
    dress(row);
    if (isEmpty(row)) row.remove();
  }
  // Names of the removed empty rows leave gaps at the end only: count again.
  const highest = [...rows.querySelectorAll("[data-item] select")].map((el) => Number(el.name.match(/\d+/)[0]) + 1);
  total.value = Math.max(0, ...highest);
  number();

  form.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-add]")) {
      event.preventDefault();
      const row = add();
      pickFor(row);
    }
    if (target.closest("[data-remove]")) remove(target.closest("[data-fault]"));
    if (target.closest("[data-pick]")) pickFor(target.closest("[data-fault]"));
  });

  document.querySelector("[data-first-error]")?.addEventListener("click", (event) => {
    const bad = one(form, ".fc-error");
    if (!bad) return;
    event.preventDefault();
    bad.scrollIntoView({ block: "center" });
    bad.closest("fieldset")?.querySelector(".has-error select, .has-error input, input[type=file]")?.focus({ preventScroll: true });
  });

  // ---- the sheet of items --------------------------------------------------------------------------------------
  let picking = null;
  let showsAll = false;
  const search = one(sheet, "input[type=search]");
  const list = one(sheet, ".fd-sheet-list");
  const more = one(sheet, "[data-all-items]");

  function pickFor(row) {
    picking = row;
    showsAll = false;
    search.value = "";
    draw();
    sheet.showModal();
    list.scrollTop = 0;
  }
  function draw() {
    const wanted = search.value.trim().toLowerCase();
    list.replaceChildren();
    for (const group of select(picking).querySelectorAll("optgroup")) {
      const isMinor = one(group, "option")?.dataset.effect === "points";
      if (isMinor && !showsAll && !wanted) continue;
      const fitting = [...group.children].filter((o) => !wanted || `${o.textContent} ${o.dataset.text} ${o.value}`.toLowerCase().includes(wanted));
      if (!fitting.length) continue;
      const head = document.createElement("h3");
      head.textContent = group.label;
      list.append(head, ...fitting.map(line));
    }
    if (!list.childElementCount) {
      const none = document.createElement("p");
      none.className = "fc-empty-hint p-3";
      none.textContent = sheet.dataset.empty;
      list.append(none);
    }
    more.hidden = showsAll || Boolean(wanted);
  }
  function line(option) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fd-item";
    button.setAttribute("role", "option");
    const text = document.createElement("span");
    const name = document.createElement("b");
    name.textContent = option.textContent;
    const full = document.createElement("small");
    full.textContent = option.dataset.text;
    text.append(name, full);
    const effect = document.createElement("span");
    const { effect: kind, points } = option.dataset;
    effect.className = `fd-effect ${kind === "veto" ? "is-red" : kind === "cap" ? "is-yellow" : ""}`;
    effect.textContent = kind === "veto" ? sheet.dataset.effectVeto : kind === "cap" ? sheet.dataset.effectCap : `−${points}`;
    button.append(text, effect);
    button.addEventListener("click", () => {
      select(picking).value = option.value;
      tell(picking);
      sheet.close();
      const place = one(picking, "[data-place] select");
      (place.value ? one(picking, "input[name$=-note]") : place).focus();
      save();
    });
    return button;
  }
  search.addEventListener("input", draw);
  more.addEventListener("click", () => { showsAll = true; draw(); });
  // Closed without a choice: a row that holds nothing goes again.
  sheet.addEventListener("close", () => { if (picking && isEmpty(picking)) remove(picking); });

  // ---- homes not seen --------------------------------------------------------------------------------------------
  function countUnseen() {
    const n = form.querySelectorAll("[name^=home-]:checked:not([value=''])").length;
    one(form, "[data-unseen-count]").textContent = n || "";
  }
  countUnseen();

  // ---- the draft ---------------------------------------------------------------------------------------------------
  const key = form.dataset.visit;
  // crypto.randomUUID needs https; the number must be unique on plain http, too.
  function uuid() {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  const fields = () => [...form.elements].filter((el) => el.name && !el.closest("fieldset[disabled]"));

  async function snapshot() {
    const values = [];
    const photos = [];
    for (const el of fields()) {
      if (["csrfmiddlewaretoken", "do"].includes(el.name)) continue;
      if (el.type === "file") {
        for (const file of el.files) photos.push([el.name, await file.arrayBuffer()]);
      } else if (el.type === "radio" || el.type === "checkbox") {
        if (el.checked && el.value) values.push([el.name, el.value]);
      } else if (el.value) values.push([el.name, el.value]);
    }
    return { key, at: Date.now(), url: form.dataset.url, building: form.dataset.building, clientId: form.elements.client_id.value, values, photos };
  }
  const says = (draft) => draft.photos.length > 0
    || draft.values.some(([name]) => !/^(client_id|started_at|faults-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS)$/.test(name));

  let timer;
  let saving = Promise.resolve();
  function save() {
    clearTimeout(timer);
    timer = setTimeout(() => { saving = snapshot().then((draft) => (says(draft) ? drafts.write(draft) : drafts.drop(key))); }, 250);
  }
  form.addEventListener("input", save);
  form.addEventListener("fc:photos", save);
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-fault]");
    if (row) tell(row);
    countUnseen();
    save();
  });

  function fill(draft) {
    const get = (name) => draft.values.filter(([n]) => n === name).map(([, v]) => v);
    const wanted = Number(get("faults-TOTAL_FORMS")[0] ?? 0);
    const used = new Set([...draft.values, ...draft.photos].map(([name]) => name.match(/^faults-(\d+)-/)?.[1]).filter(Boolean).map(Number));
    while (Number(total.value) < wanted) {
      const n = Number(total.value);
      const row = add();
      if (!used.has(n)) remove(row);
    }
    for (const [name, value] of draft.values) {
      if (name.startsWith("faults-") && name.endsWith("_FORMS")) continue;
      if (name.endsWith("-photos-kept")) {
        const slot = [...form.elements].find((e) => e.name === name.replace(/-kept$/, ""));
        if (slot) photoKeep(slot.closest("[data-photos]"), name, value);
        continue;
      }
      for (const el of [...form.elements].filter((e) => e.name === name)) {
        if (el.type === "radio" || el.type === "checkbox") el.checked = el.checked || el.value === value;
        else if (el.type !== "file") el.value = value;
      }
    }
    const next = new Map();
    for (const [name, bytes] of draft.photos) {
      const inputs = [...form.elements].filter((el) => el.name === name && el.type === "file");
      const n = next.get(name) ?? 0;
      next.set(name, n + 1);
      if (inputs[n]) photoRestore(inputs[n], new File([bytes], "photo.jpg", { type: "image/jpeg" }));
    }
    shown().forEach(tell);
    form.querySelectorAll("[data-look] details").forEach((d) => { d.open = d.open || Boolean(one(d, "input[name$=-note]").value) || one(d, "input[type=file]").files.length > 0; });
    countUnseen();
    number();
  }
  function note(draft) {
    const box = document.createElement("p");
    box.className = "fc-restored";
    box.setAttribute("role", "status");
    const discard = document.createElement("button");
    discard.type = "button";
    discard.textContent = words().discard ?? "×";
    discard.addEventListener("click", () => { clearTimeout(timer); drafts.drop(key).then(() => location.replace(form.dataset.url)); });
    box.append(words().restored ?? "", discard);
    form.prepend(box);
  }

  const isBound = form.hasAttribute("data-bound");
  if (!isBound) {
    form.elements.client_id.value = uuid();
    drafts.read(key).then((draft) => {
      if (!draft || !says(draft)) return;
      fill(draft);
      note(draft);
    });
  } else save();

  form.addEventListener("submit", (event) => {
    const lost = () => window.fucheng.toast?.(form.dataset.lost, "error");
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopPropagation();
      save();
      lost();
      return;
    }
    if (form.dataset.saved) return;
    // The draft is complete before the page is left.
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(timer);
    const button = event.submitter;
    const kept = saving.then(snapshot).then((draft) => (says(draft) ? drafts.write(draft) : drafts.drop(key)));
    // A phone whose store hangs sends all the same.
    Promise.race([kept, new Promise((done) => setTimeout(done, 2000))]).finally(() => {
      form.dataset.saved = "1";
      form.requestSubmit(button);
    });
  });
  addEventListener("pageshow", (event) => { if (event.persisted) delete form.dataset.saved; });
})();
