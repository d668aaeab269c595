import {
  AmbientLight,
  DirectionalLight,
  DoubleSide,
  Group,
  LoadingManager,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  Points,
  PointsMaterial,
  Raycaster,
  type BufferGeometry,
  type Material,
  type Object3D,
  type Ray,
  type Vector3,
} from "three";
import type { Axes, MeshConfig } from "../config";
import { CannotShow, type Content } from "./content";
import { extentOfObject } from "./extent";
import { uprightRotation, type Extent } from "./view";

const PLAIN_COLOR = 0xb8bec8;
const MAX_PLY_HEADER_BYTES = 1 << 16;

export class Meshes implements Content {
  readonly extent: Extent;
  private readonly raycaster = new Raycaster();

  constructor(readonly object: Object3D) {
    object.updateMatrixWorld(true);
    this.extent = extentOfObject(object);
    this.raycaster.params.Points.threshold = this.extent.radius / 150;
  }

  pick(ray: Ray): Vector3 | null {
    this.raycaster.ray.copy(ray);
    return this.raycaster.intersectObject(this.object, true)[0]?.point ?? null;
  }

  dispose(): void {
    this.object.traverse((part) => {
      if (!(part instanceof Mesh || part instanceof Points)) return;
      (part.geometry as BufferGeometry).dispose();
      for (const material of [part.material as Material | Material[]].flat()) material.dispose();
    });
  }
}

/** Throws CannotShow, or the reader's own error when the bytes are no such file. */
export async function parseMesh(bytes: Uint8Array<ArrayBuffer>, { kind, axes }: MeshConfig): Promise<Meshes> {
  if (kind === "glb") return new Meshes(turned(await parseGlb(bytes), axes ?? "right-up-back"));
  if (kind === "stl") return new Meshes(turned(await parseStl(bytes), axes ?? "right-forward-up"));
  return parsePly(bytes, axes);
}

export async function parsePly(bytes: Uint8Array<ArrayBuffer>, axes?: Axes): Promise<Meshes> {
  const { PLYLoader } = await import("three/addons/loaders/PLYLoader.js");
  const geometry = new PLYLoader().parse(bytes.buffer);
  return new Meshes(turned(geometry.index ? surface(geometry) : cloud(geometry), axes ?? axesOfPly(bytes)));
}

/** The format names no axes: y is up, as in most files, unless a comment says that it is Reelscape's world frame. */
function axesOfPly(bytes: Uint8Array<ArrayBuffer>): Axes {
  const [header = ""] = new TextDecoder("latin1").decode(bytes.subarray(0, MAX_PLY_HEADER_BYTES)).split("end_header");
  return /^comment\s+axes:\s+right-down-forward\s*$/m.test(header) ? "right-down-forward" : "right-up-back";
}

async function parseStl(bytes: Uint8Array<ArrayBuffer>): Promise<Object3D> {
  const { STLLoader } = await import("three/addons/loaders/STLLoader.js");
  return surface(new STLLoader().parse(bytes.buffer));
}

async function parseGlb(bytes: Uint8Array<ArrayBuffer>): Promise<Object3D> {
  const { GLTFLoader } = await import("three/addons/loaders/GLTFLoader.js");
  const loader = new GLTFLoader(new LoadingManager().setURLModifier(onlyFromInside));
  if (mentions(bytes, "EXT_meshopt_compression")) {
    loader.setMeshoptDecoder((await import("three/addons/libs/meshopt_decoder.module.js")).MeshoptDecoder);
  }
  return (await loader.parseAsync(bytes.buffer, "")).scene;
}

/** A file may bring its pictures along, but may not make the page fetch others. */
function onlyFromInside(url: string): string {
  if (/^(blob|data):/.test(url)) return url;
  throw new CannotShow("The file refers to other files; only files that hold everything can be shown.");
}

/** Whether the JSON part of a GLB holds a word. */
function mentions(bytes: Uint8Array<ArrayBuffer>, word: string): boolean {
  const length = new DataView(bytes.buffer).getUint32(12, true);
  return new TextDecoder().decode(bytes.subarray(20, 20 + length)).includes(word);
}

function needsLight(object: Object3D): boolean {
  let lit = false;
  object.traverse((part) => {
    if (part instanceof Mesh) lit ||= part.material instanceof MeshStandardMaterial;
  });
  return lit;
}

function lights(): Object3D[] {
  const key = new DirectionalLight(0xffffff, 2);
  key.position.set(1, 2, 1.5);
  const fill = new DirectionalLight(0xffffff, 0.6);
  fill.position.set(-1.5, 0.5, -1);
  return [new AmbientLight(0xffffff, 1.4), key, fill];
}

/** Vertex colours stand as they are; a shape without colours is lit, or it would be a mere outline. */
function surface(geometry: BufferGeometry): Object3D {
  if (geometry.hasAttribute("color")) {
    return new Mesh(geometry, new MeshBasicMaterial({ vertexColors: true, side: DoubleSide }));
  }
  if (!geometry.hasAttribute("normal")) geometry.computeVertexNormals();
  const material = new MeshStandardMaterial({ color: PLAIN_COLOR, roughness: 0.85, side: DoubleSide });
  return new Mesh(geometry, material);
}

function cloud(geometry: BufferGeometry): Object3D {
  const vertexColors = geometry.hasAttribute("color");
  const color = vertexColors ? 0xffffff : PLAIN_COLOR;
  return new Points(geometry, new PointsMaterial({ size: 2.5, sizeAttenuation: false, vertexColors, color }));
}

/** Upright, and with light where its material needs some. */
function turned(object: Object3D, axes: Axes): Object3D {
  const upright = new Group().add(object);
  upright.quaternion.copy(uprightRotation(axes));
  return new Group().add(upright, ...(needsLight(object) ? lights() : []));
}
