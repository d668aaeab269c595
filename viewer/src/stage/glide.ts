import { Vector3 } from "three";
import { prefersStillness } from "../dom";
import type { Stage } from "./stage";
import type { View } from "./view";

const GLIDE_S = 0.55;

/** Moves from view to view; `place` is told each one in between. One at a time. */
export class Glide {
  private stop: (() => void) | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly place: (view: View) => void,
  ) {}

  to(from: View, goal: View): void {
    this.cancel();
    if (prefersStillness()) return this.place(goal);
    let share = 0;
    const step = (dtS: number): boolean => {
      share = Math.min(share + dtS / GLIDE_S, 1);
      this.place(between(from, goal, share * share * (3 - 2 * share)));
      if (share === 1) this.cancel();
      return share < 1;
    };
    this.stage.steps.add(step);
    this.stop = () => this.stage.steps.delete(step);
    this.stage.requestFrame();
  }

  cancel(): void {
    this.stop?.();
    this.stop = null;
  }
}

function between(from: View, goal: View, share: number): View {
  return {
    position: new Vector3().lerpVectors(from.position, goal.position, share),
    target: new Vector3().lerpVectors(from.target, goal.target, share),
    up: new Vector3().lerpVectors(from.up, goal.up, share).normalize(),
  };
}
