/** Who has a port that is not free, as far as it tells. @module */

/** The server of this plugin calls itself so. */
export const SERVER = "nuvom-prometheus";

/** A server that does not answer at once is not waited for. */
const ASK_MS = 500;

/**
 * Asks over HTTP, for the plugin may ask nothing else.
 *
 * @returns null when nobody answers in a way that says anything: `another worker of nuvom (process 123)`.
 */
export async function portHolder(host: string, port: number): Promise<string | null> {
  try {
    const name = host.includes(":") ? `[${host}]` : host;
    const response = await fetch(`http://${name}:${port}/`, { method: "HEAD", signal: AbortSignal.timeout(ASK_MS) });
    await response.body?.cancel();
    const server = response.headers.get("server");
    if (server === null) return "a web server that does not say its name";
    return server.startsWith(SERVER) ? server.replace(SERVER, "another worker of nuvom") : `the web server "${server}"`;
  } catch {
    return null;
  }
}
