/** What a probe tries to reach: a folder with secrets, servers that count who comes, a neighbour. @module */

import { PrivateFolder } from "../../loader/mod.ts";

/** Plain data; the probe's module holds it too. */
export interface Scene {
  /** Stands in all secrets, and nowhere else. */
  readonly needle: string;
  /** Absolute. Outside of every grant. */
  readonly folder: string;
  /** Absolute paths of files with the needle in them. */
  readonly js: string;
  readonly json: string;
  readonly text: string;
  /** Absolute; probes that work with files are granted this one. */
  readonly inside: string;
  /** Ports on 127.0.0.1: one that counts its connections, one that sends on to it. */
  readonly port: number;
  readonly redirectPort: number;
  /** Of a Unix socket that counts its connections. */
  readonly socket: string;
}

/** The scene while a probe runs. */
export interface OpenScene extends AsyncDisposable {
  readonly scene: Scene;
  /** What reached the host that must not have. */
  readonly seen: readonly string[];
}

/** Makes everything; disposing removes it. */
export async function openScene(): Promise<OpenScene> {
  await using undo = new AsyncDisposableStack();
  const seen: string[] = [];
  const folder = await PrivateFolder.make();
  undo.defer(() => folder.remove());
  const needle = `needle-${crypto.randomUUID()}`;
  const { path } = folder;
  await Deno.mkdir(`${path}/inside`);
  await Deno.writeTextFile(
    `${path}/secret.js`,
    `(globalThis.escaped ??= []).push(Number(import.meta.url.split("?")[1]));\nexport default "${needle}";\n`,
  );
  await Deno.writeTextFile(`${path}/secret.json`, JSON.stringify({ needle }));
  await Deno.writeTextFile(`${path}/secret.txt`, needle);
  const tcp = undo.adopt(Deno.listen({ hostname: "127.0.0.1", port: 0 }), closeQuietly);
  const unix = undo.adopt(Deno.listen({ transport: "unix", path: `${path}/socket` }), closeQuietly);
  void count(tcp, "a connection to a port", seen);
  void count(unix, "a connection to a Unix socket", seen);
  const { port } = tcp.addr as Deno.NetAddr;
  const redirect = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.redirect(`http://127.0.0.1:${port}/`),
  );
  undo.defer(() => redirect.shutdown());
  const neighbour = undo.adopt(new BroadcastChannel(needle), (channel) => channel.close());
  neighbour.onmessage = ({ data }) => void seen.push(`a broadcast: ${data}`);
  const all = undo.move();
  return {
    scene: {
      needle,
      folder: path,
      js: `${path}/secret.js`,
      json: `${path}/secret.json`,
      text: `${path}/secret.txt`,
      inside: `${path}/inside`,
      port,
      redirectPort: redirect.addr.port,
      socket: `${path}/socket`,
    },
    seen,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function count(listener: Deno.Listener, what: string, seen: string[]): Promise<void> {
  try {
    for await (const connection of listener) {
      seen.push(what);
      connection.close();
    }
  } catch { /* it was closed */ }
}

function closeQuietly(listener: Deno.Listener): void {
  try {
    listener.close();
  } catch { /* it was closed before */ }
}
