/**
 * three's single sources in place of its one big file: what only splats or only GLB files need stays out of the part that
 * every page loads. Shaders lose their comments and indentation. The shaders of materials and shadows that no file of
 * ours, no GLB and no Spark asks for are empty, and the code for headsets, which the viewer does not serve, is left out.
 */
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const SOURCES = path.join(ROOT, "node_modules/three/src");
const NO_HEADSET = path.join(ROOT, "src/stage/no-headset.ts");
const NEVER_USED =
  /\/Shader(Lib\/(mesh(lambert|matcap|normal|phong|toon)|linedashed|sprite|shadow|distance)|Chunk\/(shadow|lightprobes_|lights_(lambert|phong|toon)_)\w*)\.glsl\.js$/;
const SHADER = /\/\* glsl \*\/\s*`([^`]*)`/g;

export function threeSources() {
  return {
    name: "three-sources",
    enforce: "pre",
    apply: "build",
    resolveId(source, importer) {
      if (source === "three") return path.join(SOURCES, "Three.js");
      if (source.endsWith("/webxr/WebXRManager.js") && importer?.startsWith(SOURCES)) return NO_HEADSET;
      return null;
    },
    transform: {
      filter: { id: /node_modules\/three\/src\/.*\.js$/, code: "/* glsl */" },
      handler: (code, id) => ({
        code: code.replace(SHADER, (_, shader) => "`" + (NEVER_USED.test(id) ? "" : squeeze(shader)) + "`"),
        map: null,
      }),
    },
  };
}

/** Line by line, since directives end with their line. */
function squeeze(shader) {
  return shader
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/\/\/.*$/gm, "")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n");
}
