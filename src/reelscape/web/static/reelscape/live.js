// Asks how a scene in the making comes along: one question at a time, for the page and for the viewer on it.

const EVERY_MS = 3000;
const LONGEST_MS = 30000;
let newest = null;
let tellViewer = null;
let viewerIsBusy = false;

/** Ask until `tell` says that there is no more to wait for; not at all while nobody looks. */
export async function follow(url, tell) {
  let waitMs = EVERY_MS;
  let etag = "";
  for (;;) {
    await whenVisible();
    const [state, found] = await ask(url, etag);
    etag = found;
    waitMs = state ? EVERY_MS : Math.min(2 * waitMs, LONGEST_MS);
    if (state && state !== "unchanged") {
      newest = state;
      void passOn();
      if (!(await tell(state))) return;
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** The news and what to know them by; "unchanged", or null when the server does not answer or is busy. */
async function ask(url, etag) {
  try {
    const answer = await fetch(url, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.status === 304) return ["unchanged", etag];
    if (answer.status === 404 || answer.status === 410) return [{ status: "gone" }, ""];
    return answer.ok ? [await answer.json(), answer.headers.get("ETag") ?? ""] : [null, etag];
  } catch {
    return [null, etag];
  }
}

async function whenVisible() {
  while (document.hidden)
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

/** Give the viewer the newest state as soon as it has taken the one before; it may skip some. */
async function passOn() {
  if (!tellViewer || viewerIsBusy) return;
  viewerIsBusy = true;
  while (newest) {
    const state = newest;
    newest = null;
    await tellViewer(state.status === "gone" ? { status: "failed", message: "This scene is gone." } : state);
  }
  viewerIsBusy = false;
}

// A viewer on the page (viewer/src/live.ts) would ask by itself; it is told instead, so there is one question for both.
document.addEventListener("scene-follow", (event) => {
  event.preventDefault();
  tellViewer = event.detail;
  void passOn();
});
