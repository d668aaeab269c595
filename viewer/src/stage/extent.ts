import { Box3, Mesh, Points, Vector3, type BufferAttribute, type BufferGeometry, type Object3D } from "three";
import { CannotShow } from "./content";
import type { Extent } from "./view";

const NUM_SAMPLES = 20_000;
const NUM_POINTS = 2000;
const SCRAPS = 0.02; // share of vertices beyond either end that do not count: reconstructed surfaces come with flying bits
const DRAWN_BY_HAND = 500; // vertices; shapes of fewer have no scraps, every corner counts

/** Coordinates by axis. */
export type Columns = [number[], number[], number[]];

export function columns(): Columns {
  return [[], [], []];
}

/** The middle and reach of points, without the `outside` share of them beyond either end of each axis. */
export function bulkOf(points: Columns, outside: number): Extent {
  const low = new Vector3();
  const high = new Vector3();
  points.forEach((values, axis) => {
    const sorted = Float32Array.from(values).sort();
    const skipped = Math.floor(outside * (sorted.length - 1));
    low.setComponent(axis, sorted[skipped] ?? 0);
    high.setComponent(axis, sorted[sorted.length - 1 - skipped] ?? 0);
  });
  const halfSize = high.clone().sub(low).divideScalar(2);
  const center = low.add(halfSize);
  return { center, radius: Math.max(halfSize.length(), 1e-6), points: pointsInside(points, center, halfSize) };
}

/** Some of the points that are in a box, from its middle. */
function pointsInside([xs, ys, zs]: Columns, center: Vector3, halfSize: Vector3): Vector3[] {
  const stride = Math.max(1, Math.floor(xs.length / NUM_POINTS));
  const inside: Vector3[] = [];
  for (let index = 0; index < xs.length; index += stride) {
    const point = new Vector3(xs[index], ys[index], zs[index]).sub(center);
    const isInside = point.toArray().every((value, axis) => Math.abs(value) <= halfSize.getComponent(axis) + 1e-6);
    if (isInside) inside.push(point);
  }
  return inside;
}

/** The middle and reach of what is to be seen of an object whose matrices are up to date; throws CannotShow. */
export function extentOfObject(object: Object3D): Extent {
  const box = new Box3().setFromObject(object);
  if (box.isEmpty() || ![...box.min.toArray(), ...box.max.toArray()].every(Number.isFinite)) {
    throw new CannotShow("The file holds nothing that can be shown.");
  }
  const parts = partsOf(object);
  const total = parts.reduce((sum, part) => sum + placesOf(part).count, 0);
  const stride = Math.max(1, Math.floor(total / NUM_SAMPLES));
  const samples = columns();
  for (const part of parts) takeSamples(part, stride, samples);
  return bulkOf(samples, total < DRAWN_BY_HAND ? 0 : SCRAPS);
}

function takeSamples(part: Mesh | Points, stride: number, samples: Columns): void {
  const places = placesOf(part);
  const place = new Vector3();
  for (let index = 0; index < places.count; index += stride) {
    place.fromBufferAttribute(places, index).applyMatrix4(part.matrixWorld);
    samples[0].push(place.x);
    samples[1].push(place.y);
    samples[2].push(place.z);
  }
}

function partsOf(object: Object3D): (Mesh | Points)[] {
  const parts: (Mesh | Points)[] = [];
  object.traverse((part) => {
    if (part instanceof Mesh || part instanceof Points) parts.push(part);
  });
  return parts;
}

function placesOf(part: Mesh | Points): BufferAttribute {
  return (part.geometry as BufferGeometry).getAttribute("position") as BufferAttribute;
}
