import { PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { Resolution } from "./resolution";

/** Moves something by `dtS` seconds; true while it wants more frames. */
export type Step = (dtS: number) => boolean;

const FIELD_OF_VIEW_DEG = 55; // across the picture's shorter side, so that a phone held upright is no keyhole
const WIDEST_DEG = 85;
const LONGEST_STEP_S = 0.1;

/** Canvas, camera and renderer. Draws a frame when one is asked for and rests otherwise. */
export class Stage {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.01, 1000);
  readonly renderer: WebGLRenderer;
  readonly steps = new Set<Step>();
  readonly painted = new Set<() => void>();
  numFrames = 0;
  private readonly resolution: Resolution;
  private scheduled = false;
  private lastMs: number | null = null;

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

  /** A PNG of the present view. */
  async picture(): Promise<Blob> {
    this.resolution.sharpen();
    this.renderer.render(this.scene, this.camera);
    return new Promise((resolve, reject) => {
      this.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))));
    });
  }

  private frame(nowMs: number): void {
    this.scheduled = false;
    const passedMs = this.lastMs === null ? null : nowMs - this.lastMs;
    const dtS = Math.min((passedMs ?? 16) / 1000, LONGEST_STEP_S);
    let moving = false;
    for (const step of [...this.steps]) moving = step(dtS) || moving;
    this.resolution.follow(moving, passedMs);
    this.renderer.render(this.scene, this.camera);
    this.numFrames += 1;
    for (const note of [...this.painted]) note();
    this.lastMs = moving ? nowMs : null;
    if (moving) this.requestFrame();
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
