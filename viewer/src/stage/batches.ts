import type { SparkRenderer } from "@sparkjsdev/spark";
import { BufferAttribute, type InstancedBufferGeometry } from "three";

const PER_BATCH = 256;
const CORNERS = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
] as const;
const START = "gl_Position = vec4(0.0, 0.0, 2.0, 1.0);";

/**
 * Lets one instance draw many splats. Spark draws each splat as an instance of four corners; graphics processors fill
 * their groups badly with so few, and a software renderer takes every instance for a draw call of its own.
 */
export function drawInBatches(spark: SparkRenderer): void {
  const { material, uniforms } = spark;
  const parts = material.vertexShader.split(START);
  if (parts.length !== 2) throw new Error("Spark's vertex shader has changed.");
  const [head, body] = parts as [string, string];
  material.vertexShader =
    head.replace("void main() {", "uniform int numInOrder;\nvoid main() {") +
    `${START}
    int order = gl_InstanceID * ${PER_BATCH} + int(position.z);
    if (order >= numInOrder) return;` +
    body.replaceAll("gl_InstanceID", "order");

  const numInOrder = { value: 0 };
  Object.assign(uniforms, { numInOrder });
  const geometry = spark.geometry as InstancedBufferGeometry;
  geometry.setAttribute("position", new BufferAttribute(corners(), 3));
  geometry.setIndex(new BufferAttribute(triangles(), 1));
  Object.defineProperty(geometry, "instanceCount", {
    get: () => Math.ceil(numInOrder.value / PER_BATCH),
    set: (numSplats: number) => (numInOrder.value = numSplats), // as Spark counts
  });
}

/** Corner x, corner y, and the splat's place in its batch. */
function corners(): Float32Array<ArrayBuffer> {
  const places = [...Array(PER_BATCH).keys()];
  return Float32Array.from(places.flatMap((place) => CORNERS.flatMap(([x, y]) => [x, y, place])));
}

function triangles(): Uint16Array<ArrayBuffer> {
  const quad = [0, 1, 2, 0, 2, 3];
  return Uint16Array.from({ length: PER_BATCH * 6 }, (_, index) => 4 * Math.floor(index / 6) + (quad[index % 6] ?? 0));
}
