// Sends the chosen files one after the other in parts (tus) and has a scene made of each.
//
// What was begun is remembered by the file's name, size and time, so after a reload or a restart of the phone the same
// file goes on where it was. Remembered is only which upload it is: the address that takes the bytes is asked for anew.

const PART_BYTES = 16 * 2 ** 20;
const PAUSES_S = [0.2, 1, 2, 4, 8, 15, 30];
const KEPT_MS = 7 * 24 * 3600 * 1000;
const HOPELESS = [400, 401, 404, 411, 412, 413, 415, 507]; // statuses that another try does not change

const form = document.getElementById("upload");
const [input, drop, queue, start, problem, unfinished] = ["file", "drop", "queue", "start", "problem", "unfinished"].map(
  (id) => document.getElementById(id),
);
const fields = form.elements;
const prefix = `reelscape.upload.${form.dataset.user}.`;
const chosen = []; // {file, row, title, bar, state, isDone}
let isRunning = false;

class Refused extends Error {} // the server will not have it, now or later

// -- choosing

function choose(files) {
  tell("");
  for (const file of files) {
    const reason = refusal(file);
    if (reason) tell(reason);
    else if (!chosen.some((item) => keyOf(item.file) === keyOf(file))) add(file);
  }
  arrange();
}

function refusal(file) {
  const extension = `.${file.name.split(".").pop().toLowerCase()}`;
  if (!form.dataset.extensions.split(",").includes(extension)) return `${file.name} is no video that this server takes.`;
  if (file.size === 0) return `${file.name} is empty.`;
  const limit = Number(form.dataset.limitBytes);
  return file.size > limit ? `${file.name} has ${megabytes(file.size)}; at most ${megabytes(limit)} are taken.` : "";
}

function add(file) {
  const row = element("li", "card");
  const id = `title-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const label = Object.assign(element("label", "", `Title of ${file.name}`), { htmlFor: id });
  const title = Object.assign(element("input"), { id, maxLength: 255, value: titleOf(file), autocomplete: "off" });
  const bar = Object.assign(element("progress"), { max: file.size, value: 0, hidden: true });
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  const state = element("p", "muted state", `${megabytes(file.size)}`);
  const remove = Object.assign(element("button", "quiet small", "Remove"), { type: "button" });
  remove.setAttribute("aria-label", `Remove ${file.name}`);
  const item = { file, row, title, bar, state, remove, isDone: false };
  remove.addEventListener("click", () => discard(item));
  const foot = element("div", "row spread");
  foot.append(state, remove);
  row.append(label, title, bar, foot);
  chosen.push(item);
  queue.append(row);
}

function discard(item) {
  item.isGone = true;
  item.request?.abort();
  forget(item.file);
  if (item.url) void fetch(item.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
  item.row.remove();
  chosen.splice(chosen.indexOf(item), 1);
  arrange();
  input.focus();
}

function arrange() {
  const waiting = chosen.filter((item) => !item.isDone).length;
  queue.hidden = chosen.length === 0;
  start.disabled = isRunning || waiting === 0;
  start.textContent = isRunning ? "Uploading…" : waiting > 1 ? `Upload and make ${waiting} scenes` : "Upload and make the scene";
}

// -- sending

async function run() {
  isRunning = true;
  tell("");
  arrange();
  const lock = await navigator.wakeLock?.request("screen").catch(() => null);
  let page = "";
  for (let item; (item = chosen.find((one) => !one.isDone && !one.failed)); ) page = (await make(item)) ?? page;
  void lock?.release();
  isRunning = false;
  arrange();
  if (chosen.length > 0 && chosen.every((item) => item.isDone)) location.assign(chosen.length === 1 ? page : form.dataset.mine);
  for (const item of chosen) item.failed = false; // the button tries them again
}

/** Upload one file and submit it; the address of its page, or nothing when that could not be. */
async function make(item) {
  item.bar.hidden = false;
  try {
    const blobName = await persist(item, () => send(item));
    item.state.textContent = "Uploaded. Starting…";
    const { page } = await persist(item, () => ask(form.dataset.submit, wish(item, blobName)));
    forget(item.file);
    finish(item, page);
    return page;
  } catch (error) {
    if (item.isGone) return undefined;
    item.failed = true;
    item.state.textContent = error.message;
    item.state.className = "state errorlist";
    return undefined;
  }
}

function finish(item, page) {
  item.isDone = true;
  item.title.readOnly = true;
  item.state.replaceChildren(Object.assign(element("a", "", "The scene is being made"), { href: page }));
  item.remove.remove();
}

function wish(item, blobName) {
  const told = { blob_name: blobName, title: item.title.value || titleOf(item.file), quality: fields.quality.value };
  return fields.public.checked ? { ...told, public: "true" } : told;
}

/** Do a step over as many broken lines as it takes. */
async function persist(item, step) {
  for (item.tries = 0; ; item.tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (error instanceof Refused || item.isGone) throw error;
      await pause(item, PAUSES_S[Math.min(item.tries, PAUSES_S.length - 1)]);
    }
  }
}

/** Send a file from where it is; the upload's name. */
async function send(item) {
  const told = await ask(form.dataset.address, { name: item.file.name, blob_name: recalled(item.file)?.blobName ?? "" });
  item.url = told.url;
  let offset = await offsetOf(told.url);
  for (; offset < item.file.size; item.tries = 0) {
    remember(item.file, told.blob_name, offset);
    progress(item, offset);
    offset = await sendPart(item, offset);
  }
  remember(item.file, told.blob_name, offset);
  progress(item, offset);
  return told.blob_name;
}

async function offsetOf(url) {
  const answer = await fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" }, cache: "no-store" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return Number(answer.headers.get("Upload-Offset"));
}

/** One part; resolves to the new offset. XMLHttpRequest, because fetch does not tell how far a body has gone. */
function sendPart(item, offset) {
  return new Promise((resolve, reject) => {
    const request = (item.request = new XMLHttpRequest());
    request.open("PATCH", item.url);
    const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": offset, "Upload-Length": item.file.size };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.upload.onprogress = (event) => progress(item, offset + event.loaded);
    request.onerror = request.onabort = request.ontimeout = () => reject(new Error("the line broke"));
    request.onload = () => {
      // 409: the browser itself repeated the part on a fresh line, and some of it had arrived; HEAD tells how much
      if (request.status === 204) return resolve(Number(request.getResponseHeader("Upload-Offset")));
      const sentence = sentenceOf(request.responseText);
      reject(HOPELESS.includes(request.status) ? new Refused(sentence) : new Error(sentence));
    };
    request.send(item.file.slice(offset, offset + PART_BYTES));
  });
}

async function ask(url, told) {
  const headers = { "X-CSRFToken": fields.csrfmiddlewaretoken.value };
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(told) });
  if (answer.redirected || answer.status === 403) throw new Refused("You are signed out: load this page again. What was uploaded is kept.");
  if (answer.ok) return answer.json();
  const sentence = sentenceOf(await answer.text());
  throw answer.status >= 500 && answer.status !== 507 ? new Error(sentence) : new Refused(sentence);
}

function sentenceOf(text) {
  try {
    const { error, advice } = JSON.parse(text);
    return [error, advice].filter(Boolean).join(" ");
  } catch {
    return "The server could not take it. Try again in a while.";
  }
}

function pause(item, seconds) {
  item.state.textContent = navigator.onLine ? "The line broke; trying again…" : "Offline; it goes on by itself.";
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
    addEventListener("online", resolve, { once: true });
  });
}

function progress(item, sent) {
  const now = performance.now();
  item.begun ??= { at: now, sent };
  const [seconds, bytes] = [(now - item.begun.at) / 1000, sent - item.begun.sent];
  const left = seconds > 3 && bytes > 0 ? ` · ${duration(((item.file.size - sent) * seconds) / bytes)} left` : "";
  item.bar.value = sent;
  item.state.className = "muted state";
  item.state.textContent = `${megabytes(sent, item.file.size)} of ${megabytes(item.file.size)}${left}`;
}

// -- remembering

function keyOf(file) {
  return `${prefix}${file.name}:${file.size}:${file.lastModified}`;
}

function recalled(file) {
  return read(keyOf(file));
}

function remember(file, blobName, sent) {
  write(keyOf(file), { blobName, name: file.name, sent, size: file.size, at: Date.now() });
}

function forget(file) {
  write(keyOf(file), null);
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // no storage in this browser, or not ours
  }
}

function write(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // without storage a reload begins anew
  }
}

/** Say what an earlier visit left half done: a page cannot open a file again by itself. */
function tellUnfinished() {
  const names = [];
  for (const key of keys()) {
    const note = read(key);
    if (!note || Date.now() - note.at > KEPT_MS) write(key, null);
    else names.push(`${note.name} (${Math.floor((100 * note.sent) / note.size)} %)`);
  }
  unfinished.hidden = names.length === 0;
  unfinished.textContent = `Not uploaded to the end: ${names.join(", ")}. Choose the same file again, and it goes on where it was.`;
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

// -- words and elements

function megabytes(size, of = size) {
  return `${(size / 1e6).toFixed(of < 1e7 ? 1 : 0)} MB`;
}

function duration(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function titleOf(file) {
  return file.name.replace(/\.[^.]+$/, "");
}

function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

function tell(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

// -- begin

input.multiple = true;
input.required = false;
document.getElementById("title-field").hidden = true; // each file has a title of its own
fields.title.disabled = true;
drop.classList.add("big");
drop.querySelector(".drag-hint").hidden = matchMedia("(pointer: coarse)").matches;
input.addEventListener("change", () => {
  choose(input.files);
  input.value = ""; // so that the same file can be chosen again
});
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => (event.preventDefault(), drop.classList.add("over")));
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => (event.preventDefault(), choose(event.dataTransfer.files)));
form.addEventListener("submit", (event) => (event.preventDefault(), void run()));
addEventListener("beforeunload", (event) => isRunning && chosen.some((item) => !item.isDone) && event.preventDefault());
tellUnfinished();
arrange();
