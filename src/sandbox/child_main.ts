/**
 * The main thread of a process realm: starts the worker that foreign code runs in, drops every permission, and relays
 * between it and the host. It holds the key of the channel; no foreign code runs here.
 * @module
 */

import { Buffer } from "node:buffer";
import process from "node:process";
import { PERMISSION_KINDS } from "../core/plugin.ts";
import { FramedChannel } from "./frames.ts";
import type { ChildInit } from "./guest_init.ts";
import { startGuestWorker } from "./guest_worker.ts";
import { BEGUN, RECALL, USAGE, USED } from "./protocol.ts";
import { StartGate } from "./start_gate.ts";

/** Runs until the host closes the channel, which ends the process: nothing is left behind. */
export async function childMain(): Promise<void> {
  ignoreSignals();
  const init = await readInit();
  const channel = new FramedChannel(
    await Deno.connect({ transport: "unix", path: init.socket }),
    Buffer.from(init.key, "hex"),
    "guest",
  );
  const worker = startGuestWorker(init.permissions);
  const { port1, port2 } = new MessageChannel();
  // Until the guest's own modules are there, the worker reads them with the permissions of this thread. Its first
  // message says so, and no foreign code runs before the host has heard it.
  port1.addEventListener("message", dropPermissions, { once: true });
  port1.addEventListener("message", ({ data }) => channel.send(String(data)));
  port1.start();
  worker.onerror = (event) => {
    event.preventDefault();
    console.error(event.message);
    Deno.exit(70);
  };
  const gate = new StartGate();
  let isStarted = false;
  await channel.receive((text) => {
    // Answered here, for a handler may be blocking the worker.
    if (text === RECALL) {
      const { begun, recall } = gate.close();
      return channel.send(`${BEGUN}${begun} ${recall}`);
    }
    if (text === USAGE) return channel.send(`${USED}${Deno.memoryUsage().rss} ${cpuMs()}`);
    if (isStarted) return port1.postMessage(text);
    isStarted = true;
    worker.postMessage({ init: JSON.parse(text), port: port2, gate: gate.buffer }, [port2]);
  });
  Deno.exit(0);
}

/** Ctrl-C and a service manager's signal reach the whole group; the host alone decides how to stop. */
function ignoreSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => {});
}

/** Of the whole process; the host, which has given up permissions, may not ask the system. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1_000);
}

/** One line; read to its end and no further. */
async function readInit(): Promise<ChildInit> {
  let text = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return JSON.parse(text);
}

/** The worker keeps its own copy of what it was granted. */
function dropPermissions(): void {
  for (const name of PERMISSION_KINDS) Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
}

if (import.meta.main) await childMain();
