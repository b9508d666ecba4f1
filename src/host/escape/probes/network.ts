/** Servers and sockets outside of the grant. @module */

import type { EscapeProbe } from "../probe.ts";

const BOTH = ["process", "worker"] as const;

const MODULES =
  `import * as net from "node:net"; import * as http from "node:http"; import * as https from "node:https"; import * as http2 from "node:http2"; import * as tls from "node:tls"; import * as dns from "node:dns";`;

export const NETWORK_PROBES: readonly EscapeProbe[] = [
  {
    name: "sockets outside of the grant",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ redirectPort }) => ({ net: [`127.0.0.1:${redirectPort}`] }),
    forbidden: ({ port, socket }) => [{ kind: "net", item: `127.0.0.1:${port}` }, { kind: "read", item: socket }],
    source: () =>
      String.raw`const { port, redirectPort, socket: path } = scene;
const opened = (socket, event = "connect") => new Promise((resolve, reject) => socket.on("error", reject).on(event, () => { socket.destroy?.(); resolve(1) }));
const hosts = ["127.0.0.1", "localhost", "127.1", "0x7f000001", "[::ffff:127.0.0.1]", "::ffff:127.0.0.1", "0.0.0.0", "127.0.0.1."];
for (const hostname of hosts) {
  await way("Deno.connect " + hostname, () => Deno.connect({ hostname, port }));
  await way("net.connect " + hostname, () => opened(net.connect({ host: hostname, port })));
}
await way("fetch", () => fetch("http://127.0.0.1:" + port));
await way("fetch by way of the granted server", () => fetch("http://127.0.0.1:" + redirectPort));
await way("fetch with user info", () => fetch("http://127.0.0.1:" + redirectPort + "@127.0.0.1:" + port));
await way("proxy", () => fetch("http://127.0.0.1:" + redirectPort, { client: Deno.createHttpClient({ proxy: { url: "http://127.0.0.1:" + port } }) }));
await way("proxy on a Unix socket", () => fetch("http://127.0.0.1:" + redirectPort, { client: Deno.createHttpClient({ proxy: { transport: "unix", path } }) }));
await way("proxy on a TCP socket", () => fetch("http://127.0.0.1:" + redirectPort, { client: Deno.createHttpClient({ proxy: { transport: "tcp", hostname: "127.0.0.1", port } }) }));
await way("WebSocket", () => new Promise((resolve, reject) => { const socket = new WebSocket("ws://127.0.0.1:" + port); socket.onopen = resolve; socket.onerror = reject }));
await way("WebSocketStream", () => new WebSocketStream("ws://127.0.0.1:" + port).opened);
await way("EventSource", () => new EventSource("http://127.0.0.1:" + port));
await way("Deno.connectTls", () => Deno.connectTls({ hostname: "127.0.0.1", port }));
await way("Unix socket", () => Deno.connect({ transport: "unix", path }));
await way("Unix socket of node:net", () => opened(net.connect({ path })));
await way("http.request", () => opened(http.get({ host: "127.0.0.1", port }), "response"));
await way("http.request on a Unix socket", () => opened(http.get({ socketPath: path }), "response"));
await way("https.request", () => opened(https.get({ host: "127.0.0.1", port, rejectUnauthorized: false }), "response"));
await way("http2", () => opened(http2.connect("http://127.0.0.1:" + port)));
await way("tls.connect", () => opened(tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false }), "secureConnect"));
await way("listen on every address", () => Deno.listen({ port: 0 }));
await way("serve on every address", () => Deno.serve({ port: 0, onListen() {} }, () => new Response("")));
await way("listen of node:net", () => opened(net.createServer().listen(0, "0.0.0.0"), "listening"));
await way("listen on a Unix socket", () => Deno.listen({ transport: "unix", path: scene.folder + "/mine" }));
await way("datagrams", () => Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" }));
await way("names", () => Deno.resolveDns("nuvom.example", "A"));
await way("names of node:dns", () => new Promise((resolve, reject) => dns.resolve4("nuvom.example", (error, found) => error ? reject(error) : resolve(found))));
await way("QUIC", () => new Deno.QuicEndpoint());
await way("WebTransport", () => new WebTransport("https://127.0.0.1:" + port));`,
  },
  {
    name: "fetch of file: and blob: URLs",
    promisedBy: BOTH,
    measure: "ways",
    forbidden: ({ text }) => [{ kind: "read", item: text }],
    source: () =>
      String
        .raw`const spellings = ["file://" + scene.text, "file://localhost" + scene.text, "FILE:" + scene.text, "file:///x/.." + scene.text, "file://" + scene.text.replace("secret", "%73ecret")];
for (const url of spellings) {
  await way("fetch " + url, async () => has(await (await fetch(url)).text()));
  await way("Request " + url, async () => has(await (await fetch(new Request(url))).text()));
}
await way("compileStreaming", () => WebAssembly.compileStreaming(fetch("file://" + scene.text)).catch((error) => /magic|wasm/i.test(error.message)));
await way("XMLHttpRequest", () => new XMLHttpRequest());
await way("Image", () => new Image());
await way("importScripts", () => importScripts("file://" + scene.js));`,
  },
];
