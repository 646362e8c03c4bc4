// Bundles the two pages into dist/, which the Go program embeds.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
await build({
  entryPoints: ["src/watch.ts", "src/index.ts", "src/style.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  target: "es2022",
  format: "esm",
  legalComments: "none",
});
for (const page of ["index.html", "watch.html", "icon.svg"]) {
  cpSync(`src/${page}`, `dist/${page}`);
}
