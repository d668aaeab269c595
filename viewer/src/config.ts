/** What the page's `<script type="application/json" id="scene-config">` says; README.md is its reference. */

export interface Point {
  x: number;
  y: number;
  z: number;
}

/** A view in right-up-back axes. */
export interface CameraData {
  position: Point;
  lookAt: Point;
  up: Point;
  cameraType?: "orbital" | "drone";
}

/** Where x, y and z point in a file. */
export type Axes = "right-up-back" | "right-down-forward" | "right-forward-up";

export interface SplatsConfig {
  spz?: string;
  ply?: string;
  count?: number;
}

export interface MeshConfig {
  url: string;
  kind: "glb" | "ply" | "stl";
  axes?: Axes;
}

export interface PointsConfig {
  url: string;
  axes?: Axes;
}

export interface SaveConfig {
  url: string;
  method?: string;
  csrf?: string;
}

export interface SceneConfig {
  title: string;
  splats?: SplatsConfig | null;
  mesh?: MeshConfig | null;
  points?: PointsConfig | null;
  poster?: string | null;
  camera?: CameraData | null;
  save?: SaveConfig | null;
  live?: { url: string } | null;
  embed?: boolean;
}

export type Shape = "splats" | "mesh" | "points";

/** What there is to show, the best first. */
export function shapesOf(config: SceneConfig): Shape[] {
  const shapes: Shape[] = [];
  if (config.splats?.spz || config.splats?.ply) shapes.push("splats");
  if (config.mesh) shapes.push("mesh");
  if (config.points) shapes.push("points");
  return shapes;
}

/** Where a shape's file is. */
export function urlOf(shape: Shape, { splats, mesh, points }: SceneConfig): string | undefined {
  return { splats: splats?.spz ?? splats?.ply, mesh: mesh?.url, points: points?.url }[shape];
}

/** The page's configuration; throws an Error with a sentence for people when there is none. */
export function readConfig(): SceneConfig {
  const text = document.getElementById("scene-config")?.textContent;
  if (!text) throw new Error("This page does not say which scene to show.");
  return JSON.parse(text) as SceneConfig;
}
