// Makes the package of one platform: node npm/platform.mjs OS-CPU BINARY FOLDER, as linux-x64 target/release/repoint out.
// The binary for Linux is linked to musl, so it runs with any libc.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const [platform, binary, folder] = process.argv.slice(2);
const parts = /^(darwin|linux|win32)-(arm64|x64)$/.exec(platform ?? "");
if (!parts || !binary || !folder) {
  console.error("usage: node npm/platform.mjs OS-CPU BINARY FOLDER");
  process.exit(2);
}
const main = JSON.parse(readFileSync(new URL("repoint/package.json", import.meta.url), "utf8"));
const name = `@repoint/${platform}`;
if (!(name in main.optionalDependencies)) {
  console.error(`${name}: no optional dependency of npm/repoint/package.json`);
  process.exit(2);
}
const file = parts[1] === "win32" ? "repoint.exe" : "repoint";
mkdirSync(folder, { recursive: true });
copyFileSync(binary, join(folder, file));
chmodSync(join(folder, file), 0o755);
const manifest = {
  name,
  version: main.version,
  description: `The binary of repoint for ${platform}`,
  license: main.license,
  repository: main.repository,
  os: [parts[1]],
  cpu: [parts[2]],
  files: [file],
};
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${name}: ${basename(binary)} in ${folder}`);
