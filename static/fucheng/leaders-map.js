// Buildings as points on a canvas, shape and colour by worst grade. Tiles only where the office has set a server.
(async () => {
  "use strict";
  const box = document.getElementById("ld-map");
  const note = document.getElementById("ld-map-note");
  if (!box || !window.L) return;
  const LOOK = [["#b01818", "#8c1010", 8], ["#ffcc00", "#7a5c00", 3], ["#0b7a3b", "#07552a", 0], ["#ffffff", "#596675", 0]];

  // A circle for green, a triangle for yellow, an octagon for red, a ring for none: as on the chips.
  const Sign = L.CircleMarker.extend({
    _updatePath() {
      const sides = this.options.sides;
      if (!sides) { this._renderer._updateCircle(this); return; }
      const { _ctx: ctx, _drawing: drawing } = this._renderer;
      if (!drawing || this._empty()) return;
      const r = this._radius * (sides === 3 ? 1.3 : 1.1);
      const turn = sides === 3 ? -Math.PI / 2 : Math.PI / 8;
      ctx.beginPath();
      for (let i = 0; i < sides; i += 1) {
        const angle = turn + (i * 2 * Math.PI) / sides;
        ctx[i ? "lineTo" : "moveTo"](this._point.x + r * Math.cos(angle), this._point.y + r * Math.sin(angle));
      }
      ctx.closePath();
      this._renderer._fillStroke(ctx, this);
    },
  });

  let data;
  try {
    const response = await fetch(box.dataset.url, { credentials: "same-origin" });
    if (!response.ok) throw new Error(response.status);
    data = await response.json();
  } catch {
    note.textContent = note.dataset.failed;
    return;
  }
  box.append(document.createElement("span"));
  const map = L.map(box, { preferCanvas: true, attributionControl: false, zoomControl: true, maxZoom: 20 });
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 20 }).addTo(map);
  const size = (zoom) => (zoom < 14 ? 2.5 : zoom < 15 ? 4 : zoom < 17 ? 8 : 11);
  const bounds = L.latLngBounds([]);
  const signs = [];
  // The worst are drawn last, on top.
  for (const [pk, lon, lat, worst, homes, red, late] of [...data.points].sort((a, b) => b[3] - a[3])) {
    const [fill, edge, sides] = LOOK[worst];
    const sign = new Sign([lat, lon], { radius: 4, weight: late ? 2 : 1, dashArray: late ? "3 2" : null, color: late ? "#10284a" : edge, fillColor: fill, fillOpacity: late ? 0.55 : 0.9, sides });
    sign.building = { pk, homes, red, late };
    bounds.extend([lat, lon]);
    signs.push(sign);
  }
  const group = L.featureGroup(signs).addTo(map);
  const onlyLate = document.getElementById("ld-map-late");
  if (onlyLate) onlyLate.addEventListener("change", () => signs.forEach((sign) => {
    if (onlyLate.checked && !sign.building.late) group.removeLayer(sign); else group.addLayer(sign);
  }));
  const resize = () => { const r = size(map.getZoom()); signs.forEach((sign) => sign.setRadius(r)); };
  map.on("zoomend", resize);
  group.on("click", ({ layer, latlng }) => {
    const { pk, homes, red, late } = layer.building;
    const words = document.createElement("p");
    words.append(`${homes} ${box.dataset.homes}${red ? ` · ${red} ${box.dataset.red}` : ""}${late ? ` · ${late} ${box.dataset.late}` : ""}`, document.createElement("br"));
    const link = document.createElement("a");
    link.href = box.dataset.building.replace("/0/", `/${pk}/`);
    link.textContent = box.dataset.open;
    words.append(link);
    L.popup().setLatLng(latlng).setContent(words).openOn(map);
  });
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [16, 16] });
  resize();
  if (data.unplaced) note.textContent = `${data.unplaced} ${note.dataset.unplaced}`;
})();
