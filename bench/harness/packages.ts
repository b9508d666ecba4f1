/** The peers' npm packages and a Node that all of them accept, in a cache folder outside of the repository. @module */

/** Exact, so that figures can be compared. queuert is not on the npm registry (looked up in November 2026). */
export const VERSIONS: Readonly<Record<string, string>> = {
  "@opentelemetry/api": "1.10.0",
  "better-sqlite3": "13.2.0",
  "bullmq": "6.7.0",
  "graphile-worker": "0.18.0",
  "ioredis": "6.0.0",
  "pg": "8.23.1",
  "pg-boss": "12.38.0",
  "plainjob": "0.0.14",
};
/** graphile-worker and pg-boss want 22 or newer, and a machine may have an older one. */
const NODE_VERSION = "24.21.0";

/** Where the packages are, and the Node that runs them. */
export interface Packages {
  readonly folder: string;
  readonly node: string;
}

/** Installs them once; the folder's name changes with the versions. */
export async function installPackages(): Promise<Packages> {
  const node = `node-${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  const text = JSON.stringify({ private: true, dependencies: { ...VERSIONS, [node]: NODE_VERSION } }, null, 2);
  const folder = `${cacheFolder()}/nuvom-bench/${await shortHash(text)}`;
  const packages = { folder, node: `${folder}/node_modules/${node}/bin/node` };
  if (await exists(folder)) return packages;
  console.error(`Installing the peers into ${folder} …`);
  await Deno.mkdir(folder.slice(0, folder.lastIndexOf("/")), { recursive: true });
  const unfinished = await Deno.makeTempDir({ dir: folder.slice(0, folder.lastIndexOf("/")) });
  await Deno.writeTextFile(`${unfinished}/package.json`, text);
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--no-fund", "--no-audit", "--legacy-peer-deps"],
    cwd: unfinished,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`npm could not install the peers:\n${new TextDecoder().decode(stderr)}`);
  await Deno.rename(unfinished, folder);
  return packages;
}

function cacheFolder(): string {
  return Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
}

async function shortHash(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return bytes.toHex().slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
