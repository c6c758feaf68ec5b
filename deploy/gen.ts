/**
 * `npm run gen`: makes gen/ from proto/. Needs no network.
 * `--check` makes it in a scratch folder and fails when gen/ differs.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeValidateProto } from "./validate-proto.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean" } } });

if (values.help === true) {
  process.stdout.write(
    "npm run gen [-- --check]\n  Makes gen/ from proto/; with --check only says whether gen/ is up to date.\n",
  );
} else {
  writeValidateProto();
  const folder = values.check === true ? join(root, ".malla/cache/gen") : join(root, "gen");
  await generate(folder);
  if (values.check === true) {
    const stale = differences(folder, join(root, "gen"));
    if (stale.length > 0) {
      process.stderr.write(`gen/ is stale; run \`npm run gen\` and commit. Differs:\n  ${stale.join("\n  ")}\n`);
      process.exitCode = 1;
    }
  }
}

async function generate(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const config = readFileSync(join(root, "buf.gen.yaml"), "utf8").replace("out: gen", `out: ${relative(root, folder)}`);
  buf("generate", "--template", writeScratch("buf.gen.yaml", config));
  buf("build", "proto", "--as-file-descriptor-set", "-o", join(folder, "malla.binpb"));
  const openapi = join(root, "gateway/openapi/generate.ts");
  if (existsSync(openapi)) {
    execFileSync(process.execPath, [openapi, join(folder, "malla.binpb"), join(folder, "openapi")], {
      cwd: root,
      stdio: "inherit",
    });
  }
  cpSync(join(root, "deploy/gen-readme.md"), join(folder, "README.md"));
}

function writeScratch(name: string, content: string): string {
  const path = join(root, ".malla/cache", name);
  writeFileSync(path, content);
  return path;
}

function buf(...args: string[]): void {
  const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
  execFileSync(join(root, "node_modules/.bin/buf"), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });
}

function differences(fresh: string, committed: string): string[] {
  const files = new Set([...listFiles(fresh), ...listFiles(committed)]);
  return [...files].filter((file) => {
    const [a, b] = [join(fresh, file), join(committed, file)];
    return !existsSync(a) || !existsSync(b) || !readFileSync(a).equals(readFileSync(b));
  });
}

function listFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    : [];
}
