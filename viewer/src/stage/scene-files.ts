import { urlOf, type SceneConfig, type Shape } from "../config";
import { fetchFile } from "../download";
import { CannotShow, readBytes, type Content, type Progress } from "./content";
import type { SplatEngine, Splats } from "./splats";
import type { Stage } from "./stage";

/** Loads what a scene consists of and puts one thing at a time on the stage. */
export class SceneFiles {
  private readonly loaded = new Map<string, Content>();
  private engine: SplatEngine | null = null;
  private splats: Splats | null = null;
  private other: Content | null = null;

  constructor(private readonly stage: Stage) {}

  /** Throws CannotShow. */
  async load(shape: Shape, config: SceneConfig, progress: Progress): Promise<Content> {
    const url = urlOf(shape, config);
    if (!url) throw new CannotShow("This scene has nothing of that kind.");
    const known = this.loaded.get(url);
    if (known) return known;
    const content = await this.fetchContent(shape, url, config, progress).catch((error: unknown) => {
      if (error instanceof CannotShow) throw error;
      throw new CannotShow("This file is damaged or of another kind.", { cause: error });
    });
    this.loaded.set(url, content);
    return content;
  }

  async loadSnapshot(url: string): Promise<Content> {
    return this.fetchSplats(url, "spz", undefined, () => undefined);
  }

  /** Show `content` instead of what is there, which stays until the new one is drawn. */
  async present(content: Content): Promise<void> {
    this.stage.changing = true;
    if (isSplats(content)) await this.presentSplats(content);
    else await this.presentOther(content);
    this.stage.changing = false;
  }

  private async presentOther(content: Content): Promise<void> {
    const { scene } = this.stage;
    scene.add(content.object);
    this.engine?.setVisible(false);
    if (this.other && this.other !== content) scene.remove(this.other.object);
    this.other = content;
    this.stage.requestFrame();
    await nextPicture(this.stage);
  }

  private async presentSplats(splats: Splats): Promise<void> {
    const { scene } = this.stage;
    const before = this.splats;
    this.splats = splats;
    this.engine?.setVisible(true);
    if (before !== splats) {
      scene.add(splats.object);
      if (before) scene.remove(before.object);
    }
    await this.engine?.drawn();
    if (this.other) scene.remove(this.other.object);
    this.other = null;
    if (before && before !== splats && ![...this.loaded.values()].includes(before)) before.dispose();
  }

  private async fetchContent(shape: Shape, url: string, config: SceneConfig, progress: Progress): Promise<Content> {
    if (shape === "splats") {
      return this.fetchSplats(url, config.splats?.spz ? "spz" : "ply", config.splats?.count, progress);
    }
    const download = fetchFile(url);
    const { parseMesh, parsePly } = await import("./meshes");
    const bytes = await readBytes(await download, progress);
    if (shape === "mesh" && config.mesh) return parseMesh(bytes, config.mesh);
    return parsePly(bytes, config.points?.axes);
  }

  private async fetchSplats(
    url: string,
    kind: "spz" | "ply",
    count: number | undefined,
    progress: Progress,
  ): Promise<Splats> {
    const download = fetchFile(url); // begins while the engine arrives
    const { SplatEngine } = await import("./splats");
    this.engine ??= new SplatEngine(this.stage);
    return this.engine.load({ answer: await download, kind, ...(count ? { count } : {}) }, progress);
  }
}

function isSplats(content: Content): content is Splats {
  return "isSplats" in content;
}

function nextPicture(stage: Stage): Promise<void> {
  return new Promise((resolve) => {
    const note = (): void => {
      stage.rendered.delete(note);
      resolve(stage.finishedFirst());
    };
    stage.rendered.add(note);
  });
}
