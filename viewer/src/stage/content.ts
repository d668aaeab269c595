import type { Object3D, Ray, Vector3 } from "three";
import type { Extent } from "./view";

/** Something to look at. */
export interface Content {
  readonly object: Object3D;
  readonly extent: Extent;
  /** The first point of it that a ray meets. */
  pick(ray: Ray): Vector3 | null;
  dispose(): void;
}

/** What went wrong, as a sentence for people. */
export class CannotShow extends Error {}

/** Share of a file that has arrived, 0..1; null when its length is unknown. */
export type Progress = (share: number | null) => void;

/** The bytes of an answer, with progress; throws CannotShow. */
export async function readBytes(answer: Response | null, progress: Progress): Promise<Uint8Array<ArrayBuffer>> {
  const total = lengthOf(answer);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = bodyOf(answer).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    progress(total ? Math.min(loaded / total, 1) : null);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

export function bodyOf(answer: Response | null): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (!answer) throw new CannotShow("The file could not be loaded: the server did not answer.");
  if (!answer.ok || !answer.body)
    throw new CannotShow(`The file could not be loaded (the server answered ${answer.status}).`);
  return answer.body;
}

/** Size of the body in bytes; 0 when unknown or when it was compressed on the way. */
export function lengthOf(answer: Response | null): number {
  return !answer || answer.headers.get("Content-Encoding") ? 0 : Number(answer.headers.get("Content-Length") ?? 0);
}
