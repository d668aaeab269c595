// Follows the job of a video, and loads the page again when its scene is there.

const EVERY_MS = 3000;
const job = document.getElementById("job");
const [state, bar, detail] = ["state", "progress", "detail"].map((id) => document.getElementById(id));

async function look() {
  try {
    const answer = await fetch(job.dataset.status, { cache: "no-store" });
    if (answer.status === 404) return tell("The job was deleted.", "");
    if (answer.ok && !show(await answer.json())) return;
  } catch {
    detail.textContent = "The server does not answer; trying again.";
  }
  setTimeout(look, EVERY_MS);
}

/** Show the state of the job; whether there is more to wait for. */
function show(found) {
  if (found.status === "complete") {
    location.reload();
    return false;
  }
  if (found.status === "failed") {
    tell(found.error ?? "The scene could not be made.", found.advice ?? "");
    return false;
  }
  state.textContent = found.status === "pending" ? "The video waits for its turn." : "The scene of this video is being made.";
  if (found.total_frames > 0) bar.value = found.current_frame / found.total_frames;
  detail.textContent = found.message ?? "";
  return true;
}

function tell(sentence, advice) {
  state.textContent = sentence;
  detail.textContent = advice;
  bar.hidden = true;
}

void look();
