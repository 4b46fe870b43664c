// Keeps a page current: when the ledger changes, the page is fetched anew and its content exchanged.
"use strict";
(() => {
  const LINK = document.getElementById("link");
  const NEWS = document.getElementById("news");
  const SOUND = document.getElementById("sound");
  const AGES_MS = 30_000, POLL_MS = 2_000, PAUSE_MS = 400;
  let version = null, isBusy = false, isWanted = false, poll = null, context = null;

  const say = (state, text) => { LINK.dataset.state = state; LINK.textContent = text; };

  // A form that somebody has begun to fill in, an answer to a form, and a selection are left alone.
  const isInUse = () => {
    const at = document.activeElement;
    const isTyping = at && ["INPUT", "SELECT", "TEXTAREA"].includes(at.tagName) && at.closest("[data-live]");
    const selection = document.getSelection();
    return isTyping || location.pathname === "/explain" || (selection && !selection.isCollapsed);
  };

  const refresh = async () => {
    isWanted = true;
    if (isBusy) return;
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      try {
        const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
        if (answer.status === 401) { location.reload(); return; }
        if (answer.ok) exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } catch { say("bad", "✕ The switchboard cannot be reached."); }
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    isBusy = false;
  };

  const exchange = (page) => {
    const help = page.body.dataset.help, known = document.body.dataset.help;
    if (help && help !== known) {
      document.body.dataset.help = help;
      NEWS.textContent = "A new call for help. See Help.";
      document.title = "▲ " + page.title;
      if (SOUND.checked) ring();
    }
    for (const place of ["nav", "footer time"]) {
      const fresh = page.querySelector(place), old = document.querySelector(place);
      if (fresh && old && !old.contains(document.activeElement)) old.replaceWith(fresh);
    }
    if (isInUse()) return;
    const fresh = page.querySelector("[data-live]"), old = document.querySelector("[data-live]");
    if (!fresh || !old || fresh.innerHTML === old.innerHTML) return;
    // The same place keeps the focus and what was opened, and tables keep where they were scrolled to.
    const focus = [...old.querySelectorAll("a, button, [tabindex]")].indexOf(document.activeElement);
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    const left = [...old.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
    old.innerHTML = fresh.innerHTML;
    old.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? false; });
    old.querySelectorAll(".scroll").forEach((one, at) => { one.scrollLeft = left[at] ?? 0; });
    if (focus >= 0) old.querySelectorAll("a, button, [tabindex]")[focus]?.focus({ preventScroll: true });
    document.documentElement.dataset.refreshed = String(Number(document.documentElement.dataset.refreshed ?? 0) + 1);
  };

  const heard = (fresh) => {
    if (version !== null && fresh !== version) refresh();
    version = fresh;
  };

  // Where a proxy swallows the stream, the version is asked for.
  const startPolling = () => {
    if (poll !== null) return;
    say("slow", "Asks for news every two seconds.");
    poll = setInterval(async () => {
      try {
        const answer = await fetch("/version", { cache: "no-store", credentials: "same-origin" });
        if (answer.ok) heard((await answer.text()).trim());
      } catch { say("bad", "✕ The switchboard cannot be reached."); }
    }, POLL_MS);
  };

  const watch = () => {
    if (typeof EventSource === "undefined") return startPolling();
    const stream = new EventSource("/live");
    stream.onmessage = (event) => {
      if (poll !== null) { clearInterval(poll); poll = null; }
      say("good", "● Live.");
      heard(event.data);
    };
    stream.onerror = () => {
      startPolling();
      if (stream.readyState === EventSource.CLOSED) setTimeout(watch, 10_000);
    };
  };

  // Two strokes of a bell, made here: no file has to be fetched.
  const ring = () => {
    context ??= new AudioContext();
    [0, 0.45, 0.9].forEach((start, at) => {
      const tone = context.createOscillator(), volume = context.createGain();
      tone.frequency.value = at % 2 ? 660 : 880;
      volume.gain.setValueAtTime(0.4, context.currentTime + start);
      volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + start + 0.4);
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + start);
      tone.stop(context.currentTime + start + 0.42);
    });
    document.documentElement.dataset.rung = "yes";
  };

  SOUND.checked = localStorage.getItem("sound") === "on";
  SOUND.addEventListener("change", () => {
    localStorage.setItem("sound", SOUND.checked ? "on" : "off");
    // Browsers let a page sound only after somebody has touched it; this is the touch, and the test.
    if (SOUND.checked) ring();
  });
  watch();
  setInterval(refresh, AGES_MS);
})();
