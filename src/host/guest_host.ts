/** What a plugin's guest may ask and tell the host. @module */

import type { EnqueueOrder, EventBus, MetricsSnapshot, WaitAnswer } from "../core/mod.ts";
import { type HostCalls, readLog, type RealmHost, unknownMethod } from "../sandbox/mod.ts";
import { anything, list, name, number, object, type Shape } from "./shape.ts";

/** What the host answers with. */
export interface HostAnswers {
  /** Everything that there is to export. */
  readonly metrics: () => Promise<MetricsSnapshot>;
  /** The client of the project. */
  readonly client: {
    enqueue(orders: readonly EnqueueOrder[]): Promise<readonly string[]>;
    wait(id: string, timeoutMs: number): Promise<WaitAnswer | null>;
  };
}

/** What a {@linkcode guestHost} is made of. */
export interface GuestHostParts extends HostAnswers {
  readonly plugin: string;
  readonly bus: EventBus;
  readonly mapStack: (stack: string) => string;
  /** Something was registered after the start; not checked yet. */
  readonly registered: (registration: unknown) => void;
}

const orders = list(anything) as Shape<unknown> as Shape<readonly EnqueueOrder[]>;

const wait: Shape<HostCalls["client.wait"]["params"]> = object({ id: name, timeoutMs: number });

/** The host's side of a plugin's realm. */
export function guestHost(parts: GuestHostParts): RealmHost {
  const { plugin, bus } = parts;
  return {
    call: (method, params) => answer(parts, method, params),
    note(method, params) {
      if (method === "plugin.registered") return parts.registered(params);
      if (method !== "log") return;
      const { level, message, fields } = readLog(params);
      bus.emit("log", { level, category: `plugin.${plugin}`, message, fields: mapped(fields, parts.mapStack) });
    },
    output: (stream, line) => bus.emit("plugin.output", { plugin, stream, text: line }),
  };
}

/** The client checks the orders themselves, as it does for everyone. */
async function answer({ metrics, client }: GuestHostParts, method: string, params: unknown): Promise<unknown> {
  switch (method) {
    case "metrics.snapshot":
      return await metrics();
    case "client.enqueue":
      return await client.enqueue(orders(params, "orders"));
    case "client.wait": {
      const { id, timeoutMs } = wait(params, "");
      return await client.wait(id, timeoutMs);
    }
    default:
      throw unknownMethod(method);
  }
}

/** An error that nobody caught comes as the field `error`. */
function mapped(
  fields: Readonly<Record<string, unknown>>,
  mapStack: (stack: string) => string,
): Readonly<Record<string, unknown>> {
  const { error } = fields;
  if (typeof error !== "object" || error === null) return fields;
  const { stack } = error as { stack?: unknown };
  return typeof stack === "string" ? { ...fields, error: { ...error, stack: mapStack(stack) } } : fields;
}
