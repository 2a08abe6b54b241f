// Reviews dry runs in Chromium with the keyboard, exports the marks and applies them.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = (await import(pathToFileURL(process.env.PLAYWRIGHT))).default;
const [work, shots] = process.argv.slice(2);
const move = ["--move", "old::a::Foo=new::b::Bar", "--move", "old::x::Y=new::x::Z"];

function tree(name, files) {
  const root = path.join(work, name);
  fs.mkdirSync(root, { recursive: true });
  fs.writeFileSync(path.join(root, "repoint.toml"), "");
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  execFileSync(process.env.PROGRAM, ["diff", ...move, "--output-format", "html=review.html"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    maxBuffer: 1 << 30,
  });
  return root;
}

async function page(browser, root, options) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const opened = await context.newPage();
  const wrong = [];
  opened.on("pageerror", (error) => wrong.push(String(error)));
  opened.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  opened.on("dialog", (dialog) => {
    wrong.push("dialog: " + dialog.message());
    dialog.dismiss();
  });
  opened.on("request", (request) => {
    if (!/^(file|blob):/.test(request.url())) {
      wrong.push("asked for " + request.url());
    }
  });
  const started = Date.now();
  await opened.goto(pathToFileURL(path.join(root, "review.html")).href);
  await opened.waitForSelector(".row");
  opened.took = Date.now() - started;
  opened.wrong = wrong;
  return opened;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

// A review with the keys alone: of three files two are marked, and of these one changes before it is applied.
const use = "use old::a::Foo;\n\nfn f() -> Foo { Foo }\n";
const small = tree("small", { "src/a.rs": use, "src/b.rs": use, "src/c.rs": "use old::x::Y;\n" });
{
  const it = await page(browser, small, { colorScheme: "light", viewport: { width: 1280, height: 800 } });
  await it.screenshot({ path: path.join(shots, "overview.png") });
  await it.keyboard.press("j");
  await it.waitForSelector(".hunk");
  await it.screenshot({ path: path.join(shots, "light.png") });
  assert.equal(await it.textContent("mark >> nth=0"), "old::a::");
  await it.keyboard.press("r");
  await it.keyboard.press("j");
  await it.waitForFunction(() => document.querySelector("h1").textContent === "src/b.rs");
  await it.keyboard.press("n");
  await it.keyboard.press("r");
  await it.waitForFunction(() => document.getElementById("reviewed").textContent === "2 of 3 reviewed");
  await it.reload();
  await it.waitForFunction(() => document.getElementById("reviewed").textContent === "2 of 3 reviewed");
  const [download] = await Promise.all([it.waitForEvent("download"), it.click("#export")]);
  await download.saveAs(path.join(small, "reviewed.json"));
  await it.keyboard.press("?");
  await it.waitForSelector("dialog[open]");
  await it.keyboard.press("Escape");
  await it.keyboard.press("/");
  await it.keyboard.type("c.rs");
  await it.waitForFunction(() => document.getElementById("count").textContent === "1 of 3 files");
  assert.match(it.url(), /#text=c\.rs$/);
  await it.keyboard.press("Escape");
  await it.fill("#text", "");
  await it.click("#split");
  await it.setViewportSize({ width: 360, height: 740 });
  await it.screenshot({ path: path.join(shots, "narrow.png") });
  assert.deepEqual(it.wrong, []);

  fs.appendFileSync(path.join(small, "src/b.rs"), "// edited\n");
  const applied = spawnSync(
    process.env.PROGRAM,
    ["apply", ...move, "--allow-dirty", "--reviewed", "reviewed.json"],
    { cwd: small, encoding: "utf8" }
  );
  assert.equal(applied.status, 2, applied.stderr);
  assert.match(applied.stderr, /b\.rs: has changed since/);
  const is = ["a", "b", "c"].map((name) => fs.readFileSync(path.join(small, "src", name + ".rs"), "utf8").includes("new::"));
  assert.deepEqual(is, [true, false, false]);
}

// One group: marking it in one file marks the other.
{
  const root = tree("group", { "src/a.rs": use, "src/b.rs": use });
  const it = await page(browser, root, { colorScheme: "dark", viewport: { width: 1280, height: 800 } });
  await it.keyboard.press("j");
  await it.click("text=the same in 2 places");
  await it.waitForFunction(() => document.getElementById("reviewed").textContent === "2 of 2 reviewed");
  await it.screenshot({ path: path.join(shots, "dark.png") });
  assert.deepEqual(it.wrong, []);
}

// What means harm is shown.
{
  const evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
  const root = tree("hostile", {
    ["src/<img src=x onerror=alert(3)>&\"'.rs"]: "// " + evil + "\nuse old::a::Foo; // " + "x".repeat(5000) + "\n",
  });
  const it = await page(browser, root, { viewport: { width: 1280, height: 800 } });
  await it.keyboard.press("j");
  await it.waitForSelector(".hunk");
  assert.ok((await it.textContent("pre")).includes(evil));
  assert.equal(await it.locator("img").count(), 0);
  assert.equal(await it.textContent("mark >> nth=0"), "old::a::");
  assert.ok((await it.textContent("pre")).length < 4500);
  await it.screenshot({ path: path.join(shots, "hostile.png") });
  assert.deepEqual(it.wrong, []);
}

// 10,000 files with 40,000 hunks.
{
  const body = ["", "", "", ""].map((_, at) => "fn f" + at + "() { old::a::Foo::new(); }\n" + "//\n".repeat(12)).join("");
  const files = {};
  for (let at = 0; at < 10000; at += 1) {
    files["src/m" + Math.floor(at / 100) + "/f" + at + ".rs"] = body;
  }
  const root = tree("large", files);
  const it = await page(browser, root, { viewport: { width: 1280, height: 800 } });
  const script = await it.evaluate(() => performance.getEntriesByType("navigation")[0].domComplete);
  assert.ok(script < 2000, "opened in " + script + " ms");
  const longest = await it.evaluate(async () => {
    let longest = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        longest = Math.max(longest, entry.duration);
      }
    }).observe({ entryTypes: ["longtask"] });
    const files = document.getElementById("files");
    for (let at = 0; at < 60; at += 1) {
      files.scrollTop += 4000;
      await new Promise((done) => requestAnimationFrame(done));
    }
    return longest;
  });
  assert.equal(longest, 0, "a task took " + longest + " ms while scrolling");
  await it.keyboard.press("j");
  await it.waitForSelector(".hunk");
  await it.screenshot({ path: path.join(shots, "large.png") });
  assert.deepEqual(it.wrong, []);
  const size = fs.statSync(path.join(root, "review.html")).size;
  console.log("10,000 files: opened in " + Math.round(script) + " ms, " + size + " bytes");
}

await browser.close();
console.log("the review page holds");
