// Photos in a form: made small on the phone before they travel, shown at once, removable. Without this the file goes as it is.
(() => {
  "use strict";
  const LONG_SIDE = 1600;

  async function small(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    if (!blob) throw new Error("no picture");
    return new File([blob], "photo.jpg", { type: "image/jpeg" });
  }

  function put(input, file) {
    const transfer = new DataTransfer();
    if (file) transfer.items.add(file);
    input.files = transfer.files;
  }

  function show(box) {
    const kept = box.querySelectorAll(".ph-kept input:checked").length;
    let free = 3 - kept;
    let hasEmpty = false;
    for (const slot of box.querySelectorAll(".ph-add")) {
      const isFilled = slot.querySelector("input").files.length > 0;
      slot.hidden = !isFilled && (hasEmpty || free < 1);
      if (!isFilled) hasEmpty = true;
      else free -= 1;
    }
  }

  function face(slot, file) {
    slot.querySelector("img")?.remove();
    slot.querySelector(".ph-drop")?.remove();
    if (!file) return;
    const image = new Image();
    image.alt = "";
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "ph-drop";
    drop.textContent = "×";
    drop.setAttribute("aria-label", document.getElementById("fc-words")?.dataset.discard ?? "×");
    slot.append(image, drop);
  }

  // Sets a photo that is already small: a restored draft.
  function restore(input, file) {
    put(input, file);
    face(input.closest(".ph-add"), file);
    show(input.closest("[data-photos]"));
  }

  // A photo that the server has already, known to the form by its token.
  function keep(box, name, token) {
    if ([...box.querySelectorAll(".ph-kept input")].some((el) => el.value === token)) return;
    const label = document.createElement("label");
    label.className = "ph-kept";
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", name, value: token, checked: true, className: "form-check-input" });
    const image = Object.assign(new Image(96, 96), { alt: "", src: box.dataset.kept.replace("TOKEN", encodeURIComponent(token)) });
    label.append(tick, image);
    box.querySelector(".ph-row").prepend(label);
    show(box);
  }

  document.addEventListener("change", async (event) => {
    const box = event.target.closest?.("[data-photos]");
    if (!box) return;
    const error = box.querySelector("[data-photo-error]");
    if (event.target.type === "file") {
      const input = event.target;
      const file = input.files[0];
      if (error) error.hidden = true;
      if (file && !file.done) {
        try {
          const made = await small(file);
          put(input, made);
          face(input.closest(".ph-add"), made);
        } catch {
          put(input, null);
          face(input.closest(".ph-add"), null);
          if (error) error.hidden = false;
        }
      }
      box.dispatchEvent(new CustomEvent("fc:photos", { bubbles: true }));
    }
    show(box);
  });
  document.addEventListener("click", (event) => {
    const drop = event.target.closest?.(".ph-drop");
    if (!drop) return;
    event.preventDefault();
    const slot = drop.closest(".ph-add");
    const box = drop.closest("[data-photos]");
    put(slot.querySelector("input"), null);
    face(slot, null);
    show(box);
    box.dispatchEvent(new CustomEvent("fc:photos", { bubbles: true }));
  });
  const start = (root) => root.querySelectorAll("[data-photos]").forEach(show);
  start(document);
  window.fucheng = Object.assign(window.fucheng ?? {}, { photoRestore: restore, photoKeep: keep, photoStart: start });
})();
