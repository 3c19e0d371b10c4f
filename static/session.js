/* The end of a session: a warning two minutes before, and a covered page after it. What was typed stays in the memory of
   this page alone, taken out of it, and comes back only for the same person: the server says whether it is she. */
"use strict";

(() => {
  const root = document.documentElement;
  const { who, here } = root.dataset;
  if (!who) return;
  const WARN = 120_000;
  const LOOK = 1_000;
  const until = Number(root.dataset.until) * 1000;
  const idle = Number(root.dataset.idle) * 1000;
  let end = Math.min(Date.now() + idle, until);
  let warning = null;
  let hushed = false;
  let kept = null;
  let asking = false;
  let asked = 0;

  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  const renew = (value) => {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = value; });
  };

  /* Asks the server. `stay`: somebody wants to go on; without it the question keeps nothing alive. */
  const ask = async (stay) => {
    asked = Date.now();
    const answer = stay
      ? await fetch(here, { method: "POST", body: new URLSearchParams({ who, csrfmiddlewaretoken: token() }), cache: "no-store" })
      : await fetch(`${here}?who=${who}`, { headers: { "X-Background": "1" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const leave = () => {
    kept = null;
    document.body.replaceChildren();
    location.replace("/");
  };

  const unwarn = () => {
    warning?.remove();
    warning = null;
    hushed = false;
  };

  /* What the server said is taken as it is: another person is not shown what the first one left. */
  const take = (said) => {
    if (said.signed_in && !said.same) return leave();
    if (!said.signed_in) return cover();
    end = Date.now() + said.seconds * 1000;
    renew(said.token);
    if (end - Date.now() > WARN) unwarn();
    return warning?.querySelectorAll("[data-when-idle], [data-when-long]").forEach((part) => {
      part.hidden = part.matches("[data-when-idle]") !== said.can_stay;
    });
  };

  const warn = () => {
    if (warning || hushed) return;
    warning = document.getElementById("session-warning").content.firstElementChild.cloneNode(true);
    document.body.append(warning);
    const stay = warning.querySelector("[data-stay]");
    stay.addEventListener("click", async () => {
      try { take(await ask(true)); } catch { /* the next look asks again */ }
    });
    warning.querySelector("[data-hush]").addEventListener("click", () => { unwarn(); hushed = true; });
  };

  const cover = () => {
    if (kept) return;
    unwarn();
    const title = document.title;
    kept = document.createDocumentFragment();
    const shown = document.getElementById("session-cover").content.cloneNode(true);
    kept.append(...document.body.childNodes);
    document.title = "Apparatus";
    sessionStorage.clear(); /* htmx writes there at which address the page is, which may name a case */
    document.body.append(shown);
    const goOn = async (quiet) => {
      try {
        const said = await ask(false);
        if (said.signed_in && !said.same) return leave();
        if (!said.signed_in) throw new Error("not yet");
        if (!kept) return undefined;
        document.body.replaceChildren(kept);
        kept = null;
        document.title = title;
        take(said);
      } catch {
        if (!quiet) document.querySelector("[data-not-yet]").hidden = false;
      }
      return undefined;
    };
    document.querySelector("[data-go-on]").addEventListener("click", () => goOn(false));
    document.querySelector("[data-leave]").addEventListener("click", leave);
    document.querySelector(".session-cover").focus();
    resume = () => goOn(true);
  };
  let resume = null;

  /* Every second, and whenever the page is looked at again: a laptop that slept is late for its own timers. */
  const look = async () => {
    if (asking || kept) return;
    const left = end - Date.now();
    if (left > WARN) return;
    if (left > 0 && warning && Date.now() - asked < 15_000) return;
    if (left > 0 && hushed && Date.now() - asked < 15_000) return;
    asking = true;
    try {
      take(await ask(false));
      if (!kept && end - Date.now() <= WARN) warn();
    } catch {
      if (left <= 0) cover();
    } finally {
      asking = false;
    }
  };
  setInterval(look, LOOK);

  const lookedAt = async () => {
    if (document.visibilityState !== "visible") return;
    if (kept) { resume?.(); return; }
    if (Date.now() - asked < 3_000) return;
    try { take(await ask(false)); } catch { look(); }
  };
  document.addEventListener("visibilitychange", lookedAt);
  window.addEventListener("focus", lookedAt);
  window.addEventListener("pageshow", (event) => { if (event.persisted) lookedAt(); });

  /* A fragment that comes back from nobody: the page keeps what was typed. One that came back is a sign of life. */
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("X-Session-Ended")) {
      event.preventDefault();
      cover();
    } else if (event.detail.requestConfig?.headers["X-Background"] !== "1") end = Math.min(Date.now() + idle, until);
  });
  /* What a page asks by itself, by its own clock, is nobody's work. */
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent) event.detail.headers["X-Background"] = "1";
  });
})();
