/** Takes the place of three's WebGLShadowMap in the build: nothing here throws a shadow. */
export class WebGLShadowMap {
  enabled = false;
  autoUpdate = true;
  needsUpdate = false;
  type = 0;

  render(): void {}
}
