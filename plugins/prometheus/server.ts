/** The HTTP side: `/metrics`, a pointer to it at `/`, nothing else. @module */

import type { Logger } from "nuvom";
import { cannotListen } from "./errors.ts";
import { CONTENT_TYPE } from "./exposition.ts";
import type { Address } from "./settings.ts";

/** A client that neither sends nor reads holds up the stop no longer than this. */
const CLOSE_GRACE_MS = 1_000;

/** What is served, and where. */
export interface ServeOptions extends Address {
  /** The answer to a scrape. */
  figures(): Promise<string>;
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
export function serveMetrics(options: ServeOptions): MetricsServer {
  const server = listen(options);
  return { close: () => atMost(server.shutdown(), CLOSE_GRACE_MS) };
}

function listen(options: ServeOptions): Deno.HttpServer {
  const { host: hostname, port, log } = options;
  const onListen = ({ hostname, port }: Deno.NetAddr) =>
    log.info(`serving http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/metrics`);
  try {
    return Deno.serve({ hostname, port, onListen }, (request) => respond(request, options));
  } catch (error) {
    // What the manifest does not grant is explained by the host.
    throw error instanceof Deno.errors.NotCapable ? error : cannotListen(hostname, port, error as Error);
  }
}

async function respond(request: Request, options: ServeOptions): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/") return plain(200, "The figures of nuvom are at /metrics.");
  if (pathname !== "/metrics") return plain(404, "There is nothing here; the figures are at /metrics.");
  try {
    const text = await unlessAborted(options.figures(), options.signal);
    return new Response(text, { headers: { "content-type": CONTENT_TYPE } });
  } catch (error) {
    if (options.signal.aborted) return plain(503, "The worker is stopping.");
    options.log.warn(`a scrape failed: ${(error as Error).message}`);
    return plain(500, "The figures could not be gathered; the log of the worker says why.");
  }
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
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
