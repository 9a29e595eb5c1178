/**
 * The script of the report page: shows the values of the run's own grid point, line point or checkpoint that lies nearest to
 * the pointer, and says which of them are interpolated. It reads the data from the page and never writes markup.
 */
export const pageScript = `
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  const text = (value) => {
    if (value === undefined || value === null) return "unknown";
    if (typeof value === "string") return value === "Infinity" ? "\\u221e" : value.replace("-", "\\u2212");
    const size = Math.abs(value);
    const short = value !== 0 && (size >= 1e6 || size < 1e-3) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
    return short.replace("-", "\\u2212");
  };

  const nearest = (axis, value) =>
    axis.reduce((best, node, k) => (Math.abs(node - value) < Math.abs(axis[best] - value) ? k : best), 0);

  const values = (loss, accuracy, measured) =>
    "loss " + text(loss) + (accuracy === "NaN" ? "" : ", accuracy " + text(accuracy) + " %") +
    (measured === 1 ? "" : typeof loss === "number" ? " (interpolated)" : " (not measured)");

  const readers = {
    surface(area, x, y) {
      const surface = data.surfaces.find((each) => each.split === area.dataset.split);
      if (!surface) return "";
      const column = nearest(surface.x, x);
      const row = nearest(surface.y, y);
      return "\\u03b1 " + text(surface.x[column]) + ", \\u03b2 " + text(surface.y[row]) + ": " +
        values(surface.loss[row][column], surface.accuracy[row][column], surface.measured[row][column]);
    },
    lines(area, x) {
      const first = data.lines[0];
      if (!first) return "";
      const k = nearest(first.x, x);
      const shown = data.lines.slice(0, 6).map((line) =>
        line.split + (line.member > 0 ? " " + line.member : "") + " " + values(line.loss[k], line.accuracy[k], line.measured[k]));
      return "\\u03b1 " + text(first.x[k]) + ": " + shown.join("; ");
    },
    trajectory(area, x, y, scale) {
      const checkpoints = data.trajectory.checkpoints;
      const away = (each) => Math.hypot((each.x - x) / scale.x, (each.y - y) / scale.y);
      const best = checkpoints.reduce((a, b) => (away(b) < away(a) ? b : a));
      if (away(best) > 14) return readers.surface(area, x, y);
      return best.name + ": loss " + text(best.loss) + ", in the plane " + text(best.planeLoss) +
        ", distance from the plane " + text(best.offPlane);
    },
    curvature(area, x, y) {
      const map = data.curvature;
      const column = nearest(map.x, x);
      const row = nearest(map.y, y);
      const at = "\\u03b1 " + text(map.x[column]) + ", \\u03b2 " + text(map.y[row]) + ": ";
      return map.max[row][column] === "NaN" ? at + "not measured" :
        at + "\\u03bb max " + text(map.max[row][column]) + ", \\u03bb min " + text(map.min[row][column]) +
        ", ratio " + text(map.ratio[row][column]) + ", residual " + text(map.residual[row][column]);
    },
  };

  for (const area of document.querySelectorAll(".plot")) {
    const [left, right, bottom, top] = area.dataset.range.split(" ").map(Number);
    const output = area.closest("figure").querySelector("output");
    area.addEventListener("pointermove", (event) => {
      const box = area.getBoundingClientRect();
      const scale = { x: Math.abs(right - left) / box.width, y: Math.abs(top - bottom) / box.height };
      const x = left + ((event.clientX - box.left) / box.width) * (right - left);
      const y = top + ((event.clientY - box.top) / box.height) * (bottom - top);
      output.textContent = readers[area.dataset.part](area, x, y, scale);
    });
  }
})();
`;
