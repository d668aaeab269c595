import type { Command } from "./shell";

const COMMANDS: Record<string, Command | "shape" | "leave"> = {
  KeyR: "reset",
  Home: "reset",
  KeyO: "mode",
  KeyM: "measure",
  KeyP: "picture",
  KeyF: "fullscreen",
  KeyH: "help",
  KeyV: "shape",
  Escape: "leave",
};
const MOVES = /^(Arrow(Up|Down|Left|Right)|Key[WASDQE]|Shift(Left|Right)|Equal|Minus|NumpadAdd|NumpadSubtract)$/;

export interface KeyEvents {
  command(command: Command | "shape" | "leave"): void;
  /** The keys for moving that are held down now. */
  held(codes: ReadonlySet<string>): void;
}

/** Listens to keys inside `scope`; typing into fields and the browser's own shortcuts are left alone. */
export function listenToKeys(scope: Document | HTMLElement, events: KeyEvents): void {
  const codes = new Set<string>();
  const release = (): void => {
    codes.clear();
    events.held(codes);
  };
  scope.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent) || event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event))
      return;
    const command = COMMANDS[event.code];
    if (command && !event.repeat) events.command(command);
    if (!MOVES.test(event.code)) return;
    if (event.code.startsWith("Arrow")) event.preventDefault();
    if (codes.has(event.code)) return;
    codes.add(event.code);
    events.held(codes);
  });
  window.addEventListener("keyup", (event) => {
    if (codes.delete(event.code)) events.held(codes);
  });
  window.addEventListener("blur", release);
}

function isElsewhere(event: KeyboardEvent): boolean {
  return (
    event.target instanceof Element &&
    event.target.closest("input, textarea, select, [contenteditable], dialog") !== null
  );
}
