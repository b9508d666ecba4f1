/** A worker that stands still when it is asked (`stops`), or has no file left to open (`full`). @module */

import { ControlServer } from "../control_server.ts";

const [stateDir, mode] = Deno.args;
const held: Deno.FsFile[] = [];

function answer(): Promise<number> {
  if (mode === "stops") Deno.kill(Deno.pid, "SIGSTOP");
  return Promise.resolve(1);
}

function trouble(error: unknown): void {
  console.log(`trouble: ${(error as { code?: string }).code}`);
  for (const file of held.splice(0)) file.close();
}

await ControlServer.open(stateDir!, "w", answer, trouble);
if (mode === "full") {
  try {
    while (true) held.push(Deno.openSync("/dev/null"));
  } catch { /* now it has none */ }
}
console.log("ready");
