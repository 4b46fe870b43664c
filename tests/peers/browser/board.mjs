// Looks at every page of the switchboard as people do: wide and narrow, light and dark, with the keyboard alone.
//
//   node board.mjs ORIGIN EVENTS SHOTS
//
// ORIGIN is where the switchboard listens, EVENTS the file that it reads, to which this appends, SHOTS a folder for
// screenshots. Prints one JSON object: findings by page, what was measured, and faults, which should be none.
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [origin, events, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
const measured = {};
const PAGES = { now: "/", phones: "/phones", phone: "/phones/depot-12", calls: "/calls", refused: "/calls?ending=refused", why: "/why", hours: "/why?by=hour", help: "/help", explain: "/explain?phone=depot-12" };

const event = (what, phone, rest = {}) => {
  const call = { sid: "CA" + [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""), direction: "outgoing", status: null, duration_seconds: null, reason: null, error_code: null, ...rest };
  const at = new Date().toISOString().replace("Z", "000Z");
  appendFileSync(events, JSON.stringify({ timestamp: at, hostname: "dialtone-prod", event: { Event: "UserEvent", UserEvent: what, endpoint: phone, Channel: phone }, call }) + "\n");
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
const open = async (options = {}) => {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  page.on("console", (message) => { if (message.type() === "error") faults.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  return page;
};

// So that every page has something to show: a call under way, and a call for help that reached nobody.
event("dial_pstn", "depot-12");
event("emergency_failed", "depot-12");

// Every page in every look, judged by axe-core.
for (const [look, options] of Object.entries({
  light: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  small: { viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true, hasTouch: true },
})) {
  const page = await open(options);
  await page.goto(origin + "/");
  await page.waitForSelector("text=Calls for help that were refused or failed", { timeout: 10000 }).catch(() => faults.push(`${look}: the call for help that failed is not there`));
  for (const [name, path] of Object.entries(PAGES)) {
    const answer = await page.goto(origin + path);
    if (answer.status() !== 200) faults.push(`${name}: ${answer.status()}`);
    await page.waitForSelector("#link[data-state=good]", { timeout: 5000 }).catch(() => faults.push(`${name} ${look}: is not live`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) faults.push(`${name} ${look}: ${wide} px wider than the screen`);
    // Not through a script element, which the page's own policy forbids.
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    for (const one of found.violations) faults.push(`${name} ${look}: ${one.id}: ${one.nodes[0].target} (${one.nodes.length} times)`);
    if (shots) await page.screenshot({ path: `${shots}/${name}-${look}.png` });
  }
  await page.context().close();
}

// The keyboard alone reaches Explain, fills it in and gets the answer.
{
  const page = await open({ viewport: { width: 1280, height: 800 } });
  await page.goto(origin + "/");
  await page.keyboard.press("Tab");
  if (!(await page.evaluate(() => document.activeElement.classList.contains("skip")))) faults.push("the first Tab is not the link to the content");
  for (let tab = 0; tab < 20; tab++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.textContent.trim() === "Explain")) break;
  }
  await Promise.all([page.waitForURL("**/explain"), page.keyboard.press("Enter")]);
  for (let tab = 0; tab < 20; tab++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.name === "dialled")) break;
  }
  await page.keyboard.type("5035550123");
  await page.keyboard.press("Enter");
  await page.waitForSelector("ol.steps li", { timeout: 5000 }).catch(() => faults.push("Explain gives no answer to the keyboard"));
  const twiml = await page.textContent("pre").catch(() => "");
  if (!twiml.includes("<Response>")) faults.push(`Explain shows no TwiML: ${twiml}`);
  if (shots) await page.screenshot({ path: `${shots}/explained.png`, fullPage: true });
  await page.context().close();
}

// An event is on an open page within a second, without its being loaded anew; a call for help rings the bell.
{
  const page = await open();
  await page.goto(origin + "/");
  await page.waitForSelector("#link[data-state=good]");
  await page.check("#sound");
  await page.evaluate(() => { window.isSame = true; delete document.documentElement.dataset.rung; });
  const times = [];
  for (let round = 0; round < 5; round++) {
    const before = await page.textContent("ul.events li:first-child");
    const started = performance.now();
    event("reject", "depot-12", { reason: round % 2 ? "premium" : "blocked" });
    await page.waitForFunction((before) => document.querySelector("ul.events li:first-child").textContent !== before, before, { timeout: 5000 }).catch(() => faults.push("an event does not reach an open page"));
    times.push(Math.round(performance.now() - started));
    await page.waitForTimeout(600);
  }
  measured.update_ms = times;
  event("dial_emergency", "depot-12");
  await page.waitForFunction(() => document.documentElement.dataset.rung === "yes", undefined, { timeout: 5000 }).catch(() => faults.push("a call for help does not ring"));
  const news = await page.textContent("#news");
  if (!news.includes("call for help")) faults.push("a call for help is not announced");
  if (!(await page.evaluate(() => window.isSame))) faults.push("the page was loaded anew");
  if (shots) await page.screenshot({ path: `${shots}/rung.png` });
  await page.context().close();
}

// Without the stream the page asks.
{
  const page = await open();
  await page.route("**/live", (route) => route.abort());
  await page.goto(origin + "/");
  await page.waitForSelector("#link[data-state=slow]");
  await page.waitForTimeout(2500);
  const before = await page.textContent("ul.events li:first-child");
  const started = performance.now();
  event("reject", "depot-1", { reason: "own_number" });
  await page.waitForFunction((before) => document.querySelector("ul.events li:first-child").textContent !== before, before, { timeout: 8000 }).catch(() => faults.push("an event does not reach a page that asks"));
  measured.polled_ms = Math.round(performance.now() - started);
  await page.context().close();
}

// Without scripts every page is there.
{
  const page = await open({ javaScriptEnabled: false });
  for (const path of Object.values(PAGES)) {
    await page.goto(origin + path);
    if ((await page.textContent("main h1")) === "") faults.push(`${path}: nothing without scripts`);
  }
}
await browser.close();
// The stream that this script broke itself is no fault.
console.log(JSON.stringify({ measured, faults: faults.filter((fault) => !fault.includes("ERR_FAILED")) }));
