/** Jobs in memory: what the memory queue and the memory results share. @module */

import { type Clock, isFinished, type JobRecord, type LeasedJob, rescuedRecord, systemClock } from "../../core/mod.ts";
import { Wake } from "../wake.ts";
import { Heap } from "./heap.ts";

/** A job and its place in the order of enqueue. */
interface Entry {
  record: JobRecord;
  readonly sequence: number;
  cancelRequested: boolean;
}

/** A place in a heap; void once the entry's record is another one. */
interface Slot {
  readonly entry: Entry;
  readonly record: JobRecord;
}

/** A lease in the order in which leases run out. */
interface LeaseSlot {
  readonly id: string;
  readonly token: string;
  readonly until: number;
}

let stores = 0;

/** Holds every job of one queue and its results, as long as the process lives. */
export class MemoryStore {
  readonly clock: Clock;
  readonly name = `memory:${++stores}`;
  readonly wake = new Wake();
  readonly paused = new Set<string>();
  readonly entries = new Map<string, Entry>();
  readonly #ready = new Map<string, Heap<Slot>>();
  readonly #scheduled = new Heap<Slot>((a, b) => a.record.runAt < b.record.runAt);
  readonly #leases = new Heap<LeaseSlot>((a, b) => a.until < b.until);
  readonly #leaseUntil = new Map<string, number>();
  readonly #uniqueKeys = new Map<string, { readonly id: string; readonly until: number }>();
  #sequence = 0;

  /** @param options `clock`: the store's clock. */
  constructor(options: { readonly clock?: Clock } = {}) {
    this.clock = options.clock ?? systemClock;
  }

  /** Adds a job, or answers the id of the one that holds its id or key. */
  add(record: JobRecord): string | null {
    const holder = this.#holder(record);
    if (holder !== null) return holder;
    if (record.uniqueKey !== null) {
      this.#uniqueKeys.set(record.uniqueKey, { id: record.id, until: record.createdAt + record.uniqueForMs });
    }
    const entry: Entry = { record, sequence: ++this.#sequence, cancelRequested: false };
    this.entries.set(record.id, entry);
    this.#queueUp(entry);
    return null;
  }

  /** Replaces the record of a job; it waits in its new place. */
  put(entry: Entry, record: JobRecord): void {
    entry.record = record;
    entry.cancelRequested = false;
    this.#leaseUntil.delete(record.id);
    if (!isFinished(record)) this.#queueUp(entry);
  }

  /** Keeps a record that another queue finished. */
  putFinished(record: JobRecord): void {
    this.entries.set(record.id, { record, sequence: ++this.#sequence, cancelRequested: false });
  }

  /** Takes the next job of one of the queues; null when none is ready. */
  takeNext(queues: readonly string[] | null): Entry | null {
    let best: Heap<Slot> | undefined;
    for (const name of queues ?? this.#ready.keys()) {
      const heap = this.paused.has(name) ? undefined : this.#ready.get(name);
      while (heap !== undefined && heap.size > 0 && !isLive(heap.peek()!)) heap.pop();
      if (heap !== undefined && heap.size > 0 && (best === undefined || before(heap.peek()!, best.peek()!))) {
        best = heap;
      }
    }
    return best?.pop()?.entry ?? null;
  }

  /** Makes a job leased. */
  lease(entry: Entry, leased: LeasedJob): void {
    entry.record = leased;
    this.extend(leased, leased.leaseUntil);
  }

  /** A lease lasts until then. */
  extend({ id, token }: { readonly id: string; readonly token: string }, until: number): void {
    this.#leaseUntil.set(id, until);
    this.#leases.push({ id, token, until });
  }

  /** The entry whose live lease this is. */
  leased({ id, token }: { readonly id: string; readonly token: string }): (Entry & { record: LeasedJob }) | null {
    const entry = this.entries.get(id);
    if (entry?.record.state !== "RUNNING" || (entry.record as LeasedJob).token !== token) return null;
    return entry as Entry & { record: LeasedJob };
  }

  /** Jobs whose time has come are ready; leases that ran out are over. */
  moveDue(): void {
    const now = this.clock.now();
    for (let slot = this.#scheduled.peek(); slot && slot.record.runAt <= now; slot = this.#scheduled.peek()) {
      this.#scheduled.pop();
      if (isLive(slot)) this.put(slot.entry, { ...slot.record, state: "PENDING" });
    }
    for (let lease = this.#leases.peek(); lease && lease.until <= now; lease = this.#leases.peek()) {
      this.#leases.pop();
      const entry = this.leased(lease);
      if (entry !== null && this.#leaseUntil.get(lease.id) === lease.until) {
        this.put(entry, rescuedRecord(entry.record, now));
      }
    }
  }

  /** When {@linkcode MemoryStore.moveDue} will next have something to do. */
  nextDue(): number {
    return Math.min(this.#scheduled.peek()?.record.runAt ?? Infinity, this.#leases.peek()?.until ?? Infinity);
  }

  #holder(record: JobRecord): string | null {
    if (this.entries.has(record.id)) return record.id;
    const key = record.uniqueKey === null ? undefined : this.#uniqueKeys.get(record.uniqueKey);
    if (key === undefined) return null;
    const job = this.entries.get(key.id)?.record;
    const held = (job !== undefined && !isFinished(job)) || key.until > record.createdAt;
    return held ? key.id : null;
  }

  #queueUp(entry: Entry): void {
    const slot = { entry, record: entry.record };
    if (entry.record.state === "SCHEDULED") return this.#scheduled.push(slot);
    const heap = this.#ready.get(entry.record.queue) ?? new Heap<Slot>(before);
    this.#ready.set(entry.record.queue, heap);
    heap.push(slot);
  }
}

function isLive({ entry, record }: Slot): boolean {
  return entry.record === record;
}

function before(a: Slot, b: Slot): boolean {
  return a.record.priority !== b.record.priority
    ? a.record.priority > b.record.priority
    : a.entry.sequence < b.entry.sequence;
}
