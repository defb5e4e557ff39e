// Buildings by worst grade: rings of neighbours from afar, one sign each from near. Tiles only where the office
// has set a server.
(async () => {
  "use strict";
  const box = document.getElementById("ld-map");
  const note = document.getElementById("ld-map-note");
  if (!box || !window.L) return;
  const LOOK = [["#b01818", "#8c1010", 8], ["#ffcc00", "#7a5c00", 3], ["#0b7a3b", "#07552a", 0], ["#ffffff", "#596675", 0]];

  // Ten corners of a star with one point up, in parts of its radius.
  const STAR = [...Array(10).keys()].map((i) => {
    const [angle, r] = [-Math.PI / 2 + (i * Math.PI) / 5, i % 2 ? 0.42 : 1];
    return [r * Math.cos(angle), r * Math.sin(angle)];
  });

  // A circle for green, a triangle for yellow, an octagon for red, a ring for none: as on the chips.
  const Sign = L.CircleMarker.extend({
    _updatePath() {
      const { sides, stars } = this.options;
      const { _ctx: ctx, _drawing: drawing } = this._renderer;
      if (!drawing || this._empty()) return;
      if (sides) this._corners(ctx, sides);
      else this._renderer._updateCircle(this);
      if (stars) this._stars(ctx, stars);
    },
    // What stands beside the sign is drawn anew with it.
    _updateBounds() {
      L.CircleMarker.prototype._updateBounds.call(this);
      if (this.options.stars) this._pxBounds = L.bounds(this._pxBounds.min.subtract([0, 12]), this._pxBounds.max.add([30, 0]));
    },
    _corners(ctx, sides) {
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
    // A star on the sign; from near, a label that says how many.
    _stars(ctx, stars) {
      const { x, y } = this._point;
      ctx.beginPath();
      STAR.forEach(([dx, dy], i) => ctx[i ? "lineTo" : "moveTo"](x + dx * this._radius * 0.8, y + dy * this._radius * 0.8));
      ctx.closePath();
      ctx.globalAlpha = 1;
      ctx.fillStyle = this.options.ink;
      ctx.fill();
      if (!this.options.isNear) return;
      const [left, top] = [x + this._radius - 3, y - this._radius - 8];
      ctx.fillStyle = "#fff";
      ctx.strokeStyle = "#10284a";
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.rect(left, top, 26, 15);
      ctx.fill();
      ctx.stroke();
      ctx.fillStyle = "#10284a";
      ctx.font = "600 12px sans-serif";
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(`${stars}★`, left + 13, top + 8);
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
  const NEAR = 18; // from this zoom on buildings lie apart
  const FEW = 400;
  const CELL = 84; // pixels: neighbours within one are told as one
  const size = (zoom) => (zoom < 17 ? 5 : 9); // pixels
  const onlyLate = document.getElementById("ld-map-late");
  const shown = () => data.points.filter(([, , , , , , late]) => late || !(onlyLate && onlyLate.checked));
  const layer = L.featureGroup().addTo(map);

  // The worst are drawn last, on top.
  function signs(points) {
    const isNear = map.getZoom() >= 17;
    return [...points].sort((a, b) => b[3] - a[3]).map(([pk, lon, lat, worst, homes, red, late, stars]) => {
      const radius = stars ? Math.max(size(map.getZoom()), 8) : size(map.getZoom());
      const [fill, edge, sides] = LOOK[worst];
      const sign = new Sign([lat, lon], { radius, weight: late ? 2 : 1, dashArray: late ? "3 2" : null, color: late ? "#10284a" : edge, fillColor: fill, fillOpacity: late ? 0.55 : 0.9, sides, stars, isNear, ink: worst === 2 ? "#fff" : "#10284a" });
      return sign.on("click", ({ latlng }) => tell(latlng, { pk, homes, red, late, stars }));
    });
  }

  function tell(latlng, { pk, homes, red, late, stars }) {
    const words = document.createElement("p");
    if (stars) words.append(box.dataset.stars.replace("#", stars), document.createElement("br"));
    words.append(`${homes} ${box.dataset.homes}${red ? ` · ${red} ${box.dataset.red}` : ""}${late ? ` · ${late} ${box.dataset.late}` : ""}`, document.createElement("br"));
    const link = document.createElement("a");
    link.href = box.dataset.building.replace("/0/", `/${pk}/`);
    link.textContent = box.dataset.open;
    words.append(link);
    L.popup().setLatLng(latlng).setContent(words).openOn(map);
  }

  // From afar: neighbours as one ring, its parts the grades, the number in it how many buildings.
  function rings(points) {
    const cells = new Map();
    for (const point of points) {
      const at = map.project([point[2], point[1]]);
      const corner = at.divideBy(CELL).floor();
      const cell = cells.get(`${corner}`) || { corner, count: [0, 0, 0, 0], starred: 0, bounds: L.latLngBounds([]), sum: L.point(0, 0), all: 0 };
      cell.count[point[3]] += 1;
      cell.all += 1;
      if (point[7]) cell.starred += 1;
      cell.sum = cell.sum.add(at);
      cell.bounds.extend([point[2], point[1]]);
      cells.set(`${corner}`, cell);
    }
    return [...cells.values()].map((cell) => {
      const wide = Math.min(70, 34 + 3 * Math.sqrt(cell.all));
      const icon = L.divIcon({ html: ring(cell), className: "ld-ring", iconSize: [wide, wide] });
      const inside = (mean, corner) => Math.min(Math.max(mean, corner * CELL + wide / 2), (corner + 1) * CELL - wide / 2);
      const at = L.point(inside(cell.sum.x / cell.all, cell.corner.x), inside(cell.sum.y / cell.all, cell.corner.y));
      return L.marker(map.unproject(at), { icon, title: words(cell), alt: words(cell) })
        .on("click", () => map.flyToBounds(cell.bounds.pad(0.1), { maxZoom: Math.max(NEAR, map.getZoom() + 2), duration: 0.4 }));
    });
  }

  const words = ({ all, count, starred }) => `${all} ${box.dataset.buildings} · ${count[0]} ${box.dataset.red} · ${count[1]} ${box.dataset.yellow} · ${count[2]} ${box.dataset.green}${starred ? ` · ${starred} ${box.dataset.starred}` : ""}`;

  function ring({ all, count, starred }) {
    const svg = element("svg", { viewBox: "0 0 40 40", width: "100%", height: "100%", "aria-hidden": "true" });
    svg.append(element("circle", { cx: 20, cy: 20, r: 19, fill: "#fff" }));
    let from = 0;
    count.forEach((n, worst) => {
      if (!n) return;
      const share = (100 * n) / all;
      svg.append(element("circle", { cx: 20, cy: 20, r: 16.5, fill: "none", stroke: worst === 3 ? "#9aa5b1" : LOOK[worst][0], "stroke-width": 5, pathLength: 100, "stroke-dasharray": `${share} ${100 - share}`, "stroke-dashoffset": -from, transform: "rotate(-90 20 20)" }));
      from += share;
    });
    const text = element("text", { x: 20, y: 21, "text-anchor": "middle", "dominant-baseline": "middle", "font-size": all > 999 ? 9 : 11, "font-weight": 600, fill: "#10284a" });
    text.textContent = all;
    svg.append(text);
    if (starred) svg.append(element("polygon", { points: STAR.map(([x, y]) => `${33 + 7 * x},${8 + 7 * y}`).join(" "), fill: "#10284a", stroke: "#fff", "stroke-width": 1.5 }));
    return svg;
  }

  function element(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function draw() {
    const points = shown();
    layer.clearLayers();
    const made = map.getZoom() >= NEAR || points.length <= FEW ? signs(points) : rings(points);
    made.forEach((one) => layer.addLayer(one));
  }

  const bounds = L.latLngBounds(data.points.map(([, lon, lat]) => [lat, lon]));
  if (bounds.isValid()) {
    map.fitBounds(bounds, { padding: [16, 16] });
    draw();
    map.on("zoomend", draw);
    if (onlyLate) onlyLate.addEventListener("change", draw);
  }
  const starred = data.points.filter((point) => point[7]).length;
  const told = [starred && `${starred} ${note.dataset.starred}`, data.unplaced && `${data.unplaced} ${note.dataset.unplaced}`];
  note.textContent = told.filter(Boolean).join(" · ");
})();
