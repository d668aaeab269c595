/** Writes every file that shrinks a second time as NAME.br: servers send it to browsers that read Brotli. */
import { constants, brotliCompressSync } from "node:zlib";

const QUALITY = Number(process.env.VIEWER_BROTLI_QUALITY ?? constants.BROTLI_MAX_QUALITY);
const LEAST_BYTES = 1024;
const SHRINKS = /\.(js|css|wasm)$/;

export function compressFiles() {
  return {
    name: "compress-files",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const { fileName, code, source } of Object.values(bundle)) {
        const content = Buffer.from(code ?? source);
        if (!SHRINKS.test(fileName) || content.length < LEAST_BYTES) continue;
        this.emitFile({ type: "asset", fileName: `${fileName}.br`, source: compress(content) });
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
