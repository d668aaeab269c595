import { Matrix4, Quaternion, Vector3, type PerspectiveCamera } from "three";
import type { Axes, CameraData, Point } from "../config";

const MARGIN = 1.15; // room for the buttons, and for what lies outside of the bulk

/** Where the camera is, what it looks at, and which way is up; right-up-back axes. */
export interface View {
  position: Vector3;
  target: Vector3;
  up: Vector3;
}

/** The middle of a thing, how far it reaches, and points of it, from the middle. */
export interface Extent {
  center: Vector3;
  radius: number;
  points: Vector3[];
}

export function viewOf(data: CameraData): View {
  return { position: vector(data.position), target: vector(data.lookAt), up: vector(data.up).normalize() };
}

export function cameraDataOf(view: View, cameraType: CameraData["cameraType"]): CameraData {
  return { position: point(view.position), lookAt: point(view.target), up: point(view.up), cameraType };
}

/** A view that holds the whole of `extent`, from the front and a little above. */
export function overview(extent: Extent, camera: PerspectiveCamera): View {
  const up = new Vector3(0, 1, 0);
  const direction = new Vector3(0.35, 0.4, 1).normalize();
  const distance = Math.max(fittingDistance(extent.points, direction, up, camera), extent.radius);
  const position = extent.center.clone().addScaledVector(direction, distance);
  return { position, target: extent.center.clone(), up };
}

/** How far away, in `direction`, points around the origin are all in the picture, with a margin. */
function fittingDistance(points: Vector3[], direction: Vector3, up: Vector3, camera: PerspectiveCamera): number {
  const right = up.clone().cross(direction).normalize();
  const upward = direction.clone().cross(right);
  const tangent = Math.tan(camera.fov * (Math.PI / 360));
  const distances = points.map((point) => {
    const across = Math.max(Math.abs(point.dot(right)) / camera.aspect, Math.abs(point.dot(upward)));
    return point.dot(direction) + (MARGIN * across) / tangent;
  });
  return Math.max(0, ...distances);
}

/** Turns a file's axes into the viewer's. */
export function uprightRotation(axes: Axes): Quaternion {
  const turn = { "right-up-back": 0, "right-down-forward": Math.PI, "right-forward-up": -Math.PI / 2 }[axes];
  return new Quaternion().setFromRotationMatrix(new Matrix4().makeRotationX(turn));
}

function vector({ x, y, z }: Point): Vector3 {
  return new Vector3(x, y, z);
}

function point(vector: Vector3): Point {
  const [x, y, z] = vector.toArray().map((value) => Number(value.toPrecision(7)));
  return { x: x ?? 0, y: y ?? 0, z: z ?? 0 };
}
