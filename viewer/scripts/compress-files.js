/** Writes every file that shrinks a second time as NAME.br: servers send it to browsers that read Brotli. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { constants, brotliCompressSync } from "node:zlib";

const QUALITY = Number(process.env.VIEWER_BROTLI_QUALITY ?? constants.BROTLI_MAX_QUALITY);
const LEAST_BYTES = 1024;
const SHRINKS = /\.(js|css|wasm)$/;

export function compressFiles() {
  return {
    name: "compress-files",
    apply: "build",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => SHRINKS.test(name))) {
        const content = readFileSync(path.join(dir, name));
        if (content.length >= LEAST_BYTES) writeFileSync(path.join(dir, `${name}.br`), compress(content));
      }
    },
  };
}

function compress(content) {
  return brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}
