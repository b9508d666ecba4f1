/** Ports for servers of tests. @module */

/** A port that was free a moment ago: nobody else is given it so soon. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
