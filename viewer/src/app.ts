import { shapesOf, urlOf, type SceneConfig, type Shape } from "./config";
import { isWholePage } from "./dom";
import { fetchAhead } from "./download";
import { listenToKeys } from "./keyboard";
import { follow, type LiveState } from "./live";
import type { Command, Shell } from "./shell";
import type { Viewer } from "./stage/scene-viewer";

const CLICK_SLOP_PX = 6;
const DOUBLE_TAP_MS = 350;

/** Joins the page and the scene: commands come in, what happens goes out. */
export class App {
  private shell!: Shell;
  private viewer: Viewer | null = null;
  private snapshotUrl = "";

  constructor(private config: SceneConfig) {}

  /** Load the 3D part and show the scene; failures become a message on the page. */
  async start(shell: Shell): Promise<void> {
    this.shell = shell;
    try {
      this.begin();
      const { Viewer } = await import("./stage/scene-viewer");
      this.viewer = new Viewer(shell.canvas, shell.host, this.config, {
        progress: (share) => shell.setProgress(share),
        shown: (shape) => shell.setShown(shape),
        mode: (mode) => shell.setMode(mode),
        say: (text) => shell.say(text, true),
        touched: () => shell.dropHint(),
      });
    } catch (error) {
      return this.fail(error);
    }
    this.listen(this.viewer);
    if (this.config.live) await follow(this.config.live.url, (state) => this.takeLive(state));
    else await this.open();
  }

  run(command: Command): void {
    const { shell, viewer } = this;
    if (command === "help") return shell.openHelp();
    if (command === "fullscreen") return void this.toggleFullscreen();
    if (!viewer?.shape) return;
    if (command === "reset") viewer.reset();
    if (command === "mode") viewer.setMode(viewer.mode === "orbital" ? "drone" : "orbital");
    if (command === "measure") shell.setPressed("measure", viewer.toggleMeasure());
    if (command === "picture") void this.savePicture(viewer);
    if (command === "save") void this.saveView(viewer);
  }

  /** Let the file and the splat engine come while the rest is still on its way. */
  private begin(): void {
    const [shape] = shapesOf(this.config);
    const url = shape && urlOf(shape, this.config);
    if (url && !this.config.live) fetchAhead(url);
    if (shape === "splats" || this.config.live) import("./stage/splats").catch(() => undefined); // said when it is needed
  }

  private async open(): Promise<void> {
    const shapes = shapesOf(this.config);
    this.shell.setShapes(shapes, (shape) => void this.show(shape));
    if (shapes[0]) await this.show(shapes[0]);
    else this.shell.fail("This scene has nothing to show.", "Its files may not be made yet.");
  }

  private async show(shape: Shape): Promise<void> {
    this.shell.setProgress(null);
    try {
      await this.viewer?.show(shape, this.config);
    } catch (error) {
      this.fail(error);
    }
  }

  private async takeLive(state: LiveState): Promise<void> {
    if (state.status === "failed") {
      this.shell.setLive(null);
      return this.shell.fail(state.message ?? "This scene could not be made.", "The page of its job says more.");
    }
    if (state.status === "running") {
      this.shell.setProgress("done");
      this.shell.setLive(liveText(state), state.percent ?? null);
      return this.takeSnapshot(state);
    }
    this.config = { ...this.config, ...state.config, live: null };
    this.shell.setLive(null);
    await this.open();
    this.shell.say("Finished");
  }

  private async takeSnapshot({ snapshot }: LiveState): Promise<void> {
    if (!snapshot || snapshot.url === this.snapshotUrl) return;
    try {
      await this.viewer?.showSnapshot(snapshot.url);
      this.snapshotUrl = snapshot.url;
    } catch {
      // A newer one may have taken its place meanwhile; the next answer names it.
    }
  }

  private async savePicture(viewer: Viewer): Promise<void> {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await viewer.picture());
    link.download = `${this.config.title.replace(/[^\p{L}\p{N}]+/gu, "-") || "scene"}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    this.shell.say("Picture saved");
  }

  private async saveView(viewer: Viewer): Promise<void> {
    const { save } = this.config;
    if (!save) return;
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (save.csrf) headers["X-CSRFToken"] = save.csrf;
    const body = JSON.stringify({ camera_data: viewer.cameraData() });
    const answer = await fetch(save.url, { method: save.method ?? "PATCH", headers, body }).catch(() => null);
    if (answer?.ok) viewer.keepView();
    this.shell.say(answer?.ok ? "The scene opens with this view from now on" : "The view could not be saved");
  }

  private async toggleFullscreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.shell.host.requestFullscreen();
  }

  private listen(viewer: Viewer): void {
    const { canvas, host } = this.shell;
    listenToKeys(isWholePage() ? document : host, {
      held: (codes) => viewer.press(codes),
      command: (command) => {
        if (command === "shape") this.nextShape(viewer);
        else if (command === "leave") this.shell.setPressed("measure", viewer.stopMeasure());
        else this.run(command);
      },
    });
    listenToClicks(canvas, (x, y, double) => viewer.click(x, y, double));
    canvas.addEventListener("webglcontextlost", () => {
      this.shell.fail("The graphics card has dropped the scene.", "Opening the page again brings it back.");
    });
  }

  private nextShape(viewer: Viewer): void {
    const shapes = shapesOf(this.config);
    const next = shapes[(shapes.indexOf(viewer.shape ?? "splats") + 1) % shapes.length];
    if (next && next !== viewer.shape) void this.show(next);
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.shell.fail("The scene could not be shown.", text);
  }
}

/** Clicks and taps that are no drags; a finger's second tap counts as a double click. */
function listenToClicks(canvas: HTMLElement, click: (x: number, y: number, double: boolean) => void): void {
  let down: PointerEvent | null = null;
  let last: PointerEvent | null = null;
  canvas.addEventListener("pointerdown", (event) => (down = event.isPrimary && event.button === 0 ? event : null));
  canvas.addEventListener("pointerup", (event) => {
    if (!down || !event.isPrimary || apart(down, event) > CLICK_SLOP_PX) return;
    const double =
      last !== null && event.timeStamp - last.timeStamp < DOUBLE_TAP_MS && apart(last, event) < 4 * CLICK_SLOP_PX;
    last = double ? null : event;
    click(event.clientX, event.clientY, double);
  });
}

function apart(one: PointerEvent, two: PointerEvent): number {
  return Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
}

function liveText({ stage, percent }: LiveState): string {
  const name = stage ? stage.charAt(0).toUpperCase() + stage.slice(1) : "Working";
  return percent === undefined ? name : `${name} · ${Math.round(percent)} %`;
}
