// Bundles the two pages into dist/, which the Go program embeds. hls.js and dash.js are files of their own that only a
// page that needs them loads.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
await build({
  entryPoints: ["src/watch.ts", "src/index.ts", "src/style.css"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "[name]-[hash]",
  minify: true,
  target: "es2022",
  format: "esm",
  legalComments: "none",
});
for (const page of ["index.html", "watch.html", "icon.svg", "icons.svg"]) {
  cpSync(`src/${page}`, `dist/${page}`);
}

// What the bundle is made of, so that a test can tell an old one.
const sources = createHash("sha256");
for (const file of readdirSync("src").sort()) sources.update(readFileSync(`src/${file}`));
writeFileSync("dist/sources.sha256", sources.digest("hex"));
