import type { WebGLRenderer } from "three";

const MAX_PIXEL_RATIO = 2;
const COARSEST = 0.4; // share of the full resolution
const SLOW_MS = 45; // a moving picture that takes longer is drawn coarser,
const FAST_MS = 20; // one that takes less finer
const STILL_MS = 2500; // what drawing a picture at rest may take
const REST_MS = 180;
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/** How fine to draw: coarser while things move on a slow machine, and as fine as it bears once they rest. */
export class Resolution {
  private share: number;
  private moving: number;
  private costMs = 0; // of the last picture, at `share`
  private restTimer = 0;

  constructor(
    private readonly renderer: WebGLRenderer,
    private readonly requestFrame: () => void,
  ) {
    this.share = this.moving = SOFTWARE.test(nameOf(renderer.getContext())) ? COARSEST : 1;
    this.apply(this.share);
  }

  /** Before a picture: whether things move. */
  begin(moving: boolean): void {
    if (!moving) return;
    this.apply(this.moving);
    this.restLater();
  }

  /** After a picture: how long it took. */
  end(costMs: number): void {
    this.costMs = costMs;
    if (costMs > SLOW_MS) this.moving = Math.max(COARSEST, this.moving * 0.85);
    else if (costMs < FAST_MS) this.moving = Math.min(1, this.moving * 1.05);
    if (this.share < this.still()) this.restLater();
  }

  /** The finest, whatever it takes; until the next motion. */
  sharpen(): void {
    this.apply(1);
  }

  private restLater(): void {
    clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => {
      if (this.still() <= this.share) return;
      this.apply(this.still());
      this.requestFrame();
    }, REST_MS);
  }

  /** The share at which a picture would take STILL_MS; the cost is taken to grow with the number of pixels. */
  private still(): number {
    const bearable = this.share * Math.sqrt(STILL_MS / Math.max(this.costMs, 1));
    return bearable > this.share * 1.2 ? Math.min(1, bearable) : this.share;
  }

  private apply(share: number): void {
    this.share = share;
    const ratio = Math.min(devicePixelRatio, MAX_PIXEL_RATIO) * share;
    if (ratio !== this.renderer.getPixelRatio()) this.renderer.setPixelRatio(ratio);
  }
}

/** What draws. Chromium tells it only to who asks for the extension, Firefox only to who does not. */
function nameOf(gl: WebGLRenderingContext | WebGL2RenderingContext): string {
  const name = String(gl.getParameter(gl.RENDERER));
  const more = name === "WebKit WebGL" ? gl.getExtension("WEBGL_debug_renderer_info") : null;
  return more ? String(gl.getParameter(more.UNMASKED_RENDERER_WEBGL)) : name;
}
