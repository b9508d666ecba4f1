/** `Deno.serve` for a guest: what it tells goes to the guest's console. @module */

type Serve = (options: Record<string, unknown>, handler?: unknown) => unknown;

/** What a handler's error is told to. */
type Report = (level: "log" | "error", ...args: readonly unknown[]) => void;

/**
 * Left alone, Deno writes the address and the errors of handlers to the terminal of the process: past the console, as
 * they are. Both callbacks are always given, and neither throws.
 */
export function guestServe(serve: Serve, report: Report): (...args: readonly unknown[]) => unknown {
  return (first, second) => {
    const given = { ...(typeof first === "function" ? {} : first as Record<string, unknown>) };
    const handler = typeof first === "function" ? first : second ?? given.handler;
    const { onListen, onError } = given;
    const options = {
      ...given,
      onListen: onListen ?? ((address: Deno.NetAddr) => report("log", `Listening on ${shown(address)}`)),
      onError: async (error: unknown) => {
        try {
          const answer = typeof onError === "function" ? await onError(error) : report("error", error);
          return answer instanceof Response ? answer : failed();
        } catch (thrown) {
          report("error", thrown);
          return failed();
        }
      },
    };
    delete (options as { handler?: unknown }).handler;
    return serve(options, handler);
  };
}

function shown({ hostname, port, path }: { hostname?: string; port?: number; path?: string }): string {
  return path ?? `http://${hostname?.includes(":") ? `[${hostname}]` : hostname}:${port}/`;
}

function failed(): Response {
  return new Response("Internal Server Error", { status: 500 });
}
