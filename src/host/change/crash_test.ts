import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { sha256 } from "../../loader/mod.ts";
import { ModuleServer, remotePlugin, RemoteProject } from "../testdata/module_server.ts";
import { verifyAll } from "./mod.ts";

const SCRIPT = fromFileUrl(import.meta.resolve("../testdata/add_one.ts"));

function adding(project: RemoteProject, specifier: string): Deno.ChildProcess {
  const args = ["run", "-A", "--no-check", "--unstable-worker-options", SCRIPT, project.folder, specifier];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
}

async function answer(child: Deno.ChildProcess): Promise<string> {
  return new TextDecoder().decode((await child.output()).stdout).trim();
}

Deno.test("addPlugin() in two processes at once loses the work of neither", async () => {
  const names = ["a", "b", "c"];
  await using server = new ModuleServer(Object.assign({}, ...names.map((name) => remotePlugin(name))));
  await using project = await RemoteProject.with("[plugins]\n");
  const children = names.map((name) => adding(project, server.url(`/${name}/mod.ts#Exporter`)));
  assertEquals(await Promise.all(children.map(answer)), ["added", "added", "added"]);
  assertEquals(Object.keys((await project.lock()).plugins), names);
  assertEquals((await project.manifest()).plugins.length, 3);
  await project.start();
});

Deno.test("addPlugin() killed at any point leaves manifest, lock and store whole", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  const manifest = "# mine\n[tasks]\nmodules = []\n";
  await using project = await RemoteProject.with(manifest);
  const specifier = server.url("/hello/mod.ts#Exporter");
  const started = performance.now();
  assertEquals(await answer(adding(project, specifier)), "added");
  const whole = performance.now() - started;
  let [killed, added] = [0, 0];
  for (let run = 0; run < 24; run++) {
    await project.write(".nuvom_plugins.toml", manifest);
    await Deno.remove(`${project.folder}/.nuvom_plugins.lock`).catch(() => {});
    // Whoever was killed early has not made one.
    if (run % 3 === 0) await Deno.remove(`${project.folder}/cache`, { recursive: true }).catch(() => {});
    const child = adding(project, specifier);
    // Most of the time goes by before anything is written, so the end of it is looked at more closely.
    const timer = setTimeout(() => child.kill("SIGKILL"), whole * (0.4 + 0.7 * (run / 24)));
    const said = await answer(child);
    clearTimeout(timer);
    said === "added" ? added++ : killed++;
    await checkWhole(project, manifest, specifier);
  }
  assert(killed > 0, "nothing was killed");
  // What a killed process held is free again, and what it left half-written is gone.
  assertEquals(await answer(adding(project, specifier)), "added");
  const names = (await Array.fromAsync(Deno.readDir(project.folder))).map(({ name }) => name).sort();
  assertEquals(names, [".nuvom", ".nuvom_plugins.lock", ".nuvom_plugins.toml", "cache"]);
  assertEquals(added + killed, 24);
});

async function checkWhole(project: RemoteProject, before: string, specifier: string): Promise<void> {
  const [manifest, lock] = await project.state();
  const listed = manifest !== before;
  assertEquals((await project.manifest()).plugins.map((entry) => entry.specifier), listed ? [specifier] : []);
  // A strict reader takes it, and what is listed is locked.
  if (lock !== null) assertEquals(Object.keys((await project.lock()).plugins), ["hello"]);
  assert(!listed || lock !== null);
  if (listed) assert((await verifyAll(project.parts())).ok);
  for (const path of await storedFiles(`${project.folder}/cache/modules`)) {
    if (path.endsWith(".tmp")) continue;
    assertEquals(sha256(await Deno.readFile(path)), path.split("/").slice(-2).join(""));
  }
}

async function storedFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) found.push(...await storedFiles(`${folder}/${name}`));
      else found.push(`${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}
