import type { WebGLRenderer } from "three";

const SLOW_MS = 50;
const FAST_MS = 22;
const COARSEST = 0.4;
const REST_MS = 180;
const MAX_PIXEL_RATIO = 2;

/** Draws coarser while the view moves on a slow machine, and sharp again when it rests. */
export class Resolution {
  private coarse = 1; // share of the full resolution that motion gets
  private shown = 0;
  private averageMs = 16;
  private restTimer = 0;

  constructor(
    private readonly renderer: WebGLRenderer,
    private readonly requestFrame: () => void,
  ) {
    this.sharpen();
  }

  sharpen(): void {
    this.set(1);
  }

  /** Note one frame: whether things move, and the time since the frame before (null after a rest). */
  follow(moving: boolean, passedMs: number | null): void {
    if (!moving) return;
    if (passedMs !== null) this.adapt(passedMs);
    this.set(this.coarse);
    clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => {
      this.sharpen();
      this.requestFrame();
    }, REST_MS);
  }

  private adapt(passedMs: number): void {
    this.averageMs += 0.3 * (passedMs - this.averageMs);
    if (this.averageMs > SLOW_MS) this.coarse = Math.max(COARSEST, this.coarse * 0.85);
    else if (this.averageMs < FAST_MS) this.coarse = Math.min(1, this.coarse * 1.05);
  }

  private set(share: number): void {
    if (share === this.shown) return;
    this.shown = share;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, MAX_PIXEL_RATIO) * share);
  }
}
