/* Passkeys: <form data-passkey="create|get"> with a hidden input "credential" and what the browser is asked, as JSON. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const options = document.getElementById("passkey-options");
  if (!options || !window.webauthnJSON?.supported()) return;
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const start = form.querySelector("[data-passkey-start]");
    const failed = form.querySelector("[data-passkey-failed]");
    const answer = form.querySelector("[name=credential], [name=step_up_credential]");
    if (!start || !answer) return;
    start.hidden = false;
    const ask = async () => {
      if (failed) failed.hidden = true;
      try {
        const asked = JSON.parse(options.textContent);
        const credential = await window.webauthnJSON[form.dataset.passkey](asked);
        answer.value = JSON.stringify(credential);
        form.submit();
      } catch {
        if (failed) failed.hidden = false;
        start.focus();
      }
    };
    start.addEventListener("click", ask);
    /* Enter in the name of a new passkey asks the device too: there is nothing else to send. */
    if (form.dataset.passkey === "create") {
      form.addEventListener("submit", (event) => {
        if (answer.value) return;
        event.preventDefault();
        form.removeAttribute("aria-busy");
        ask();
      });
    }
  });
});
