/** The HTTP side: `/metrics`, a pointer to it at `/`, nothing else. @module */

import type { Logger } from "nuvom";
import { cannotListen } from "./errors.ts";
import { CONTENT_TYPES, type Format } from "./exposition.ts";
import { portHolder, SERVER } from "./port_holder.ts";
import type { Address } from "./settings.ts";

/** A client that neither sends nor reads holds up the stop no longer than this. */
const CLOSE_GRACE_MS = 1_000;

/** What is served, and where. */
export interface ServeOptions extends Address {
  /** The answer to a scrape. */
  figures(format: Format): Promise<string>;
  readonly log: Logger;
  /** When it is aborted, requests that still wait for their figures are turned away. */
  readonly signal: AbortSignal;
}

/** A server that listens. */
export interface MetricsServer {
  /** The port is free at once; waits a moment for answers that are under way. May be called twice. */
  close(): Promise<void>;
}

/** @throws {NuvomError} `NUVOM_PROMETHEUS_LISTEN` */
export async function serveMetrics(options: ServeOptions): Promise<MetricsServer> {
  const server = await listen(options);
  return { close: () => atMost(server.shutdown(), CLOSE_GRACE_MS) };
}

async function listen(options: ServeOptions): Promise<Deno.HttpServer> {
  const { host: hostname, port, log } = options;
  const onListen = ({ hostname, port }: Deno.NetAddr) =>
    log.info(`serving http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/metrics`);
  try {
    return Deno.serve({ hostname, port, onListen }, (request) => respond(request, options));
  } catch (error) {
    // What the manifest does not grant is explained by the host.
    if (error instanceof Deno.errors.NotCapable) throw error;
    const holder = error instanceof Deno.errors.AddrInUse ? await portHolder(hostname, port) : null;
    throw cannotListen(hostname, port, holder, error as Error);
  }
}

async function respond(request: Request, options: ServeOptions): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/") return plain(200, "The figures of nuvom are at /metrics.");
  if (pathname !== "/metrics") return plain(404, "There is nothing here; the figures are at /metrics.");
  try {
    const format = formatFor(request);
    const text = await unlessAborted(options.figures(format), options.signal);
    return answer(200, text, CONTENT_TYPES[format]);
  } catch (error) {
    if (options.signal.aborted) return plain(503, "The worker is stopping.");
    options.log.warn(`a scrape failed: ${(error as Error).message}`);
    return plain(500, "The figures could not be gathered; the log of the worker says why.");
  }
}

function plain(status: number, text: string): Response {
  return answer(status, `${text}\n`, "text/plain; charset=utf-8");
}

/** Whoever finds the port taken is told by whom. */
function answer(status: number, text: string, type: string): Response {
  return new Response(text, { status, headers: { "content-type": type, server: `${SERVER} (process ${Deno.pid})` } });
}

/** Prometheus asks for OpenMetrics first; a browser and curl want plain text. */
function formatFor({ headers }: Request): Format {
  return headers.get("accept")?.includes("application/openmetrics-text") ? "openMetrics" : "text";
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  const time = Promise.withResolvers<void>();
  const timer = setTimeout(time.resolve, ms);
  await Promise.race([work, time.promise]);
  clearTimeout(timer);
}
