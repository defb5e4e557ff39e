// Scanning: live camera where the browser allows it, a photo of the code everywhere. The reader is our own copy of zxing.
(() => {
  "use strict";
  const form = document.querySelector("[data-scan]");
  if (!form || !window.ZXingWASM) return;
  const { wasm, none, denied } = form.dataset;
  const live = form.querySelector("[data-live]");
  const video = form.querySelector("video");
  const said = form.querySelector("[data-said]");
  const start = form.querySelector("[data-start]");
  const code = form.elements.code;
  const options = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
  window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: (path) => (path.endsWith(".wasm") ? wasm : path) } });

  const say = (text) => { said.textContent = text; said.hidden = !text; };
  const read = async (source) => (await window.ZXingWASM.readBarcodes(source, options)).find((r) => r.isValid)?.text ?? "";
  function send(text) {
    code.value = text;
    form.elements.photo.value = "";
    stop();
    form.requestSubmit();
  }

  // The button only serves what was typed: a photo and the camera send by themselves.
  const typing = form.querySelector("details");
  const button = form.querySelector("[data-send]");
  button.hidden = !typing.open;
  typing.addEventListener("toggle", () => { button.hidden = !typing.open; });

  // Where the phone is, if it may say so: for the distance between the sign and its address, nothing else.
  const longitude = form.querySelector("[data-longitude]");
  if (longitude && navigator.geolocation) {
    navigator.geolocation.watchPosition(({ coords }) => {
      if (coords.accuracy > 200) return;
      longitude.value = coords.longitude.toFixed(5);
      form.querySelector("[data-latitude]").value = coords.latitude.toFixed(5);
    }, () => {}, { enableHighAccuracy: true, maximumAge: 60000, timeout: 20000 });
  }

  let stream = null;
  let runs = false;
  function stop() {
    runs = false;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    live.hidden = true;
    start.hidden = !navigator.mediaDevices?.getUserMedia;
  }
  async function watch() {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    while (runs) {
      if (video.videoWidth) {
        const scale = Math.min(1, 1280 / video.videoWidth);
        canvas.width = video.videoWidth * scale;
        canvas.height = video.videoHeight * scale;
        pen.drawImage(video, 0, 0, canvas.width, canvas.height);
        const text = await read(pen.getImageData(0, 0, canvas.width, canvas.height)).catch(() => "");
        if (text && runs) { navigator.vibrate?.(60); send(text); return; }
      }
      await new Promise((done) => setTimeout(done, 120));
    }
  }
  start.hidden = !navigator.mediaDevices?.getUserMedia;
  start.addEventListener("click", async () => {
    say("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
      video.srcObject = stream;
      await video.play();
      live.hidden = false;
      start.hidden = true;
      runs = true;
      watch();
    } catch {
      stop();
      say(denied);
    }
  });
  form.elements.photo.addEventListener("change", async () => {
    const file = form.elements.photo.files[0];
    if (!file) return;
    say("");
    const text = await read(file).catch(() => "");
    // What the phone cannot read goes to the server, which looks once more.
    if (text) send(text);
    else form.requestSubmit();
  });
  addEventListener("pagehide", stop);
})();
