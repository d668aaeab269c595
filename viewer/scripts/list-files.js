/** Writes manifest.json, what a page has to name, and LICENSES.txt, whose work is in the files. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const PART_OF_SPARK = ["fflate"]; // bundled in its file, so not seen as a module of its own

export function listFiles() {
  const packages = new Set(PART_OF_SPARK);
  return {
    name: "list-files",
    apply: "build",
    moduleParsed({ id }) {
      const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id);
      if (found) packages.add(found[1]);
    },
    generateBundle(_, bundle) {
      const emit = (fileName, source) => this.emitFile({ type: "asset", fileName, source });
      emit("manifest.json", JSON.stringify(manifest(Object.values(bundle)), null, 2) + "\n");
      emit(
        "LICENSES.txt",
        [...packages]
          .sort()
          .map(licence)
          .join("\n" + "-".repeat(80) + "\n\n"),
      );
    },
  };
}

function manifest(files) {
  const entry = files.find((file) => file.isEntry);
  return {
    script: entry.fileName,
    style: files.find((file) => file.fileName.endsWith(".css")).fileName,
    engine: files
      .map((file) => file.fileName)
      .filter((name) => /^(splats|spark)[.-].*\.(js|wasm)$/.test(name))
      .sort(),
  };
}

function licence(name) {
  const folder = path.join(ROOT, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
}
