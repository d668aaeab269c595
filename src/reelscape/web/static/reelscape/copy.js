// Buttons that copy a field: <button data-copy="ID OF THE FIELD" hidden>. Shown only where there is a script.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl-C"; // no clipboard without TLS
    }
  });
}
