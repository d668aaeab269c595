import { el, hasTouch, isWholePage } from "./dom";
import { helpDialog } from "./help";
import { icon, type IconName } from "./icons";
import type { SceneConfig, Shape } from "./config";
import type { Mode } from "./stage/scene-viewer";

export type Command = "reset" | "mode" | "measure" | "picture" | "save" | "fullscreen" | "help";

interface Tool {
  command: Command;
  icon: IconName;
  label: string;
}

const TOOLS: Tool[] = [
  { command: "reset", icon: "home", label: "Back to the first view (R)" },
  { command: "mode", icon: "fly", label: "Fly (O)" },
  { command: "measure", icon: "measure", label: "Measure (M)" },
  { command: "picture", icon: "camera", label: "Save a picture (P)" },
  { command: "save", icon: "save", label: "Open the scene with this view" },
  { command: "fullscreen", icon: "fullscreen", label: "Full screen (F)" },
  { command: "help", icon: "help", label: "Help (H)" },
];
const IN_EMBED: Command[] = ["reset", "mode", "fullscreen", "help"];
const SHAPE_NAMES: Record<Shape, string> = { splats: "Splats", mesh: "Mesh", points: "Points" };
const HINT_MS = 7000;
const NOTE_MS = 4000;
const LEAST_COVER = 0.6; // share of the poster that is seen when it covers the page

/** Everything on the page but the scene: there before the first byte of it. */
export class Shell {
  readonly canvas = el("canvas", { tabindex: "0", role: "img" });
  private readonly tools = new Map<Command, HTMLButtonElement>();
  private readonly shapes = new Map<Shape, HTMLButtonElement>();
  private readonly bar = el("div", { class: "toolbar", role: "toolbar", "aria-label": "View" });
  private readonly shapeBar = el("div", { class: "shapes", role: "group", "aria-label": "Show as" });
  private readonly progressLine = el("progress", { class: "line", max: "1", "aria-label": "Loading" });
  private readonly note = el("p", { class: "note", role: "status" });
  private readonly hint = el("p", { class: "hint", "aria-hidden": "true" });
  private readonly live = el("div", { class: "live" });
  private readonly help = helpDialog();
  private noteTimer = 0;

  constructor(
    readonly host: HTMLElement,
    config: SceneConfig,
    private readonly run: (command: Command) => void,
  ) {
    this.canvas.setAttribute("aria-label", `${config.title}: a 3D scene. Arrow keys turn it.`);
    this.addPoster(config);
    const title = el(isWholePage() ? "h1" : "p", { class: "title" }, config.title);
    const top = el("div", { class: "top" }, title, this.live, this.shapeBar);
    const bottom = el("div", { class: "bottom" }, this.note, this.hint, this.bar);
    host.append(this.canvas, this.progressLine, top, bottom, this.help);
    if (config.embed) host.classList.add("embed");
    this.addTools(config);
  }

  /** Buttons to switch between shapes, when there is more than one. */
  setShapes(shapes: Shape[], choose: (shape: Shape) => void): void {
    this.shapes.clear();
    this.shapeBar.replaceChildren();
    if (shapes.length < 2) return;
    for (const shape of shapes) {
      const button = el("button", { type: "button", "aria-pressed": "false" }, SHAPE_NAMES[shape]);
      button.addEventListener("click", () => choose(shape));
      this.shapes.set(shape, button);
      this.shapeBar.append(button);
    }
  }

  /** A shape is on screen: the poster goes. */
  setShown(shape: Shape): void {
    for (const [name, button] of this.shapes) button.setAttribute("aria-pressed", String(name === shape));
    this.setProgress("done");
    if (this.host.classList.contains("drawn")) return;
    this.host.classList.add("drawn");
    this.showHint();
  }

  setMode(mode: Mode): void {
    const [name, label] = mode === "drone" ? (["orbit", "Orbit (O)"] as const) : (["fly", "Fly (O)"] as const);
    const button = this.tools.get("mode");
    button?.replaceChildren(icon(name));
    if (button) describe(button, label);
    this.hint.textContent = hintText(mode);
  }

  setPressed(command: Command, pressed: boolean): void {
    this.tools.get(command)?.setAttribute("aria-pressed", String(pressed));
  }

  /** Share of the file that is there; null while unknown, "done" takes the line away. */
  setProgress(share: number | null | "done"): void {
    this.progressLine.hidden = share === "done";
    if (typeof share === "number" && share < 1) this.progressLine.value = share;
    else this.progressLine.removeAttribute("value");
  }

  /** A short note above the toolbar: for some seconds, or until the next one. */
  say(text: string, stays = false): void {
    clearTimeout(this.noteTimer);
    this.note.textContent = text;
    if (text) this.dropHint();
    if (text && !stays) this.noteTimer = window.setTimeout(() => (this.note.textContent = ""), NOTE_MS);
  }

  /** How far the making of the scene is; null when it is made. */
  setLive(text: string | null, percent: number | null = null): void {
    this.live.replaceChildren();
    if (text === null) return;
    this.live.append(el("span", { class: "live-text", role: "status" }, text));
    if (percent !== null) {
      this.live.append(el("progress", { max: "100", value: String(percent), "aria-label": "Progress" }));
    }
  }

  /** A card in the middle for what keeps the scene from being shown; the poster stays behind it. */
  fail(text: string, advice: string): void {
    this.setProgress("done");
    this.host.querySelector(".card")?.remove();
    const again = el("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => location.reload());
    this.host.append(
      el("div", { class: "card", role: "alert" }, el("p", {}, text), el("p", { class: "advice" }, advice), again),
    );
    this.host.classList.add("failed");
  }

  openHelp(): void {
    if (this.help.open) this.help.close();
    else this.help.showModal();
  }

  dropHint(): void {
    this.hint.classList.remove("visible");
  }

  private showHint(): void {
    if (!this.hint.textContent) this.hint.textContent = hintText("orbital");
    this.hint.classList.add("visible");
    setTimeout(() => this.dropHint(), HINT_MS);
  }

  /** Unless the page came with one; a picture much slimmer or wider than the page is shown whole. */
  private addPoster({ poster }: SceneConfig): void {
    const there = this.host.querySelector<HTMLImageElement>("img.poster");
    if (!there && !poster) return;
    const image = there ?? el("img", { class: "poster", src: poster ?? "", alt: "" });
    if (!there) this.host.prepend(image);
    const fit = (): void => {
      const shape = (image.naturalWidth / image.naturalHeight) * (this.host.clientHeight / this.host.clientWidth);
      image.classList.toggle("whole", Math.min(shape, 1 / shape) < LEAST_COVER);
    };
    if (image.complete) fit();
    else image.addEventListener("load", fit);
  }

  private addTools(config: SceneConfig): void {
    for (const tool of TOOLS) {
      if (tool.command === "save" && !config.save) continue;
      if (tool.command === "fullscreen" && !document.fullscreenEnabled) continue;
      if (config.embed && !IN_EMBED.includes(tool.command)) continue;
      const button = el("button", { type: "button" }, icon(tool.icon));
      describe(button, tool.label);
      button.addEventListener("click", () => this.run(tool.command));
      this.tools.set(tool.command, button);
      this.bar.append(button);
    }
    this.setPressed("measure", false);
  }
}

function describe(button: HTMLElement, label: string): void {
  button.setAttribute("aria-label", label);
  button.dataset["tip"] = label;
}

function hintText(mode: Mode): string {
  if (mode === "drone") {
    return hasTouch()
      ? "One finger looks around · two fingers move, pinch to go forwards"
      : "Drag to look · W A S D to move · Q E down and up";
  }
  return hasTouch()
    ? "One finger turns · two fingers move and zoom · double tap to focus"
    : "Drag to turn · scroll to zoom · double-click to focus";
}
