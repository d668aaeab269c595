// Looks again while a scene is in the making, and changes only the cards that changed.

const EVERY_MS = 4000;

async function look() {
  if (document.hidden) return void document.addEventListener("visibilitychange", look, { once: true });
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) return location.reload(); // signed out meanwhile
    if (answer.ok && !show(new DOMParser().parseFromString(await answer.text(), "text/html"))) return;
  } catch {
    // the server does not answer: the next look may find it
  }
  setTimeout(look, EVERY_MS);
}

/** Put the changed cards of a freshly loaded page in place; whether there is more to wait for. */
function show(page) {
  const [old, fresh] = [document, page].map((one) => [...one.querySelectorAll("#cards > li")]);
  if (old.map((card) => card.id).join() !== fresh.map((card) => card.id).join()) {
    location.reload();
    return false;
  }
  old.forEach((card, number) => {
    const news = fresh[number];
    if (card.outerHTML === news.outerHTML) return;
    const hasFocus = card.contains(document.activeElement);
    card.replaceWith(document.adoptNode(news));
    if (hasFocus) news.querySelector(".name a")?.focus();
  });
  return fresh.some((card) => card.querySelector("progress"));
}

setTimeout(look, EVERY_MS);
