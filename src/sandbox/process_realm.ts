/** A realm that is a process of its own, which alone can contain a busy loop, a full heap or a crash. @module */

import { Buffer } from "node:buffer";
import { ROOT } from "../core/root.ts";
import { PrivateFolder } from "../loader/mod.ts";
import { realmStartFailed, realmStartTimeout } from "./errors.ts";
import { FramedChannel } from "./frames.ts";
import { workerPermissions } from "./grant.ts";
import type { ChildInit } from "./guest_init.ts";
import { guestInit, HostedRealm } from "./hosted_realm.ts";
import { readLines } from "./lines.ts";
import type { Realm, RealmHost, RealmSpec } from "./realm.ts";

const MEMORY_CHECK_MS = 500;
/** Where a grandchild holds the pipes of a child that is gone, nobody waits longer for their end. */
const OUTPUT_GRACE_MS = 500;
/** A child whose channel is closed has this long to end by itself. */
const LAST_GRACE_MS = 1_000;

/** @throws {NuvomError} `NUVOM_REALM_START…` */
export async function openProcessRealm(spec: RealmSpec, host: RealmHost): Promise<Realm> {
  const realm = new HostedRealm(spec, host);
  const channel = await startChild(realm, spec, host);
  try {
    await spec.written;
  } catch (error) {
    await realm.stop(0);
    throw error;
  }
  channel.send(JSON.stringify(guestInit(spec)));
  return await realm.ready(spec.startTimeoutMs);
}

async function startChild(realm: HostedRealm, spec: RealmSpec, host: RealmHost): Promise<FramedChannel> {
  const folder = await PrivateFolder.make();
  let listener: Deno.UnixListener | undefined;
  try {
    const socket = `${folder.path}/s`;
    listener = Deno.listen({ transport: "unix", path: socket });
    const key = crypto.getRandomValues(new Uint8Array(32));
    const child = spawnChild(spec, socket, key);
    const printed = forwardOutput(child, host);
    const stream = await firstConnection(spec, listener, child, printed);
    const channel = new FramedChannel(stream, key, "host");
    joinChannel(realm, spec, child, channel, printed);
    return channel;
  } finally {
    listener?.close();
    await folder.remove();
  }
}

function spawnChild(spec: RealmSpec, socket: string, key: Uint8Array): Deno.ChildProcess {
  const { args, env } = childCommand();
  const path = spec.grant.run === undefined ? undefined : Deno.env.get("PATH");
  const child = new Deno.Command(Deno.execPath(), {
    args,
    // Deno drops `run` on a program that it does not find, and looks for it only here.
    env: path === undefined ? env : { ...env, PATH: path },
    cwd: spec.cwd,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const permissions = workerPermissions(spec.grant, spec.graph.folder);
  const init: ChildInit = { socket, key: Buffer.from(key).toString("hex"), permissions };
  const writer = child.stdin.getWriter();
  // A child that died at once is told by its status; the broken pipe adds nothing.
  writer.write(new TextEncoder().encode(`${JSON.stringify(init)}\n`)).then(() => writer.close()).catch(() => {});
  return child;
}

/** The executable starts itself; a source run starts Deno on the same entry. Nothing secret stands in argv. */
function childCommand(): { args: string[]; env: Record<string, string> } {
  if (Deno.build.standalone) return { args: ["__realm"], env: {} };
  const flags = ["--allow-all", "--no-prompt", "--unstable-worker-options", "--no-lock", "--quiet"];
  const args = [
    "run",
    ...flags,
    "--v8-flags=--disallow-code-generation-from-strings",
    `--config=${decodeURIComponent(new URL("deno.json", ROOT).pathname)}`,
    new URL("src/sandbox/child_main.ts", ROOT).href,
  ];
  // What Deno itself needs to find its cache; the guest sees none of it.
  const env: Record<string, string> = {};
  for (const name of ["HOME", "DENO_DIR", "XDG_CACHE_HOME"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return { args, env };
}

/** The last lines that the child wrote to its standard error, for an error message. */
interface Printed {
  readonly last: string[];
  readonly done: Promise<unknown>;
}

function forwardOutput(child: Deno.ChildProcess, host: RealmHost): Printed {
  const last: string[] = [];
  const done = Promise.all([
    readLines(child.stdout, (line) => host.output("stdout", line)),
    readLines(child.stderr, (line) => {
      last.push(line);
      if (last.length > 5) last.shift();
      host.output("stderr", line);
    }),
  ]).catch(() => {});
  return { last, done };
}

async function firstConnection(
  spec: RealmSpec,
  listener: Deno.UnixListener,
  child: Deno.ChildProcess,
  printed: Printed,
): Promise<Deno.UnixConn> {
  const timeout = Promise.withResolvers<Error>();
  const expire = () => timeout.resolve(realmStartTimeout(spec.name, spec.startTimeoutMs));
  const timer = setTimeout(expire, spec.startTimeoutMs);
  const accepted = listener.accept();
  const ended = child.status.then(async (status) => realmStartFailed(spec.name, await howItEnded(status, printed)));
  try {
    const first = await Promise.race([accepted, ended, timeout.promise]);
    if (!(first instanceof Error)) return first;
    accepted.catch(() => {});
    killQuietly(child);
    throw first;
  } finally {
    clearTimeout(timer);
  }
}

function joinChannel(
  realm: HostedRealm,
  spec: RealmSpec,
  child: Deno.ChildProcess,
  channel: FramedChannel,
  printed: Printed,
): void {
  const memoryTimer = spec.memoryMb === undefined ? undefined : setInterval(async () => {
    const used = await realm.usage();
    if (used !== null && used.memoryBytes > spec.memoryMb! * 1024 * 1024) realm.kill("memory");
  }, MEMORY_CHECK_MS);
  let lastGrace: ReturnType<typeof setTimeout> | undefined;
  const gone = child.status.then(async (status) => {
    clearInterval(memoryTimer);
    clearTimeout(lastGrace);
    realm.end(await howItEnded(status, printed));
    channel.close();
  });
  realm.attach({
    pid: child.pid,
    send: (text) => text === "bye" ? channel.close() : channel.send(text),
    kill() {
      channel.close();
      killQuietly(child);
    },
    gone,
  });
  const received = channel.receive((text) => realm.receive(text));
  received.catch((error) => realm.end(String(error.message ?? error)));
  received.then(() => lastGrace = setTimeout(() => killQuietly(child), LAST_GRACE_MS), () => {});
}

async function howItEnded({ code, signal }: Deno.CommandStatus, printed: Printed): Promise<string> {
  await atMost(printed.done, OUTPUT_GRACE_MS);
  const last = printed.last.length === 0 ? "" : `; it printed: ${printed.last.join(" / ")}`;
  return `its process ended with ${signal ?? `exit code ${code}`}${last}`;
}

async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  const time = Promise.withResolvers<void>();
  const timer = setTimeout(time.resolve, ms);
  await Promise.race([work, time.promise]);
  clearTimeout(timer);
}

function killQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch { /* it has ended already */ }
}
