import { Raycaster, Vector2, type Ray } from "three";
import type { CameraData, SceneConfig, Shape } from "../config";
import type { Content, Progress } from "./content";
import { Fly } from "./fly";
import { Glide } from "./glide";
import { Measure } from "./measure";
import { Orbit, type Controls } from "./orbit";
import { SceneFiles } from "./scene-files";
import { Stage } from "./stage";
import { cameraDataOf, overview, viewOf, type View } from "./view";

export type Mode = "orbital" | "drone";

/** What the viewer tells the page around it. */
export interface ViewerEvents {
  progress: Progress;
  shown(shape: Shape): void;
  mode(mode: Mode): void;
  say(text: string): void;
  /** The person has moved the camera. */
  touched(): void;
}

const CLOSER = 0.55; // a focused point is approached to this share of the distance
const CLOSEST = 0.12; // but not nearer than this share of the scene's reach

/** The scene with its camera: all that the toolbar, the keys and the live view ask for. */
export class Viewer {
  readonly stage: Stage;
  mode: Mode = "orbital";
  shape: Shape | null = null;
  private readonly files: SceneFiles;
  private readonly glide: Glide;
  private readonly measure: Measure;
  private readonly orbit: Orbit;
  private readonly fly: Fly;
  private home: View | null = null;
  private content: Content | null = null;
  private touched = false;
  private measuring = false;

  constructor(
    canvas: HTMLCanvasElement,
    host: HTMLElement,
    private readonly config: SceneConfig,
    private readonly events: ViewerEvents,
  ) {
    this.stage = new Stage(canvas, !config.splats && !config.live);
    this.files = new SceneFiles(this.stage);
    this.glide = new Glide(this.stage, (view) => this.controls.enable(view));
    this.measure = new Measure(this.stage, host, events.say);
    const reach = (): number => this.content?.extent.radius ?? 1;
    this.orbit = new Orbit(this.stage, reach, () => this.touch());
    this.fly = new Fly(this.stage, reach, () => this.touch());
  }

  /** Show one shape of a scene; what was there stays until the new one is drawn. */
  async show(shape: Shape, config: SceneConfig = this.config): Promise<void> {
    const content = await this.files.load(shape, config, this.events.progress);
    await this.present(content, shape, config.camera ?? null);
  }

  /** Show a snapshot of the training in place of the one before. */
  async showSnapshot(url: string): Promise<void> {
    const content = await this.files.loadSnapshot(url);
    await this.present(content, "splats", this.config.camera ?? null);
  }

  setMode(mode: Mode): void {
    const view = this.view();
    this.controls.disable();
    this.mode = mode;
    this.controls.enable(view);
    this.events.mode(mode);
  }

  /** Back to the view that the scene opens with. */
  reset(): void {
    if (this.home) this.glide.to(this.view(), this.home);
  }

  press(codes: ReadonlySet<string>): void {
    this.controls.press(codes);
  }

  /** A click, or the second one of a double click, at a place of the page. */
  click(clientX: number, clientY: number, double: boolean): void {
    if (!this.content || (!double && !this.measuring)) return;
    const point = this.content.pick(this.rayAt(clientX, clientY));
    if (this.measuring) return double ? undefined : this.measure.add(point);
    if (!point) return;
    const view = this.view();
    const away = view.position.clone().sub(point);
    const distance = Math.max(away.length() * CLOSER, Math.min(this.content.extent.radius * CLOSEST, away.length()));
    this.glide.to(view, {
      position: point.clone().addScaledVector(away.normalize(), distance),
      target: point,
      up: view.up,
    });
    this.touch(false);
  }

  /** Begin or end measuring; says which. */
  toggleMeasure(): boolean {
    this.measuring = !this.measuring;
    if (this.measuring) this.measure.start();
    else this.measure.stop();
    return this.measuring;
  }

  /** End measuring; false, as `toggleMeasure` answers when it ends. */
  stopMeasure(): boolean {
    return this.measuring && this.toggleMeasure();
  }

  picture(): Promise<Blob> {
    return this.stage.picture();
  }

  cameraData(): CameraData {
    return cameraDataOf(this.view(), this.mode);
  }

  /** Let the present view be the one that reset goes back to. */
  keepView(): void {
    this.home = this.view();
  }

  private get controls(): Controls {
    return this.mode === "orbital" ? this.orbit : this.fly;
  }

  private view(): View {
    const { position, up } = this.stage.camera;
    return { position: position.clone(), target: this.controls.target.clone(), up: up.clone() };
  }

  private async present(content: Content, shape: Shape, camera: CameraData | null): Promise<void> {
    const first = !this.content;
    this.content = content;
    this.shape = shape;
    this.setDepthRange();
    if (first || !this.touched) this.place(camera);
    await this.files.present(content);
    this.events.shown(shape);
  }

  private place(camera: CameraData | null): void {
    if (!this.content) return;
    const home = camera ? viewOf(camera) : overview(this.content.extent, this.stage.camera);
    this.home = home;
    const mode = camera?.cameraType ?? this.mode;
    this.controls.disable();
    this.mode = mode;
    this.controls.enable(home);
    this.events.mode(mode);
  }

  private setDepthRange(): void {
    const { camera } = this.stage;
    const reach = this.content?.extent.radius ?? 1;
    camera.near = reach / 500;
    camera.far = reach * 200;
    camera.updateProjectionMatrix();
  }

  private rayAt(clientX: number, clientY: number): Ray {
    const { canvas, camera } = this.stage;
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const spot = new Vector2(((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2);
    const raycaster = new Raycaster();
    raycaster.setFromCamera(spot, camera);
    return raycaster.ray;
  }

  private touch(stopGlide = true): void {
    if (stopGlide) this.glide.cancel();
    this.touched = true;
    this.events.touched();
  }
}
