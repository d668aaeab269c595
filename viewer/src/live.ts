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

const INTERVAL_MS = 3000;
const LONGEST_MS = 30_000;

/**
 * Asks `url` again and again until the scene is finished or has failed. `take` is awaited, so there is never more than
 * one answer in hand, and a slow browser simply skips snapshots.
 */
export async function follow(url: string, take: (state: LiveState) => Promise<void>): Promise<void> {
  let waitMs = INTERVAL_MS;
  for (;;) {
    const state = await ask(url);
    waitMs = state ? INTERVAL_MS : Math.min(waitMs * 2, LONGEST_MS);
    if (state) await take(state);
    if (state && state.status !== "running") return;
    await pause(waitMs);
    await whenVisible();
  }
}

/** Null when the server cannot be reached or is busy: one asks again later. */
async function ask(url: string): Promise<LiveState | null> {
  try {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    if (answer.status === 404 || answer.status === 410) return { status: "failed", message: "This scene is gone." };
    return answer.ok ? ((await answer.json()) as LiveState) : null;
  } catch {
    return null;
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
