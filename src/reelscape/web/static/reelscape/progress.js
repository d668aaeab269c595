// Follows the job of an open video: shows its early scenes, and loads the page again when it is over.

import { follow } from "./live.js";

const job = document.getElementById("job");
const [text, bar, detail] = ["state", "progress", "detail"].map((id) => document.getElementById(id));
let isViewerThere = false;

/** Show the news; whether there is more to wait for. */
async function show(state) {
  if (state.status !== "running") {
    if (state.status !== "gone") location.reload();
    else tell("The job was deleted.");
    return false;
  }
  if (text.textContent !== state.text) text.textContent = state.text;
  bar.value = state.percent;
  detail.textContent = state.more;
  if (state.snapshot && !isViewerThere) await startViewer();
  return true;
}

async function startViewer() {
  isViewerThere = true;
  document.getElementById("viewer").hidden = false;
  await import(job.dataset.viewer);
}

function tell(sentence) {
  text.textContent = sentence;
  detail.textContent = "";
  bar.hidden = true;
}

void follow(job.dataset.live, show);
