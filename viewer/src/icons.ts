import { svg } from "./dom";

/** Strokes on a 24 px grid. */
const PATHS = {
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
  orbit: "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M3 12c0-2.2 4-4 9-4s9 1.8 9 4-4 4-9 4-9-1.800-9-4",
  fly: "M21 3 3 10.500l7 3.500 3.500 7zM10 14l5-5",
  measure: "M3.500 15.500 15.500 3.500l5 5-12 12zM7 12l2 2M10 9l3 3M13 6l2 2",
  camera: "M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4zM12 10.200a3.200 3.200 0 1 0 0 6.400 3.200 3.200 0 0 0 0-6.400",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  save: "M6 4h12v16l-6-4.500L6 20z",
  help: "M9.200 9.300a2.900 2.900 0 1 1 4.300 2.600c-1 .6-1.500 1.200-1.500 2.300M12 17.600v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  close: "M6 6l12 12M18 6 6 18",
};

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}
