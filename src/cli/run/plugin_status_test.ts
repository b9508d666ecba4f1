import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ControlServer } from "../../host/control/control_server.ts";
import { reloadFailed } from "../../host/call_errors.ts";
import { pluginUnknown } from "../../host/errors.ts";
import type { PluginStatus, WorkerStatus } from "../../host/plugin_status.ts";
import { TestProject } from "../testing.ts";

const MANIFEST = { ".nuvom_plugins.toml": "[plugins]\n" };

function row(name: string, over: Partial<PluginStatus> = {}): PluginStatus {
  return {
    name,
    state: "running",
    since: Date.now() - 3_600_000,
    isolation: "process",
    pid: 42,
    restarts: 0,
    lastError: null,
    unwell: null,
    memoryBytes: 90 * 1024 * 1024,
    cpuMs: 1_200,
    calls: 7,
    p99Ms: 1.2345,
    ...over,
  };
}

function worker(project: TestProject, id: string, plugins: readonly PluginStatus[]): Promise<ControlServer> {
  const status: WorkerStatus = { id, pid: 7, startedAt: Date.now() - 7_200_000, inFlight: 1, plugins };
  return ControlServer.open(`${project.folder}/.nuvom`, id, () => Promise.resolve(status));
}

Deno.test("plugin status and plugin reload say that no worker runs, with exit code 4", async () => {
  await using project = await TestProject.with(MANIFEST);
  for (const command of [["plugin", "status"], ["plugin", "reload", "x"]]) {
    const { code, out, err } = await project.nuvom(command);
    assertEquals([code, out], [4, ""]);
    assertEquals(
      err,
      `No worker of the project ${project.folder} is running on this machine. Start one with \`nuvom runworker\`. ` +
        "(NUVOM_WORKER_NONE)\n",
    );
  }
});

Deno.test("plugin status shows a table for each worker, and ends with 1 unless all is well", async () => {
  await using project = await TestProject.with(MANIFEST);
  await using _first = await worker(project, "w-1", [
    row("queue"),
    row("thread", { pid: null, memoryBytes: null, cpuMs: null }),
  ]);
  const well = await project.nuvom(["plugin", "status"]);
  assertEquals([well.code, well.err], [0, ""]);
  assertEquals(well.out.split("\n"), [
    "Worker w-1, process 7, for 2h 0m, 1 job in flight",
    "NAME    STATE    SINCE  PID  RESTARTS  MEMORY  CPU   CALLS  P99    LAST ERROR",
    "queue   running  1h 0m  42   0         90 MiB  1.2s  7      1.2ms",
    "thread  running  1h 0m  -    0         -       -     7      1.2ms",
    "",
  ]);

  const lastError = { name: "NuvomError", message: "It ended by itself.", code: "NUVOM_PLUGIN_CRASHED", at: 5 };
  await using _second = await worker(project, "w-2", [
    row("queue", { unwell: "no database" }),
    row("hooks", { state: "failed", pid: null, restarts: 5, p99Ms: null, lastError }),
  ]);
  const ill = await project.nuvom(["plugin", "status"]);
  assertEquals(ill.code, 1);
  assertMatch(ill.out, /queue +unwell .* no database\n/);
  assertMatch(ill.out, /hooks +failed .* 5 .* It ended by itself\.\n/);
  assertEquals((await project.nuvom(["plugin", "status", "thread"])).code, 0);

  const { workers } = JSON.parse((await project.nuvom(["plugin", "status", "queue", "--json"])).out);
  assertEquals(workers.map(({ id }: WorkerStatus) => id).sort(), ["w-1", "w-2"]);
  assertEquals(workers.flatMap(({ plugins }: WorkerStatus) => plugins.map(({ name }) => name)), ["queue", "queue"]);

  const unknown = await project.nuvom(["plugin", "status", "queues"]);
  assertEquals(unknown.code, 4);
  assertStringIncludes(unknown.err, 'Did you mean "queue"?');
});

Deno.test("plugin reload says of each worker whether it did, and why not", async () => {
  await using project = await TestProject.with(MANIFEST);
  const stateDir = `${project.folder}/.nuvom`;
  await using _good = await ControlServer.open(stateDir, "w-1", () => Promise.resolve(null));
  const done = await project.nuvom(["plugin", "reload", "x"]);
  assertEquals([done.code, done.out, done.err], [0, "w-1: reloaded x.\n", ""]);

  const failure = reloadFailed("x", new Error("No port is free."));
  await using _bad = await ControlServer.open(stateDir, "w-2", () => Promise.reject(failure));
  const half = await project.nuvom(["plugin", "reload", "x", "--json"]);
  assertEquals(half.code, 1);
  const documents: { worker: string; reloaded: boolean; error?: { code: string } }[] = JSON.parse(half.out);
  documents.sort((a, b) => a.worker.localeCompare(b.worker));
  assertEquals(documents.map(({ worker, reloaded, error }) => [worker, reloaded, error?.code]), [
    ["w-1", true, undefined],
    ["w-2", false, "NUVOM_PLUGIN_RELOAD"],
  ]);
  assertStringIncludes(half.err, 'w-2: The plugin "x" was not reloaded, and what ran before goes on: No port is free.');
});

Deno.test("plugin reload ends with 4 when no worker has such a plugin", async () => {
  await using project = await TestProject.with(MANIFEST);
  const unknown = pluginUnknown("y", ["x"], "the manifest");
  await using _worker = await ControlServer.open(`${project.folder}/.nuvom`, "w", () => Promise.reject(unknown));
  assertEquals((await project.nuvom(["plugin", "reload", "y"])).code, 4);
});
