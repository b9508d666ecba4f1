/** `plugin add` in the executable where files can't be written, and where two of them write at once. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestServer } from "../../src/loader/testdata/test_server.ts";
import { LOOPBACK } from "./remote_site.ts";
import { type Ran, Server } from "./server.ts";

const MANIFEST = ".nuvom_plugins.toml";
const LOCK = ".nuvom_plugins.lock";
const plugin = (name: string) => `export default { name: "${name}", provides: ["cli"], start() {}, stop() {} };\n`;

const PROJECT = "project";

/** A project with one plugin from a URL, and a server that has another one. */
class Site implements AsyncDisposable {
  readonly server: Server;
  readonly modules: TestServer;

  private constructor(server: Server, modules: TestServer) {
    this.server = server;
    this.modules = modules;
  }

  static async open(): Promise<Site> {
    const modules = TestServer.open({ "/first.ts": plugin("first"), "/second.ts": plugin("second") });
    const site = new Site(await Server.with({ [`${PROJECT}/${MANIFEST}`]: "# mine\n" }), modules);
    for (const name of ["cache", "tmp"]) await Deno.mkdir(`${site.folder}/${name}`);
    const { code, stderr } = await site.nuvom(...site.adding("first"));
    assertEquals(code, 0, stderr);
    return site;
  }

  /** The one around the project, the cache and the temporary files. */
  get folder(): string {
    return this.server.folder;
  }

  get env(): Record<string, string> {
    return { ...LOOPBACK, NUVOM_CACHE_DIR: `${this.folder}/cache`, TMPDIR: `${this.folder}/tmp` };
  }

  adding(name: string): string[] {
    return ["plugin", "add", this.modules.url(`/${name}.ts`), "--yes"];
  }

  nuvom(...args: string[]): Promise<Ran> {
    return this.server.run(args, { env: this.env, cwd: PROJECT });
  }

  /** Adds the second plugin after a script has changed the mounts, as no other process sees them. `$1`: the folder. */
  async addMounted(script: string): Promise<Ran> {
    const { nuvom, folder } = this.server;
    const rest = `cd "$1/${PROJECT}"; shift; code=0; "$@" || code=$?; cat ${MANIFEST} ${LOCK}; exit $code`;
    const args = ["-rm", "sh", "-ec", `${script}\n${rest}`, "sh", folder, nuvom, ...this.adding("second")];
    const { code, stdout, stderr } = await new Deno.Command("unshare", { args, env: { HOME: folder, ...this.env } })
      .output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  }

  /** Manifest and lock. */
  async state(): Promise<string> {
    return await this.server.read(`${PROJECT}/${MANIFEST}`) + await this.server.read(`${PROJECT}/${LOCK}`);
  }

  /** Nothing was added, and there is one paragraph on why. */
  async refused({ code: exit, stderr }: Ran, exitCode: number, code: string, says: string): Promise<void> {
    const paragraph = stderr.trimEnd().split("\n\n").at(-1)!;
    assert(paragraph.endsWith(`(${code})`) && !paragraph.includes("\n"), stderr);
    assertStringIncludes(paragraph, says);
    assertEquals(exit, exitCode, stderr);
    assertEquals(await this.server.leftBehind(), []);
    assertEquals([...Deno.readDirSync(`${this.folder}/tmp`)], []);
    const names = [...Deno.readDirSync(`${this.folder}/${PROJECT}`)].map(({ name }) => name).sort();
    assertEquals(names, [".nuvom", LOCK, MANIFEST]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.modules[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test("plugin add changes nothing when the manifest or the lock is read-only", async () => {
  await using site = await Site.open();
  const before = await site.state();
  for (
    const [name, exitCode, code] of [[MANIFEST, 3, "NUVOM_MANIFEST_WRITE"], [LOCK, 1, "NUVOM_LOCK_WRITE"]] as const
  ) {
    const path = `${site.folder}/${PROJECT}/${name}`;
    await Deno.chmod(path, 0o444);
    await site.refused(
      await site.nuvom(...site.adding("second")),
      exitCode,
      code,
      "is read-only; nothing was changed.",
    );
    await Deno.chmod(path, 0o644);
  }
  assertEquals(await site.state(), before);
});

/** Puts a small disk in the place of a folder, with what is in it, and fills it. */
const FULL = (folder: string) => `
  mkdir "$1/copy" && cp -a "$1/${folder}/." "$1/copy"
  mount -t tmpfs -o size=64k tmpfs "$1/${folder}" && cp -a "$1/copy/." "$1/${folder}"
  rm -r "$1/copy"
  head -c 100k /dev/zero > "$1/${folder}/full" 2> /dev/null || true`;
const READ_ONLY = `mount --bind "$1/${PROJECT}" "$1/${PROJECT}" && mount -o remount,bind,ro "$1/${PROJECT}"`;

const DISKS = [
  ["the project on a read-only disk", READ_ONLY, 3, "NUVOM_MANIFEST_WRITE", "nothing was changed"],
  ["the project on a full disk", FULL(PROJECT), 1, "NUVOM_LOCK_WRITE", "No space left on device"],
  ["the module store on a full disk", FULL("cache"), 1, "NUVOM_STORE_WRITE", "No space left on device"],
  ["the temporary files on a full disk", FULL("tmp"), 1, "NUVOM_SYSTEM", "No space left on device"],
] as const;

/** Null where a process may have mounts of its own. */
async function whyNoMounts(): Promise<string | null> {
  try {
    const args = ["-rm", "sh", "-c", "mount -t tmpfs tmpfs /tmp"];
    const { success } = await new Deno.Command("unshare", { args, stdin: "null" }).output();
    return success ? null : "processes may not have mounts of their own here";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 'there is no "unshare" command';
    throw error;
  }
}

const reason = await whyNoMounts();

Deno.test({
  name: `plugin add changes nothing when a disk is full or read-only${reason === null ? "" : ` (left out: ${reason})`}`,
  ignore: reason !== null,
  async fn(t) {
    await using site = await Site.open();
    const before = await site.state();
    for (const [what, script, exitCode, code, says] of DISKS) {
      await t.step(what, async () => {
        const ran = await site.addMounted(script);
        assertEquals(ran.stdout, before, ran.stderr);
        await site.refused(ran, exitCode, code, says);
      });
    }
    assertEquals((await site.nuvom(...site.adding("second"))).code, 0);
  },
});

Deno.test("plugin add in several processes at once loses the work of none", async () => {
  await using site = await Site.open();
  const names = ["a", "b", "c", "second", "second"];
  for (const name of names) site.modules.routes[`/${name}.ts`] = plugin(name);
  const ran = await Promise.all(names.map((name) => site.nuvom(...site.adding(name))));
  assertEquals(ran.map(({ code }) => code), names.map(() => 0), ran.map(({ stderr }) => stderr).join("\n"));
  const added = ran.map(({ stdout }) => stdout.split(/[.;]/)[0]!).sort();
  assertEquals(added, [
    "Added a under cli",
    "Added b under cli",
    "Added c under cli",
    "Added second under cli",
    "second was there already",
  ]);
  const rows: { name: string; lock: string }[] = JSON.parse((await site.nuvom("plugin", "list", "--json")).stdout);
  assertEquals(
    rows.map(({ name, lock }) => `${name} ${lock}`).sort(),
    ["a", "b", "c", "first", "second"].map((name) => `${name} locked`),
  );
});
