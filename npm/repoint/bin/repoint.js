#!/usr/bin/env node
// Runs the binary of the package for this platform, which npm installs as an optional dependency.
"use strict";

const { spawnSync } = require("node:child_process");

const name = `@repoint/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "repoint.exe" : "repoint";

let binary;
try {
  binary = require.resolve(`${name}/${file}`);
} catch {
  console.error(
    `repoint: the package ${name} is not installed. Either there is no binary for this platform, or optional ` +
      "dependencies were left out (npm install --omit=optional). `cargo install repoint` builds one.",
  );
  process.exit(2);
}

const done = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (done.error) {
  console.error(`repoint: ${binary}: ${done.error.message}`);
  process.exit(2);
}
if (done.signal) {
  process.kill(process.pid, done.signal);
}
process.exit(done.status ?? 2);
