import type { SceneConfig } from "./config";

/** What the server says of a scene that is being made. */
export interface LiveState {
  status: "running" | "finished" | "failed";
  stage?: string;
  percent?: number;
  message?: string;
  snapshot?: { step: number; url: string } | null;
  config?: SceneConfig | null;
}

type Take = (state: LiveState) => Promise<void>;

const INTERVAL_MS = 3000;
const LONGEST_MS = 30_000;
const UNCHANGED = "unchanged";

/**
 * Asks `url` again and again until the scene is finished or has failed. `take` is awaited, so there is never more than
 * one answer in hand, and a slow browser simply skips snapshots. A page that asks already takes the event
 * `scene-follow`, and passes on what it hears.
 */
export async function follow(url: string, take: Take): Promise<void> {
  const offer = new CustomEvent<Take>("scene-follow", { detail: take, cancelable: true });
  if (!document.dispatchEvent(offer)) return;
  let waitMs = INTERVAL_MS;
  let etag = "";
  for (;;) {
    const [state, found] = await ask(url, etag);
    etag = found;
    waitMs = state ? INTERVAL_MS : Math.min(waitMs * 2, LONGEST_MS);
    if (state && state !== UNCHANGED) {
      await take(state);
      if (state.status !== "running") return;
    }
    await pause(waitMs);
    await whenVisible();
  }
}

/** The state and what to know it by; null when the server cannot be reached or is busy: one asks again later. */
async function ask(url: string, etag: string): Promise<[LiveState | typeof UNCHANGED | null, string]> {
  try {
    const headers: Record<string, string> = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", headers });
    if (answer.status === 304) return [UNCHANGED, etag];
    if (answer.status === 404 || answer.status === 410)
      return [{ status: "failed", message: "This scene is gone." }, ""];
    return answer.ok ? [(await answer.json()) as LiveState, answer.headers.get("ETag") ?? ""] : [null, etag];
  } catch {
    return [null, etag];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function whenVisible(): Promise<void> {
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}
