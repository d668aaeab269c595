// Follows a scene that is being made, and starts the viewer with the first early scene.

const EVERY_MS = 3000;
const LONGEST_MS = 30000;
const scene = document.getElementById("scene");
let isViewerThere = false;

async function follow() {
  let waitMs = EVERY_MS;
  for (;;) {
    if (!document.hidden) {
      const state = await ask();
      waitMs = state ? EVERY_MS : Math.min(2 * waitMs, LONGEST_MS);
      if (state && !(await show(state))) return;
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** The news; null when the server does not answer or is busy. */
async function ask() {
  try {
    const answer = await fetch(scene.dataset.live, { cache: "no-store" });
    if (answer.status === 404) return { status: "gone" };
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Show the news; whether there is more to wait for. */
async function show(state) {
  if (state.status === "running") {
    tell(state);
    if (state.snapshot) await startViewer();
    return true;
  }
  if (state.status === "finished" && isViewerThere) await refresh();
  else location.reload();
  return false;
}

function tell(state) {
  const text = document.getElementById("making-text");
  if (text.textContent !== state.text) text.textContent = state.text;
  document.getElementById("making-bar").value = state.percent;
  document.getElementById("making-percent").textContent = state.percent;
  document.getElementById("making-more").textContent = state.more;
}

async function startViewer() {
  if (isViewerThere || !scene.dataset.viewer) return;
  isViewerThere = true;
  document.getElementById("viewer").hidden = false;
  await import(scene.dataset.viewer);
}

/** Put what the page says of the finished scene below the viewer, which shows the scene already. */
async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("about").replaceWith(page.getElementById("about"));
  } catch {
    location.reload();
  }
}

if (["queued", "running"].includes(scene.dataset.status)) void follow();
