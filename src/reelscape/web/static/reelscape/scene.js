// Follows a scene that is being made, and starts the viewer with the first early scene.

import { follow } from "./live.js";

const scene = document.getElementById("scene");
let isViewerThere = false;

/** Show the news; whether there is more to wait for. */
async function show(state) {
  if (state.status === "running") {
    tell(state);
    showPoster(state.poster);
    if (state.snapshot) await startViewer();
    return true;
  }
  if (state.status === "finished" && isViewerThere) await refresh();
  else location.reload();
  return false;
}

function tell(state) {
  const part = (name) => document.getElementById(`making-${name}`);
  if (part("text").textContent !== state.text) part("text").textContent = state.text;
  part("bar").value = state.percent;
  part("percent").textContent = state.percent;
  part("more").textContent = state.more;
  part("hint").hidden = Boolean(state.snapshot);
  part("steps").replaceChildren(...state.steps.map(stepItem));
  if (!state.log) return;
  part("log").replaceChildren(...state.log.map(([at, line]) => item([["at", at]], ` ${line}`)));
  part("log").parentElement.hidden = !state.log.length;
}

function stepItem(step) {
  const found = item([["what", step.name], ["took", step.time]]);
  found.className = step.state;
  if (step.state === "now") found.setAttribute("aria-current", "step");
  return found;
}

function item(parts, text = "") {
  const found = document.createElement("li");
  for (const [name, content] of parts) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = content;
    found.append(part);
  }
  found.append(text);
  return found;
}

/** The picture of the video, which may be drawn only after the page was asked for. */
function showPoster(path) {
  const viewer = document.getElementById("viewer");
  if (!path || isViewerThere || viewer.querySelector(".poster")) return;
  const picture = new Image();
  picture.className = "poster";
  picture.alt = "A picture of the video";
  picture.src = path;
  viewer.prepend(picture);
  viewer.hidden = false;
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

if (["queued", "running"].includes(scene.dataset.status)) void follow(scene.dataset.live, show);
