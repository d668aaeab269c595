/**
 * Builds into a fresh folder and compares with the files that are shipped: they must agree byte for byte. A compressed
 * file must hold what its neighbour holds: other versions of Node may press it otherwise.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";

const ROOT = path.resolve(import.meta.dirname, "..");
const SHIPPED = path.resolve(ROOT, "../src/reelscape/web/static/viewer");
const built = mkdtempSync(path.join(tmpdir(), "viewer-"));

try {
  const vite = path.join(ROOT, "node_modules/vite/bin/vite.js");
  execFileSync(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: ROOT,
    env: { ...process.env, VIEWER_OUT: built, VIEWER_BROTLI_QUALITY: "1" },
    stdio: "inherit",
  });
  const differing = differences(built, SHIPPED);
  for (const name of differing) console.error(`differs: ${name}`);
  if (differing.length) {
    console.error(
      "The shipped viewer is not what its sources build. Run `npm ci && npm run build` and commit the result.",
    );
    process.exitCode = 1;
  } else {
    console.log(`The ${readdirSync(SHIPPED).length} shipped files are what the sources build.`);
  }
} finally {
  rmSync(built, { recursive: true });
}

function differences(one, two) {
  const names = [...new Set([...readdirSync(one), ...readdirSync(two)])].sort();
  return names.filter((name) => {
    const [built, shipped] = [read(one, name), read(two, name)];
    if (!built || !shipped) return true;
    if (!name.endsWith(".br")) return !built.equals(shipped);
    return !brotliDecompressSync(shipped).equals(read(two, name.slice(0, -".br".length)));
  });
}

function read(folder, name) {
  try {
    return readFileSync(path.join(folder, name));
  } catch {
    return null;
  }
}
