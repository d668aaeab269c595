/**
 * three's single sources in place of its one big file: what only splats or only GLB files need stays out of the part that
 * every page loads. Shaders lose their comments and indentation. Of what the renderer can do but nothing here asks
 * for, shadows, headsets and some materials, code and shaders are left out.
 */
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const SOURCES = path.join(ROOT, "node_modules/three/src");
const LEFT_OUT = { "/webxr/WebXRManager.js": "headset.ts", "/webgl/WebGLShadowMap.js": "shadow-map.ts" };
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
      const part = Object.keys(LEFT_OUT).find((end) => importer?.startsWith(SOURCES) && source.endsWith(end));
      return part ? path.join(ROOT, "src/left-out", LEFT_OUT[part]) : null;
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
