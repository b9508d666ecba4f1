import { assertEquals } from "@std/assert";

const CLI = new URL("../../cli.ts", import.meta.url).href;
const MANIFEST = "[tasks]\nmodules = []\n";

/** Sends signals to a worker that a shell started, and answers how it ended. */
async function endOf(shellCode: string, signals: readonly Deno.Signal[]): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, MANIFEST);
    const child = new Deno.Command("sh", {
      args: ["-c", `${shellCode} exec "$0" run -A --no-lock "$1" runworker --workers 1`, Deno.execPath(), CLI],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
    await reader.read();
    for (const signal of signals) child.kill(signal);
    await reader.cancel();
    return (await child.status).code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a hangup stops a worker cleanly", async () => {
  assertEquals(await endOf("", ["SIGHUP"]), 0);
});

Deno.test("a hangup does not count where it was to be ignored (nohup)", async () => {
  assertEquals(await endOf("trap '' HUP;", ["SIGHUP", "SIGTERM"]), 0);
});
