import { MOUSE, TOUCH, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { prefersStillness } from "../dom";
import type { Stage } from "./stage";
import type { View } from "./view";

const TURN_PER_S = 1.4; // radians, while an arrow key is held
const ZOOM_PER_S = 2.2; // factor
const POLE_RAD = 0.03;

/** How the camera is moved: in circles around a point, or freely. */
export interface Controls {
  /** Takes the camera over where it stands. */
  enable(view: View): void;
  disable(): void;
  /** The point that is looked at. */
  readonly target: Vector3;
  /** Keys held down, by their `code`. */
  press(codes: ReadonlySet<string>): void;
}

export class Orbit implements Controls {
  readonly target = new Vector3();
  private controls: OrbitControls | null = null;
  private codes: ReadonlySet<string> = new Set();
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
    const controls = new OrbitControls(camera, canvas); // made anew: it reads the camera's up only here
    controls.enableDamping = !prefersStillness();
    controls.dampingFactor = 0.12;
    controls.minPolarAngle = POLE_RAD;
    controls.maxPolarAngle = Math.PI - POLE_RAD;
    controls.minDistance = this.reach() * 0.01;
    controls.maxDistance = this.reach() * 30;
    controls.mouseButtons = { LEFT: MOUSE.ROTATE, MIDDLE: MOUSE.DOLLY, RIGHT: MOUSE.PAN };
    controls.touches = { ONE: TOUCH.ROTATE, TWO: TOUCH.DOLLY_PAN };
    controls.target = this.target.copy(target);
    controls.addEventListener("change", () => this.stage.requestFrame());
    controls.addEventListener("start", this.moved);
    controls.update();
    this.controls = controls;
    steps.add(this.step);
    this.stage.requestFrame();
  }

  disable(): void {
    this.controls?.dispose();
    this.controls = null;
    this.stage.steps.delete(this.step);
  }

  press(codes: ReadonlySet<string>): void {
    this.codes = codes;
    this.stage.requestFrame();
  }

  private advance(dtS: number): boolean {
    const { camera } = this.stage;
    const held = (...names: string[]): number => (names.some((name) => this.codes.has(name)) ? 1 : 0);
    const around = held("ArrowRight", "KeyD") - held("ArrowLeft", "KeyA");
    const over = held("ArrowUp", "KeyW") - held("ArrowDown", "KeyS");
    const closer = held("Equal", "NumpadAdd", "KeyE") - held("Minus", "NumpadSubtract", "KeyQ");
    const offset = camera.position.clone().sub(this.target);
    if (around) offset.applyAxisAngle(camera.up, around * TURN_PER_S * dtS);
    if (over) tilt(offset, camera.up, over * TURN_PER_S * dtS);
    if (closer) offset.multiplyScalar(ZOOM_PER_S ** (-closer * dtS));
    const keyed = Boolean(around || over || closer);
    if (keyed) {
      camera.position.copy(this.target).add(offset);
      this.moved();
    }
    return (this.controls?.update() ?? false) || keyed;
  }
}

/** Turns `offset` towards `up`, stopping short of it. */
function tilt(offset: Vector3, up: Vector3, angle: number): void {
  const polar = offset.angleTo(up);
  const turned = Math.min(Math.max(polar - angle, POLE_RAD), Math.PI - POLE_RAD);
  const axis = new Vector3().crossVectors(offset, up).normalize();
  offset.applyAxisAngle(axis, polar - turned);
}
