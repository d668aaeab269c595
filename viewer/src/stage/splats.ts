import { SparkRenderer, SplatFileType, SplatMesh, unpackSplat, type PackedSplats } from "@sparkjsdev/spark";
import { Raycaster, Vector3, type Ray } from "three";
import { drawInBatches } from "./batches";
import { bodyOf, lengthOf, type Content, type Progress } from "./content";
import { bulkOf, columns } from "./extent";
import type { Stage } from "./stage";
import { uprightRotation, type Extent } from "./view";

const LEVELS_ABOVE = 1_000_000; // splats; below, building levels of detail costs more than it saves
const DILATION_PX2 = 0.1; // what the trainer adds to a splat's covariance on screen, weakening it as it spreads
const NUM_SAMPLES = 20_000;
const OUTSIDE = 0.07; // share of splats beyond either end that do not count as scene
const NOTHING: Extent = { center: new Vector3(), radius: 1, points: [] };
const FAINT = 0.15; // opacity below which a splat is haze

export interface SplatFile {
  answer: Response | null;
  kind: "spz" | "ply";
  count?: number;
}

export class Splats implements Content {
  readonly isSplats = true; // told apart without loading the engine
  readonly object: SplatMesh;
  readonly extent: Extent;
  private readonly raycaster = new Raycaster();

  constructor(mesh: SplatMesh) {
    this.object = mesh;
    this.extent = extentOf(mesh);
  }

  pick(ray: Ray): Vector3 | null {
    this.raycaster.ray.copy(ray);
    const hits = this.raycaster.intersectObject(this.object, false);
    return hits.sort((a, b) => a.distance - b.distance)[0]?.point ?? null;
  }

  dispose(): void {
    this.object.dispose();
  }
}

/** Draws splats into a stage; there is one for a page. */
export class SplatEngine {
  private readonly spark: SparkRenderer;

  constructor(private readonly stage: Stage) {
    this.spark = new SparkRenderer({
      renderer: stage.renderer,
      onDirty: () => stage.requestFrame(),
      preBlurAmount: 0,
      blurAmount: DILATION_PX2,
      enableLod: false,
    });
    drawInBatches(this.spark);
    stage.scene.add(this.spark);
  }

  async load({ answer, kind, count }: SplatFile, progress: Progress): Promise<Splats> {
    const levels = (count ?? 0) > LEVELS_ABOVE;
    this.spark.enableLod = this.spark.enableDriveLod = levels;
    const mesh = new SplatMesh({
      stream: bodyOf(answer),
      streamLength: lengthOf(answer),
      fileType: kind === "spz" ? SplatFileType.SPZ : SplatFileType.PLY,
      onProgress: ({ loaded, total }) => progress(total ? loaded / total : null),
      ...(levels ? { lod: true } : {}),
    });
    await mesh.initialized;
    mesh.quaternion.copy(uprightRotation(kind === "spz" ? "right-up-back" : "right-down-forward"));
    mesh.updateMatrixWorld();
    return new Splats(mesh);
  }

  setVisible(visible: boolean): void {
    this.spark.visible = visible;
    this.stage.requestFrame();
  }

  /** Resolves when what is in the scene now has been sorted and drawn; until then the picture before stays. */
  drawn(): Promise<void> {
    const { stage, spark } = this;
    return new Promise((resolve) => {
      let numFrames = 0;
      const look = () => {
        numFrames += 1;
        const settled =
          !spark.sorting && !spark.sortDirty && spark.display.mappingVersion === spark.current.mappingVersion;
        if (numFrames < 2) stage.requestFrame(); // the first frame only finds out what there is to sort
        if (numFrames < 2 || !settled) return;
        stage.rendered.delete(look);
        resolve(stage.finishedFirst());
      };
      stage.rendered.add(look);
      stage.requestFrame();
    });
  }
}

/** The middle and reach of the bulk of the splats: a few always fly far out. */
function extentOf(mesh: SplatMesh): Extent {
  const source: PackedSplats | undefined = mesh.packedSplats?.lodSplats ?? mesh.packedSplats;
  const packed = source?.packedArray;
  if (!source || !packed || !source.numSplats) return NOTHING;
  const axes = columns();
  const stride = Math.max(1, Math.floor(source.numSplats / NUM_SAMPLES));
  for (let index = 0; index < source.numSplats; index += stride) {
    const { center, opacity } = unpackSplat(packed, index, source.splatEncoding);
    if (opacity < FAINT) continue;
    center
      .applyMatrix4(mesh.matrixWorld)
      .toArray()
      .forEach((value, axis) => axes[axis]?.push(value));
  }
  if (!axes[0].length) return NOTHING;
  return bulkOf(axes, OUTSIDE);
}
