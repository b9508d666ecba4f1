/** The compiled executable for the tests that drive it: compiled when there is none, or when its inputs have changed. @module */

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(/\/$/, "");
const PATH = `${ROOT}/dist/nuvom`;
const DIGEST = `${ROOT}/dist/nuvom.digest`;
const INPUTS = ["cli.ts", "mod.ts", "deno.json", "deno.lock", "src", "plugins", "scripts"];

let compiled: Promise<string> | undefined;

/** Absolute path of an executable that is up to date. */
export function executable(): Promise<string> {
  compiled ??= compileOnce();
  return compiled;
}

/** Test files run in parallel, in processes that know nothing of each other: the first one compiles, the others wait. */
async function compileOnce(): Promise<string> {
  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  using lock = await Deno.open(`${ROOT}/dist/nuvom.lock`, { write: true, create: true });
  await lock.lock(true);
  const digest = await inputsDigest();
  if (await textOf(DIGEST) === digest && await textOf(PATH, 1) !== null) return PATH;
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--config=${ROOT}/deno.json`, `${ROOT}/scripts/compile.ts`],
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`dist/nuvom could not be compiled:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
  }
  await Deno.writeTextFile(DIGEST, digest);
  return PATH;
}

async function inputsDigest(): Promise<string> {
  const paths: string[] = [];
  for (const input of INPUTS) for await (const path of filesUnder(`${ROOT}/${input}`)) paths.push(path);
  const lines = await Promise.all(
    paths.sort().map(async (path) => `${path} ${await sha256(await Deno.readFile(path))}`),
  );
  return await sha256(new TextEncoder().encode(lines.join("\n")));
}

async function* filesUnder(path: string): AsyncGenerator<string> {
  if (!(await Deno.stat(path)).isDirectory) return void (yield path);
  for await (const { name } of Deno.readDir(path)) {
    if (!/_test\.ts$|^testdata$/.test(name)) yield* filesUnder(`${path}/${name}`);
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The text of a file, or of its first bytes; null when it is not there. */
async function textOf(path: string, most = 1_000): Promise<string | null> {
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(most);
    return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
