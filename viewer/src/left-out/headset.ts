import { EventDispatcher } from "three";

/** Takes the place of three's WebXRManager in the build: the renderer asks it at every turn and hears that nobody wears one. */
export class WebXRManager extends EventDispatcher {
  enabled = false; // Spark saves and restores it
  readonly isPresenting = false;

  getEnvironmentBlendMode(): undefined {}

  setAnimationLoop(): void {}

  dispose(): void {}
}
