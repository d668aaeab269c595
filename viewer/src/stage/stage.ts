import { PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { Resolution } from "./resolution";

/** Moves something by `dtS` seconds; true while it wants more frames. */
export type Step = (dtS: number) => boolean;

const FIELD_OF_VIEW_DEG = 55; // across the picture's shorter side, so that a phone held upright is no keyhole
const WIDEST_DEG = 72; // top to bottom, as far as a phone's own video reaches
const LONGEST_STEP_S = 0.1;
const POLL_MS = 4;
const BUSY_MS = 60;

/** Canvas, camera and renderer. Draws a frame when one is asked for and rests otherwise. */
export class Stage {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.01, 1000);
  readonly renderer: WebGLRenderer;
  readonly steps = new Set<Step>();
  readonly rendered = new Set<() => void>();
  /** While what is shown changes, the cost of a picture says nothing about the next one. */
  changing = true; // from nothing
  private readonly resolution: Resolution;
  private scheduled = false;
  private lastMs: number | null = null;
  private timedSinceMs: number | null = null;
  private wanted = false;

  constructor(
    readonly canvas: HTMLCanvasElement,
    antialias: boolean,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias, alpha: true, powerPreference: "high-performance" });
    this.resolution = new Resolution(this.renderer, () => this.requestFrame());
    new ResizeObserver(() => this.fit()).observe(canvas.parentElement ?? canvas);
    this.fit();
  }

  requestFrame(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame((nowMs) => this.frame(nowMs));
  }

  /** Resolves when the graphics processor is done with all that it was given. */
  async finished(): Promise<void> {
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return; // the context is lost
    gl.flush();
    do await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    while (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED);
    gl.deleteSync(fence);
  }

  /** Like `finished`, just after a picture that shows for the first time what others will: its cost counts. */
  async finishedFirst(): Promise<void> {
    const startMs = performance.now();
    await this.finished();
    this.resolution.end(performance.now() - startMs);
  }

  /** A PNG of the present view, as fine as can be. */
  async picture(): Promise<Blob> {
    this.resolution.sharpen();
    this.renderer.render(this.scene, this.camera);
    return new Promise((resolve, reject) => {
      this.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))));
    });
  }

  private frame(nowMs: number): void {
    this.scheduled = false;
    if (this.timedSinceMs !== null && nowMs - this.timedSinceMs > BUSY_MS) {
      this.wanted = true; // no pictures queue up in a slow graphics processor: the view would lag behind the hand
      return;
    }
    const passedMs = this.lastMs === null ? null : nowMs - this.lastMs;
    const dtS = Math.min((passedMs ?? 16) / 1000, LONGEST_STEP_S);
    let moving = false;
    for (const step of [...this.steps]) moving = step(dtS) || moving;
    this.resolution.begin(moving);
    this.renderer.render(this.scene, this.camera);
    void this.time();
    for (const note of [...this.rendered]) note();
    this.lastMs = moving ? nowMs : null;
    if (moving) this.requestFrame();
  }

  private async time(): Promise<void> {
    if (this.timedSinceMs !== null) return; // one at a time
    this.timedSinceMs = performance.now();
    await this.finished();
    if (!this.changing) this.resolution.end(performance.now() - this.timedSinceMs);
    this.timedSinceMs = null;
    if (this.wanted) this.requestFrame();
    this.wanted = false;
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement ?? this.canvas;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.fov = verticalFieldOfView(this.camera.aspect);
    this.camera.updateProjectionMatrix();
    this.requestFrame();
  }
}

function verticalFieldOfView(aspect: number): number {
  const half = Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360);
  const deg = (2 * Math.atan(half / Math.min(aspect, 1)) * 180) / Math.PI;
  return Math.min(deg, WIDEST_DEG);
}
