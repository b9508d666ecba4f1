/** The backends that a plugin registered, and those that were opened. @module */

import type {
  BackendOptions,
  BasicQueue,
  LeaseRequest,
  PluginSettings,
  QueueBackend,
  QueueFactory,
  ResultBackend,
  ResultFactory,
} from "../../../core/mod.ts";
import { BasicQueueAdapter } from "../../../sdk/basic_queue_adapter.ts";
import type { OpenedBackend, PluginCalls } from "../../protocol.ts";
import type { CallContext } from "../../rpc.ts";
import { unknownMethod } from "../../errors.ts";
import { backendShape, notRegistered, registeredTwice } from "./errors.ts";

const BASIC_METHODS = ["enqueue", "dequeue", "popBatch", "qsize", "clear"] as const;
const QUEUE_METHODS = [
  "enqueue",
  "lease",
  "renew",
  "settle",
  "qsize",
  "clear",
  "inspect",
  "stats",
  "busy",
  "close",
] as const;
const OPTIONAL_QUEUE_METHODS = ["cancel", "pause", "resume", "retry", "report", "traces", "prune"] as const;
const RESULT_METHODS = [
  "setResult",
  "setError",
  "setMany",
  "getResult",
  "getError",
  "getFull",
  "listJobs",
  "close",
] as const;
const OPTIONAL_RESULT_METHODS = ["prune"] as const;

type Kind = "queue" | "result";
type Opened = { readonly kind: Kind; readonly name: string; readonly backend: QueueBackend | ResultBackend };

/** Factories by name, and opened backends by handle. */
export class GuestBackends {
  readonly #factories = new Map<string, QueueFactory | ResultFactory>();
  readonly #opened = new Map<number, Opened>();
  #nextHandle = 1;

  /** @throws {NuvomError} `NUVOM_PLUGIN_REGISTERED_TWICE` */
  register(kind: Kind, name: string, factory: QueueFactory | ResultFactory): void {
    const key = `${kind} ${name}`;
    if (typeof name !== "string" || typeof factory !== "function") {
      throw new TypeError(
        `register${kind === "queue" ? "Queue" : "Result"}Backend takes a name and a class or function`,
      );
    }
    if (this.#factories.has(key)) throw registeredTwice(`${kind} backend`, name);
    this.#factories.set(key, factory);
  }

  /** Makes a backend. @throws {NuvomError} `NUVOM_PLUGIN_NOT_REGISTERED`, `NUVOM_PLUGIN_BACKEND_SHAPE` */
  async open(kind: Kind, name: string, namespace: string, settings: PluginSettings): Promise<OpenedBackend> {
    const factory = this.#factories.get(`${kind} ${name}`);
    if (factory === undefined) throw notRegistered(`${kind} backend`, name);
    const made = await make(factory, { namespace, settings });
    const basic = kind === "queue" && !hasAll(made, ["lease", "settle"]) && hasAll(made, BASIC_METHODS);
    if (!basic) checkShape(name, made, kind === "queue" ? QUEUE_METHODS : RESULT_METHODS);
    const backend = basic ? new BasicQueueAdapter(name, made as BasicQueue) : made as QueueBackend | ResultBackend;
    const handle = this.#nextHandle++;
    this.#opened.set(handle, { kind, name, backend });
    const capabilities = kind === "queue"
      ? [...(backend as QueueBackend).capabilities ?? []]
      : OPTIONAL_RESULT_METHODS.filter((method) => hasAll(backend, [method]));
    return { handle, store: backend.store ?? null, capabilities, basic };
  }

  /** Calls a method of an opened backend. A lease gets the signal, which is aborted when the worker stops. */
  async call({ handle, method, args }: PluginCalls["backend.call"]["params"], context: CallContext): Promise<unknown> {
    const opened = this.#opened.get(handle);
    if (opened === undefined) throw notRegistered("open backend", String(handle));
    const methods: readonly string[] = opened.kind === "queue"
      ? [...QUEUE_METHODS, ...OPTIONAL_QUEUE_METHODS]
      : [...RESULT_METHODS, ...OPTIONAL_RESULT_METHODS];
    const target = opened.backend as unknown as Record<string, (...args: unknown[]) => unknown>;
    if (!methods.includes(method) || typeof target[method] !== "function") {
      throw unknownMethod(`${opened.name}.${method}`);
    }
    if (method === "close") this.#opened.delete(handle);
    const [request] = args;
    if (method === "lease") return await target[method]({ ...request as LeaseRequest, signal: context.signal });
    return await target[method](...args);
  }

  /** Closes what is still open, each whatever the others do. */
  async closeAll(): Promise<void> {
    const open = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.allSettled(open.map(({ backend }) => backend.close()));
  }
}

function make(factory: QueueFactory | ResultFactory, options: BackendOptions): unknown {
  return isClass(factory)
    ? Reflect.construct(factory, [options])
    : (factory as (options: BackendOptions) => unknown)(options);
}

/** A class can't be called; a function with methods on its prototype is meant to be constructed. */
function isClass(factory: unknown): boolean {
  const { prototype } = factory as { prototype?: unknown };
  return /^class\b/.test(Function.prototype.toString.call(factory)) ||
    (typeof prototype === "object" && prototype !== null &&
      Object.getOwnPropertyNames(prototype).length > 1);
}

function hasAll(value: unknown, methods: readonly string[]): boolean {
  return typeof value === "object" && value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === "function");
}

function checkShape(name: string, made: unknown, methods: readonly string[]): void {
  const missing = methods.filter((method) => !hasAll(made, [method]));
  if (missing.length > 0) throw backendShape(name, missing);
}
