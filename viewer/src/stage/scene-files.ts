import type { SceneConfig, Shape } from "../config";
import { readBytes, type Content, type Progress } from "./content";
import { parseMesh, parsePly } from "./meshes";
import type { SplatEngine, Splats } from "./splats";
import type { Stage } from "./stage";

/** Loads what a scene consists of and puts one thing at a time on the stage. */
export class SceneFiles {
  private readonly loaded = new Map<string, Content>();
  private engine: SplatEngine | null = null;
  private splats: Splats | null = null;
  private other: Content | null = null;

  constructor(private readonly stage: Stage) {}

  /** Throws an Error with a sentence for people. */
  async load(shape: Shape, config: SceneConfig, progress: Progress): Promise<Content> {
    const url = addressOf(shape, config);
    const known = this.loaded.get(url);
    if (known) return known;
    const content = await this.fetchContent(shape, url, config, progress);
    this.loaded.set(url, content);
    return content;
  }

  async loadSnapshot(url: string): Promise<Content> {
    return this.fetchSplats(url, "spz", undefined, () => undefined);
  }

  /** Show `content` instead of what is there, which stays until the new one is drawn. */
  async present(content: Content): Promise<void> {
    if (isSplats(content)) return this.presentSplats(content);
    this.stage.scene.add(content.object);
    this.engine?.setVisible(false);
    if (this.other && this.other !== content) this.stage.scene.remove(this.other.object);
    this.other = content;
    await nextPaint(this.stage);
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
    const bytes = await readBytes(await fetchFile(url), progress);
    if (shape === "mesh" && config.mesh) return parseMesh(bytes, config.mesh);
    return parsePly(bytes, config.points?.axes);
  }

  private async fetchSplats(url: string, kind: "spz" | "ply", count: number | undefined, progress: Progress): Promise<Splats> {
    const download = fetchFile(url); // begins while the engine arrives
    download.catch(() => undefined);
    const { SplatEngine } = await import("./splats");
    this.engine ??= new SplatEngine(this.stage);
    return this.engine.load({ answer: await download, kind, ...(count ? { count } : {}) }, progress);
  }
}

function addressOf(shape: Shape, { splats, mesh, points }: SceneConfig): string {
  const url = { splats: splats?.spz ?? splats?.ply, mesh: mesh?.url, points: points?.url }[shape];
  if (!url) throw new Error("This scene has nothing of that kind.");
  return url;
}

async function fetchFile(url: string): Promise<Response> {
  try {
    return await fetch(url, { credentials: "same-origin" });
  } catch {
    throw new Error("The file could not be loaded: the server did not answer.");
  }
}

function isSplats(content: Content): content is Splats {
  return "isSplats" in content;
}

function nextPaint(stage: Stage): Promise<void> {
  return new Promise((resolve) => {
    const note = (): void => {
      stage.painted.delete(note);
      resolve();
    };
    stage.painted.add(note);
    stage.requestFrame();
  });
}
