/** The contract of a realm: where foreign code runs. @module */

import type { PermissionSet } from "../core/mod.ts";
import type { PreparedGraph } from "../loader/mod.ts";
import type { CallContext, CallOptions, RpcCounts } from "./rpc.ts";
import type { Recalled } from "./start_gate.ts";
import type { ExecutorCalls, ExecutorNotes, PluginCalls, RealmRole } from "./protocol.ts";

/** `process`: a process of its own; `worker`: a thread of the host; `inline`: the host's own thread, full trust. */
export type Isolation = "process" | "worker" | "inline";

/** What a realm is made of. */
export interface RealmSpec {
  /** For messages and logs: `plugin "x"`, `executor-1`. */
  readonly name: string;
  readonly kind: Isolation;
  readonly role: RealmRole;
  /** Where the stubs are, or will be. */
  readonly graph: Pick<PreparedGraph, "folder" | "fileOf">;
  /**
   * Settles when they are there: a realm is started while its files are written. When it rejects, so does the start,
   * and nothing is left of the realm. @default they are there
   */
  readonly written?: Promise<unknown>;
  /** Checked, with absolute paths. */
  readonly grant: PermissionSet;
  /** The granted variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Working folder of a process realm. @default the host's */
  readonly cwd?: string;
  /** Resident memory, in MiB, at which a process realm is killed. Undefined: no limit. */
  readonly memoryMb?: number;
  readonly startTimeoutMs: number;
}

/** What the host answers to a guest. */
export interface RealmHost {
  /** The context's signal is aborted when the guest no longer waits, or is gone. */
  call(method: string, params: unknown, context: CallContext): Promise<unknown>;
  note(method: string, params: unknown): void;
  /** A line that the guest printed, without its line break. */
  output(stream: "stdout" | "stderr", line: string): void;
}

/** How a realm ended. Any end that the host did not ask for is a crash, whatever its exit code. */
export interface RealmExit {
  /** True when the host asked for it. */
  readonly clean: boolean;
  readonly reason: "stopped" | "killed" | "memory" | "crashed";
  /** For people: exit code, signal, error. */
  readonly detail: string;
}

/** What the host may call. */
export type GuestCalls = PluginCalls & ExecutorCalls;

/** A realm that is ready: its guest is there, no foreign code has run yet. */
export interface Realm {
  readonly name: string;
  readonly kind: Isolation;
  /** Of a process realm. */
  readonly pid: number | null;
  /** From the request until the guest was ready. */
  readonly startMs: number;
  /** What has passed between it and the host so far. */
  readonly counts: RpcCounts;
  /** @throws {NuvomError} `NUVOM_RPC_…`, `NUVOM_REALM_GONE`, and what the guest threw. */
  call<M extends keyof GuestCalls>(
    method: M,
    params: GuestCalls[M]["params"],
    options: CallOptions,
  ): Promise<GuestCalls[M]["result"]>;
  note<M extends keyof ExecutorNotes>(method: M, params: ExecutorNotes[M]["params"]): void;
  /**
   * Keeps an executor from beginning what it has not begun, also while a handler blocks it. Orders are counted from 1
   * as they were sent (modulo `ORDER_NUMBERS`); null when the realm ended or has no thread that could answer. It begins
   * nothing more until it was told `executor.recalled` of the latest recall.
   */
  recall(): Promise<Recalled | null>;
  /** Resolves once, when the realm has ended; never rejects. */
  readonly exited: Promise<RealmExit>;
  /** Asks the guest to end and kills it after `graceMs`. May be called twice. */
  stop(graceMs: number): Promise<void>;
  /** Ends it now. */
  kill(reason?: "killed" | "memory"): void;
  /** What a process realm uses; null of another kind, and when it has ended. */
  usage(): Promise<RealmUsage | null>;
}

/** What the process of a realm uses. */
export interface RealmUsage {
  /** Resident memory, in bytes. */
  readonly memoryBytes: number;
  /** Processor time of all its threads so far, in milliseconds. */
  readonly cpuMs: number;
}
