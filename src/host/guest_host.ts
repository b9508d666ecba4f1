/** What a plugin's guest may ask and tell the host. @module */

import type { EnqueueOrder, EventBus, MetricsSnapshot, WaitAnswer } from "../core/mod.ts";
import { type CallContext, fromTable, type GuestLog, type HostCalls, readLog, type RealmHost } from "../sandbox/mod.ts";
import { anything, list, name, number, object, type Shape } from "./shape.ts";

/** What the host answers with. */
export interface HostAnswers {
  /** Everything that there is to export. */
  readonly metrics: () => Promise<MetricsSnapshot>;
  /** The client of the project. */
  readonly client: {
    enqueue(orders: readonly EnqueueOrder[]): Promise<readonly string[]>;
    /** The signal is aborted when the guest no longer waits. */
    wait(id: string, timeoutMs: number, signal: AbortSignal): Promise<WaitAnswer | null>;
  };
}

/** What a {@linkcode guestHost} is made of. */
export interface GuestHostParts extends HostAnswers {
  readonly plugin: string;
  readonly bus: EventBus;
  readonly mapStack: (stack: string) => string;
  /** Something was registered after the start; not checked yet. */
  readonly registered: (registration: unknown) => void;
  /** Whether what it prints is for whoever runs a command of it. */
  readonly runsCommand: () => boolean;
}

const orders = list(anything) as Shape<unknown> as Shape<readonly EnqueueOrder[]>;

const wait: Shape<HostCalls["client.wait"]["params"]> = object({ id: name, timeoutMs: number });

/** The host's side of a plugin's realm. */
export function guestHost(parts: GuestHostParts): RealmHost {
  const { plugin, bus } = parts;
  const calls = hostCalls(parts);
  return {
    call: async (method, params, context) => await fromTable(calls, method)(params, context),
    note(method, params) {
      if (method === "plugin.registered") return parts.registered(params);
      if (method !== "log") return;
      const { level, message, fields } = guestLog(params, parts.mapStack);
      bus.emit("log", { level, category: `plugin.${plugin}`, message, fields });
    },
    output: (stream, text) =>
      bus.emit(parts.runsCommand() ? "command.output" : "plugin.output", { plugin, stream, text }),
  };
}

type HostCall = (params: unknown, context: CallContext) => Promise<unknown>;

/** What any guest may call, plugin and executor alike. The client checks the orders themselves, as it does for everyone. */
export function hostCalls(
  { metrics, client }: HostAnswers,
): ReadonlyMap<string, HostCall> {
  return new Map<string, HostCall>([
    ["metrics.snapshot", () => metrics()],
    ["client.enqueue", (params) => client.enqueue(orders(params, "orders"))],
    ["client.wait", (params, { signal }) => {
      const { id, timeoutMs } = wait(params, "");
      return client.wait(id, timeoutMs, signal);
    }],
  ]);
}

/** A guest's log note, checked, with the original places in the stack of an error. */
export function guestLog(params: unknown, mapStack: (stack: string) => string): GuestLog {
  const log = readLog(params);
  return { ...log, fields: mapped(log.fields, mapStack) };
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
