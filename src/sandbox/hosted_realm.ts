/** What all realms share on the host's side: the conversation, the end, the output by lines. @module */

import type { RealmExit, RealmHost, RealmSpec, RealmUsage } from "./realm.ts";
import type { GuestCalls, Isolation, Realm } from "./realm.ts";
import type { ExecutorNotes } from "./protocol.ts";
import { Asked } from "./asked.ts";
import { BEGUN, PROTOCOL_VERSION, RECALL, USAGE, USED } from "./protocol.ts";
import type { GuestInit } from "./guest_init.ts";
import { STUBS } from "../loader/mod.ts";
import { realmGone, realmStartFailed, realmStartTimeout } from "./errors.ts";
import { cleanLine } from "./lines.ts";
import { type CallOptions, type RpcCounts, RpcPeer } from "./rpc.ts";
import type { Recalled } from "./start_gate.ts";

/** Stubs that change their thread for good; inline, that thread is the host's. */
const NARROWING: readonly string[] = ["descriptors.js", "timers.js"];

/** What a kind of realm does in its own way. */
export interface Transport {
  readonly pid: number | null;
  send(text: string): void;
  /** Ends the guest now. */
  kill(): void;
  /** Settles when nothing of the guest is left, a moment after its end. Undefined: at its end. */
  readonly gone?: Promise<void>;
}

/** Of one text that a guest prints; the host would stand still over millions. */
const MAX_LINES = 10_000;

/** A realm over any transport. */
export class HostedRealm implements Realm {
  readonly name: string;
  readonly kind: Isolation;
  readonly exited: Promise<RealmExit>;
  startMs = 0;
  readonly #host: RealmHost;
  readonly #peer: RpcPeer;
  readonly #started = performance.now();
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #exit: PromiseWithResolvers<RealmExit> = Promise.withResolvers();
  #transport: Transport | undefined;
  readonly #recalled = new Asked<Recalled>(RECALL);
  readonly #used = new Asked<RealmUsage>(USAGE);
  #ending: RealmExit["reason"] | undefined;
  #ended = false;

  /** The transport follows by {@linkcode HostedRealm.attach}. */
  constructor(spec: RealmSpec, host: RealmHost) {
    this.name = spec.name;
    this.kind = spec.kind;
    this.#host = host;
    this.exited = this.#exit.promise;
    // Nobody waits for readiness when the start itself has failed.
    this.#ready.promise.catch(() => {});
    this.#peer = new RpcPeer(spec.name, (text) => this.#transport?.send(text), {
      call: (method, params, context) => host.call(method, params, context),
      note: (method, params) => this.#note(method, params),
    });
  }

  get pid(): number | null {
    return this.#transport?.pid ?? null;
  }

  get counts(): RpcCounts {
    return this.#peer.counts;
  }

  /** The transport is there; texts may come. */
  attach(transport: Transport): void {
    this.#transport = transport;
  }

  /** A text from the guest. One that can't be understood ends the realm. */
  receive(text: string): void {
    // What was still under way belongs to nobody: whoever waits for `exited` has drawn the line.
    if (this.#ended) return;
    if (text.startsWith(BEGUN)) return this.#recalled.answer(readRecalled(text.slice(BEGUN.length)));
    if (text.startsWith(USED)) return this.#used.answer(readUsage(text.slice(USED.length)));
    try {
      this.#peer.receive(text);
    } catch (error) {
      this.end(`it sent what could not be read: ${(error as Error).message}`);
    }
  }

  /** Resolves when the guest is ready; else the realm is ended. @throws {NuvomError} `NUVOM_REALM_START…` */
  async ready(timeoutMs: number): Promise<this> {
    const timer = setTimeout(() => this.#ready.reject(realmStartTimeout(this.name, timeoutMs)), timeoutMs);
    try {
      await this.#ready.promise;
      this.startMs = performance.now() - this.#started;
      return this;
    } catch (error) {
      this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The guest is gone. @param detail Exit code, signal or error. */
  end(detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const reason = this.#ending ?? "crashed";
    this.#peer.close(realmGone(this.name, detail));
    this.#ready.reject(realmStartFailed(this.name, detail));
    this.#transport?.kill();
    this.#recalled.answer(null);
    this.#used.answer(null);
    this.#exit.resolve({ clean: reason === "stopped" || reason === "killed", reason, detail });
  }

  call<M extends keyof GuestCalls>(
    method: M,
    params: GuestCalls[M]["params"],
    options: CallOptions,
  ): Promise<GuestCalls[M]["result"]> {
    return this.#peer.call(method, params, options) as Promise<GuestCalls[M]["result"]>;
  }

  note<M extends keyof ExecutorNotes>(method: M, params: ExecutorNotes[M]["params"]): void {
    this.#peer.note(method, params);
  }

  recall(): Promise<Recalled | null> {
    return this.#ask(this.#recalled);
  }

  usage(): Promise<RealmUsage | null> {
    return this.#ask(this.#used);
  }

  async stop(graceMs: number): Promise<void> {
    this.#ending ??= "stopped";
    // Between turns of its loop nothing of a guest needs saving: what must be saved was asked for by calls before.
    // The grace is for its transport to end by itself.
    this.#transport?.send("bye");
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.exited;
    clearTimeout(timer);
    await this.#transport?.gone;
  }

  kill(reason: "killed" | "memory" = "killed"): void {
    this.#ending ??= reason;
    this.end(reason === "memory" ? "it was over its memory limit" : "it was killed");
  }

  /** Only a process has a thread that answers whatever its guest does. */
  #ask<T>(asked: Asked<T>): Promise<T | null> {
    if (this.kind !== "process" || this.#ended) return Promise.resolve(null);
    return asked.ask((text) => this.#transport?.send(text));
  }

  #note(method: string, params: unknown): void {
    if (method === "ready") return this.#ready.resolve();
    if (method === "failed") {
      return this.#ready.reject(realmStartFailed(this.name, (params as { message: string }).message));
    }
    if (method === "flooded") return this.end("it went on calling the host although it was refused");
    if (method === "lost") return this.#host.output("stderr", linesLost(params));
    if (method !== "output") return this.#host.note(method, params);
    const { stream, text } = params as { stream: "stdout" | "stderr"; text: string };
    const lines = String(text).split("\n", MAX_LINES + 1);
    if (lines.length > MAX_LINES) {
      lines[MAX_LINES] = `(what follows was dropped here: more than ${MAX_LINES} lines at once)`;
    }
    for (const line of lines) {
      if (line !== "") this.#host.output(stream === "stderr" ? "stderr" : "stdout", cleanLine(line));
    }
  }
}

function readRecalled(text: string): Recalled {
  const [begun, recall] = text.split(" ").map(Number);
  return { begun: begun!, recall: recall! };
}

function readUsage(text: string): RealmUsage {
  const [memoryBytes, cpuMs] = text.split(" ").map(Number);
  return { memoryBytes: memoryBytes!, cpuMs: cpuMs! };
}

function linesLost(params: unknown): string {
  const { count } = (params ?? {}) as { readonly count?: unknown };
  return `(${Number(count)} lines were dropped here: they came faster than they can be taken, or were too long)`;
}

/** The first message to a guest. */
export function guestInit(spec: RealmSpec): GuestInit {
  return {
    version: PROTOCOL_VERSION,
    name: spec.name,
    role: spec.role,
    isThread: spec.kind === "worker",
    env: spec.env,
    stubs: STUBS.filter((stub) => spec.kind !== "inline" || !NARROWING.includes(stub)).map((stub) =>
      spec.graph.fileOf(stub)
    ),
    processShim: spec.graph.fileOf("shim_process.js"),
    run: spec.grant.run !== undefined,
    ffi: spec.grant.ffi !== undefined,
  };
}
