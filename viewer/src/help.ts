import { el } from "./dom";
import { icon } from "./icons";

type Row = [keys: string, what: string];

const SECTIONS: [title: string, rows: Row[]][] = [
  [
    "Orbit",
    [
      ["Drag, one finger", "Turn"],
      ["Scroll, pinch", "Zoom"],
      ["Right drag, two fingers", "Move"],
      ["Double click or tap", "Focus"],
      ["Arrows, + −", "Turn, zoom"],
    ],
  ],
  [
    "Fly",
    [
      ["Drag, one finger", "Look around"],
      ["W A S D, arrows", "Move"],
      ["Q E", "Down, up"],
      ["Shift", "Faster"],
      ["Two fingers, pinch", "Move, advance"],
    ],
  ],
  [
    "Keys",
    [
      ["R", "First view"],
      ["O", "Orbit or fly"],
      ["V", "Splats or mesh"],
      ["M", "Measure"],
      ["P", "Save a picture"],
      ["F", "Full screen"],
    ],
  ],
];

/** The overlay that explains the controls. */
export function helpDialog(): HTMLDialogElement {
  const close = el("button", { type: "button", class: "close", "aria-label": "Close" }, icon("close"));
  const dialog = el("dialog", { class: "help", "aria-label": "Help" }, close, el("h2", {}, "Getting around"));
  for (const [title, rows] of SECTIONS) dialog.append(el("section", {}, el("h3", {}, title), list(rows)));
  dialog.append(
    el("p", { class: "small" }, "Lengths are in the scene's own units: a video alone does not tell metres."),
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}

function list(rows: Row[]): HTMLElement {
  return el("dl", {}, ...rows.flatMap(([keys, what]) => [el("dt", {}, keys), el("dd", {}, what)]));
}
