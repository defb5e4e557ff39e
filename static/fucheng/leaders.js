// The weekly chart. Data and names come from the page; without this script the table below says the same.
(() => {
  "use strict";
  const COLOURS = { red: "#b01818", delisted: "#1a4f9c", lifted: "#0b7a3b", downgraded: "#d6a400" };
  let chart = null;

  function draw() {
    const box = document.getElementById("ld-trend");
    const data = document.getElementById("ld-trend-data");
    if (!box || !data || !window.echarts) return;
    chart?.dispose();
    const { weeks, series } = JSON.parse(data.textContent);
    const font = getComputedStyle(document.body);
    const size = parseFloat(font.fontSize) * 0.875;
    box.append(document.createElement("div"));
    chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      aria: { enabled: true, decal: { show: true } },
      color: series.map((one) => COLOURS[one.kind]),
      textStyle: { fontFamily: font.fontFamily, fontSize: size, color: "#18222f" },
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { type: "scroll", top: 0, left: 0, right: 0, textStyle: { fontSize: size }, itemGap: 16 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, appendTo: document.body, renderMode: "richText" },
      xAxis: { type: "category", data: weeks, axisLabel: { hideOverlap: true, fontSize: size } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { fontSize: size } },
      series: series.map((one) => ({ name: one.name, type: "bar", stack: "all", barMaxWidth: 28, data: one.data })),
    });
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSwap", draw);
  addEventListener("resize", () => chart?.resize());
})();
