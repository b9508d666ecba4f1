import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { NuvomError } from "../../core/mod.ts";
import { askWorkers } from "./ask_workers.ts";
import { ControlServer } from "./control_server.ts";
import { noWorker } from "./errors.ts";
import type { ControlRequest } from "./request.ts";
import { socketFolder, socketNames } from "./worker_sockets.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-control-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sends bytes to the only worker, and reads what comes back. */
async function raw(stateDir: string, bytes: string): Promise<string> {
  const [name] = await socketNames(socketFolder(stateDir));
  using connection = await Deno.connect({ transport: "unix", path: `${socketFolder(stateDir)}/${name}` });
  await connection.write(new TextEncoder().encode(bytes));
  return await new Response(connection.readable).text();
}

/** A worker of its own process, with few files to open. */
async function oddWorker(stateDir: string, mode: "stops" | "full") {
  const script = new URL("./testdata/odd_worker.ts", import.meta.url).href;
  const child = new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 200; exec "$@"', "sh", Deno.execPath(), "run", "-A", "--no-lock", script, stateDir, mode],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const nextLine = async () => (await lines.read()).value?.trim();
  assertEquals(await nextLine(), "ready");
  return {
    nextLine,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await lines.cancel();
    },
  };
}

/** A socket that nobody listens on any more: what a worker leaves behind that is killed. */
function leave(path: string): void {
  const listener = Deno.listen({ transport: "unix", path: `${path}.new` });
  // Under its own name it would be removed by the close.
  Deno.renameSync(`${path}.new`, path);
  listener.close();
}

Deno.test("askWorkers() asks every worker, also where the path of the project is longer than that of a socket may be", async () => {
  for (const depth of ["", `/${"long".repeat(40)}`]) {
    await withFolder(async (folder) => {
      const asked: ControlRequest[] = [];
      const answer = (request: ControlRequest) => (asked.push(request), Promise.resolve({ size: "x".repeat(100_000) }));
      assertEquals(await askWorkers(folder + depth, { method: "status" }, 1_000), []);
      await using _first = await ControlServer.open(folder + depth, "w-1", answer);
      const second = await ControlServer.open(folder + depth, "w-2", () => Promise.reject(noWorker("x")));
      const replies = await askWorkers<{ size: string }>(folder + depth, { method: "reload", plugin: "p" }, 1_000);
      replies.sort((a, b) => a.worker.localeCompare(b.worker));
      assertEquals(replies.map(({ worker, answer }) => [worker, answer?.size.length]), [["w-1", 100_000], [
        "w-2",
        undefined,
      ]]);
      assertEquals((replies[1]!.error as NuvomError).code, "NUVOM_WORKER_NONE");
      assertEquals(asked, [{ method: "reload", plugin: "p" }]);
      await second.close();
      await second.close();
      assertEquals((await askWorkers(folder + depth, { method: "status" }, 1_000)).length, 1);
    });
  }
});

Deno.test("only the user of a worker may ask it", async () => {
  await withFolder(async (folder) => {
    await using _server = await ControlServer.open(folder, "w", () => Promise.resolve(1));
    const [name] = await socketNames(socketFolder(folder));
    const modes = [socketFolder(folder), `${socketFolder(folder)}/${name}`].map((path) =>
      (Deno.statSync(path).mode! & 0o777).toString(8)
    );
    assertEquals(modes, ["700", "600"]);
  });
});

Deno.test("askWorkers() forgets workers that were killed, and no others", async () => {
  await withFolder(async (folder) => {
    const server = await ControlServer.open(folder, "w", () => Promise.resolve(1));
    const [name] = await socketNames(socketFolder(folder));
    await server.close();
    const dead = `${name!.split("-")[0]}-1-dead.sock`;
    const path = `${socketFolder(folder)}/${dead}`;
    const foreign = `${socketFolder(folder)}/elsewhere_-1-abc.sock`;
    for (const left of [path, foreign]) leave(left);
    assertEquals((await socketNames(socketFolder(folder))).length, 2);
    assertEquals(await askWorkers(folder, { method: "status" }, 1_000), []);
    assertEquals(await socketNames(socketFolder(folder)), ["elsewhere_-1-abc.sock"]);

    leave(path);
    await using _server = await ControlServer.open(folder, "w", () => Promise.resolve(1));
    assertEquals((await socketNames(socketFolder(folder))).includes(dead), false);
  });
});

Deno.test("askWorkers() leaves the sockets of another machine alone, however alike the names", async () => {
  const { hostname } = Deno;
  const named = (name: string) => Deno.hostname = () => name;
  try {
    await withFolder(async (folder) => {
      named("worker-of-the-project-1");
      const server = await ControlServer.open(folder, "w", () => Promise.resolve(1));
      const [name] = await socketNames(socketFolder(folder));
      await server.close();
      const dead = `${name!.split("-")[0]}-1-dead.sock`;
      leave(`${socketFolder(folder)}/${dead}`);
      named("worker-of-the-project-2");
      assertEquals(await askWorkers(folder, { method: "status" }, 1_000), []);
      assertEquals(await socketNames(socketFolder(folder)), [dead]);
      named("worker-of-the-project-1");
      assertEquals(await askWorkers(folder, { method: "status" }, 1_000), []);
      assertEquals(await socketNames(socketFolder(folder)), []);
    });
  } finally {
    Deno.hostname = hostname;
  }
});

Deno.test("askWorkers() says which worker stands still while it answers, or takes nobody any more", async () => {
  await withFolder(async (folder) => {
    await using _stopped = await oddWorker(folder, "stops");
    const path = `${socketFolder(folder)}/full-1-x.sock`;
    using _listener = Deno.listen({ transport: "unix", path });
    const waiting: Deno.Conn[] = [];
    await assertRejects(async () => {
      while (true) waiting.push(await Deno.connect({ transport: "unix", path }));
    }, Deno.errors.WouldBlock);
    const replies = await askWorkers(folder, { method: "status" }, 500);
    assertEquals(replies.map(({ error }) => (error as NuvomError).code), Array(2).fill("NUVOM_CONTROL_SILENT"));
    for (const connection of waiting) connection.close();
  });
});

Deno.test("ControlServer goes on when there were too many open files, and says so once", async () => {
  await withFolder(async (folder) => {
    await using worker = await oddWorker(folder, "full");
    const [reply] = await askWorkers(folder, { method: "status" }, 20_000);
    assertEquals([reply!.answer, reply!.error], [1, null]);
    assertEquals(await worker.nextLine(), "trouble: EMFILE");
  });
});

Deno.test("askWorkers() says which worker does not answer", async () => {
  await withFolder(async (folder) => {
    await using _server = await ControlServer.open(folder, "w", () => new Promise(() => {}));
    const [reply] = await askWorkers(folder, { method: "status" }, 50);
    assertEquals((reply!.error as NuvomError).code, "NUVOM_CONTROL_SILENT");
    assertStringIncludes(reply!.error!.message, `${Deno.pid}`);
  });
});

Deno.test("ControlServer refuses what it does not know, and goes on", async () => {
  await withFolder(async (folder) => {
    await using _server = await ControlServer.open(folder, "w", () => Promise.resolve(1));
    const refused = [
      "nonsense\n",
      '{"method":"kill"}\n',
      '{"method":"reload"}\n',
      '{"method":"reload","plugin":1}\n',
      '{"method":"log","levels":"job=loud"}\n',
      "[]\n",
    ];
    for (const line of [...refused, "null\n"]) {
      assertStringIncludes(await raw(folder, line), '"code":"NUVOM_CONTROL_REQUEST"');
    }
    assertEquals(await raw(folder, `${JSON.stringify({ method: "status", more: "x".repeat(5_000) })}\n`), "");
    assertEquals(await raw(folder, '{"method":"status"}\n'), '{"worker":"w","answer":1}\n');
  });
});
