// Drafts of visits: kept on the phone (IndexedDB) with their photos, by person and building, until the receipt.
(() => {
  "use strict";
  const open = () => window.idb.openDB("fucheng-field", 1, {
    upgrade(db) { db.createObjectStore("drafts", { keyPath: "key" }); },
  });
  // A full or forbidden store must never stop the visit itself.
  const quietly = async (work, otherwise) => {
    try {
      const db = await open();
      try { return await work(db); } finally { db.close(); }
    } catch { return otherwise; }
  };
  const drafts = {
    read: (key) => quietly((db) => db.get("drafts", key), undefined),
    write: (draft) => quietly((db) => db.put("drafts", draft).then(() => true), false),
    drop: (key) => quietly((db) => db.delete("drafts", key), undefined),
    all: () => quietly((db) => db.getAll("drafts"), []),
  };
  window.fucheng = Object.assign(window.fucheng ?? {}, { drafts });

  const done = document.querySelector("[data-visit-done]")?.dataset.visitDone;
  if (done) drafts.all().then((found) => found.filter((d) => d.clientId === done).forEach((d) => drafts.drop(d.key)));

  // The first page names what was begun and not sent.
  const list = document.querySelector("[data-drafts]");
  if (list) drafts.all().then((found) => {
    for (const draft of found.filter((d) => d.key.startsWith(`${list.dataset.drafts}:`))) {
      const line = list.querySelector("template").content.cloneNode(true);
      line.querySelector("a").href = draft.url;
      line.querySelector("strong").textContent = draft.building;
      line.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
      list.querySelector("ul").append(line);
      list.hidden = false;
    }
  });

  document.querySelectorAll("form[data-sign-out]").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.cleared) return;
    event.preventDefault();
    drafts.all().then((found) => Promise.all(found.map((d) => drafts.drop(d.key)))).finally(() => {
      form.dataset.cleared = "1";
      delete form.dataset.sending;
      form.requestSubmit();
    });
  }));
})();
