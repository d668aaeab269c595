import { Vector3 } from "three";
import type { Controls } from "./orbit";
import type { Stage } from "./stage";
import type { View } from "./view";

const LOOK_PER_PX = 0.0028; // radians
const SPEED = 0.45; // reaches of the scene per second
const FASTER = 3;
const EASE_PER_S = 9;
const STILL = 1e-3;
const STEEPEST = 0.99; // cosine to up

/** Flying: dragging looks around, keys move; with two fingers one moves along and pinches forwards. */
export class Fly implements Controls {
  readonly target = new Vector3();
  private depth = 1;
  private codes: ReadonlySet<string> = new Set();
  private readonly velocity = new Vector3(); // right, up, forward; reaches per second
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private listeners: AbortController | null = null;
  private readonly step = (dtS: number): boolean => this.advance(dtS);

  constructor(
    private readonly stage: Stage,
    private readonly reach: () => number,
    private readonly moved: () => void,
  ) {}

  enable({ position, target, up }: View): void {
    this.disable();
    const { camera, canvas, steps } = this.stage;
    camera.position.copy(position);
    camera.up.copy(up);
    this.depth = position.distanceTo(target) || 1;
    this.face(target.clone().sub(position).normalize());
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    canvas.style.touchAction = "none";
    canvas.addEventListener("pointerdown", (event) => this.grab(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.drag(event), { signal });
    canvas.addEventListener("pointerup", (event) => this.pointers.delete(event.pointerId), { signal });
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId), { signal });
    canvas.addEventListener("wheel", (event) => this.roll(event), { signal, passive: false });
    steps.add(this.step);
  }

  disable(): void {
    this.listeners?.abort();
    this.listeners = null;
    this.pointers.clear();
    this.velocity.set(0, 0, 0);
    this.stage.steps.delete(this.step);
  }

  press(codes: ReadonlySet<string>): void {
    this.codes = codes;
    this.stage.requestFrame();
  }

  private grab(event: PointerEvent): void {
    this.stage.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved();
  }

  private drag(event: PointerEvent): void {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    const spread = this.spread();
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.pointers.size === 1) this.look(dx, dy);
    else this.shift(new Vector3(-dx, dy, 2 * (this.spread() - spread)).multiplyScalar(0.5 * this.perPixel()));
  }

  private roll(event: WheelEvent): void {
    event.preventDefault();
    this.shift(new Vector3(0, 0, -Math.sign(event.deltaY) * this.reach() * 0.05));
    this.moved();
  }

  /** Distance between two fingers, px. */
  private spread(): number {
    const [one, two] = [...this.pointers.values()];
    return one && two ? Math.hypot(one.x - two.x, one.y - two.y) : 0;
  }

  private perPixel(): number {
    return (2 * this.reach()) / Math.max(this.stage.canvas.clientHeight, 1);
  }

  private look(dx: number, dy: number): void {
    const { camera } = this.stage;
    const forward = camera.getWorldDirection(new Vector3());
    const right = forward.clone().cross(camera.up).normalize();
    forward.applyAxisAngle(camera.up, dx * LOOK_PER_PX).applyAxisAngle(right, dy * LOOK_PER_PX);
    if (Math.abs(forward.dot(camera.up)) < STEEPEST) this.face(forward);
  }

  private face(forward: Vector3): void {
    const { camera } = this.stage;
    this.target.copy(camera.position).addScaledVector(forward, this.depth);
    camera.lookAt(this.target);
    this.stage.requestFrame();
  }

  /** Moves by a vector of right, up, forward. */
  private shift({ x, y, z }: Vector3): void {
    const { camera } = this.stage;
    const forward = camera.getWorldDirection(new Vector3());
    const right = forward.clone().cross(camera.up).normalize();
    camera.position.addScaledVector(right, x).addScaledVector(camera.up, y).addScaledVector(forward, z);
    this.face(forward);
  }

  private advance(dtS: number): boolean {
    const held = (...names: string[]): number => (names.some((name) => this.codes.has(name)) ? 1 : 0);
    const wish = new Vector3(
      held("KeyD", "ArrowRight") - held("KeyA", "ArrowLeft"),
      held("KeyE") - held("KeyQ"),
      held("KeyW", "ArrowUp") - held("KeyS", "ArrowDown"),
    ).multiplyScalar(SPEED * (held("ShiftLeft", "ShiftRight") ? FASTER : 1));
    if (wish.lengthSq()) this.moved();
    this.velocity.lerp(wish, 1 - Math.exp(-EASE_PER_S * dtS));
    if (this.velocity.length() < STILL * SPEED) this.velocity.set(0, 0, 0);
    if (!this.velocity.lengthSq()) return false;
    this.shift(this.velocity.clone().multiplyScalar(this.reach() * dtS));
    return true;
  }
}
