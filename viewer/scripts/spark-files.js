/**
 * Spark carries its WebAssembly as base64 text and its worker as a string that becomes a blob. Here both become files:
 * smaller, compiled while they arrive, and allowed by a policy without blob: workers and data: addresses.
 */
import { Buffer } from "node:buffer";

const SPARK = /@sparkjsdev\/spark\/dist\/spark\.module\.js$/;
const WASM = /const WASM = decode64\("([A-Za-z0-9+/=]+)"\)\.buffer;\nconst WASM_MODULE = WebAssembly\.compile\(WASM\);/;
const WORKER =
  /const jsContent = ('(?:[^'\\]|\\.)*');\nconst blob = [^\n]*\nfunction WorkerWrapper\(options\) \{[\s\S]*?\n\}\n/;

export function sparkFiles() {
  return {
    name: "spark-files",
    enforce: "pre",
    apply: "build",
    transform: {
      filter: { id: SPARK },
      handler(code) {
        const wasm = emit(this, "spark.wasm", Buffer.from(only(code, WASM)[1], "base64"));
        const worker = emit(this, "spark-worker.js", quiet(unquote(only(code, WORKER)[1])));
        return {
          code: code.replace(WASM, () => compileCode(wasm)).replace(WORKER, () => workerCode(worker)),
          map: null,
        };
      },
    },
  };
}

function only(code, pattern) {
  const found = code.match(new RegExp(pattern, "g"));
  if (found?.length !== 1)
    throw new Error(`Spark's source has changed: ${pattern} matches ${found?.length ?? 0} times.`);
  return code.match(pattern);
}

function emit(context, name, source) {
  return `import.meta.ROLLUP_FILE_URL_${context.emitFile({ type: "asset", name, source })}`;
}

/** The value of a single-quoted JavaScript string. */
function unquote(literal) {
  const escapes = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", 0: "\0" };
  return literal
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs, (_, unicode, hex, other) =>
      other === undefined ? String.fromCharCode(parseInt(unicode ?? hex, 16)) : (escapes[other] ?? other),
    );
}

/** Without its progress notes on the console and without the address of a source map that is not there. */
function quiet(script) {
  return script.replaceAll("console.log(", "void (").replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n");
}

function compileCode(url) {
  return `const WASM_MODULE = fetch(${url}).then((answer) => {
  if (!answer.ok) throw new Error("The splat engine could not be loaded (" + answer.status + ").");
  return answer.headers.get("Content-Type") === "application/wasm"
    ? WebAssembly.compileStreaming(answer)
    : answer.arrayBuffer().then((bytes) => WebAssembly.compile(bytes));
});`;
}

function workerCode(url) {
  return `function WorkerWrapper() { return new Worker(${url}); }\n`;
}
